#!/usr/bin/env bash
# From a bare Debian 12 to the classic NAT matrix: installs what is missing, builds, runs, and says where report and captures are.
# Arguments are handed on to `natsim run`.
set -euo pipefail
start=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(gcc libc6-dev cmake ninja-build pkg-config nettle-dev libdeflate-dev libpcap-dev libfyaml-dev libjansson-dev libxml2-dev libcmocka-dev)

missing() {
    local p
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || echo "$p"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else
        echo "run.sh: as root: $*" >&2
        return 1
    fi
}

install_missing() {
    local need
    mapfile -t need < <(missing "$@")
    [ "${#need[@]}" = 0 ] && return 0
    command -v apt-get >/dev/null || { echo "run.sh: install by hand: ${need[*]}" >&2; return 1; }
    echo "installing ${need[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
}

build() {
    [ -f build/build.ninja ] || cmake --preset release >/dev/null
    cmake --build build >build/build.log 2>&1 || { cat build/build.log >&2; return 1; }
}

install_missing "${packages[@]}"
mkdir -p build
build
[ "${1-}" = --build-only ] && exit 0
program=$PWD/build/natsim
cd "$start"
exec "$program" run "$@"
