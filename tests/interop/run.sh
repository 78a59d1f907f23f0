#!/usr/bin/env bash
# Real ICE stacks with each other and with ours, behind pairs of NATs: installs what is missing, builds, runs `natsim interop`, whose flags
# it takes. The short form does without browsers.
set -euo pipefail
start=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scenarios/setup.sh
install_missing "${build_packages[@]}"
case " $* " in
*' --short '*) bash tests/interop/setup.sh ;;
*) bash tests/interop/setup.sh --browsers ;;
esac
[ -x build/libnice_agent ] || rm -f build/build.ninja # libnice may have come since
build_preset release
program=$PWD/build/natsim
cd "$start"
exec "$program" interop "$@"
