#!/usr/bin/env bash
# The carrier on ns-3: installs Debian's libns3-dev, builds natsim with the module natsim-ns3.so beside it (build/).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scenarios/setup.sh
install_missing "${build_packages[@]}" g++ libns3-dev
mkdir -p build
grep -qs '^NATSIM_NS3:BOOL=ON$' build/CMakeCache.txt ||
    cmake --preset release -DNATSIM_NS3=ON >build/configure.log 2>&1 || { cat build/configure.log >&2; exit 1; }
build_preset release
