#!/usr/bin/env bash
# From a bare Debian 12 to the classic NAT matrix: installs what is missing, builds, runs, and prints where report and captures
# are. Arguments are passed to `natsim run`.
set -euo pipefail
start=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
install_missing "${build_packages[@]}"
build_preset release
program=$PWD/build/natsim
cd "$start"
exec "$program" run "$@"
