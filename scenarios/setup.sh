# Functions that run.sh, tests/run.sh and .ci/run share; source it from the project's root.
build_packages=(gcc libc6-dev cmake ninja-build pkg-config nettle-dev libdeflate-dev libpcap-dev libfyaml-dev libjansson-dev libxml2-dev
    libssl-dev libcmocka-dev)
# A build directory that natsim/ns3/setup.sh has configured needs the packages that it installed.
! grep -qs '^NATSIM_NS3:BOOL=ON$' build/CMakeCache.txt || build_packages+=(g++ libns3-dev)

# Runs a line of the shell as root; without sudo it says which one an administrator has to run.
as_root() {
    if [ "$(id -u)" = 0 ]; then sh -c "$1"
    elif command -v sudo >/dev/null; then sudo sh -c "$1"
    else
        printf 'no root here, and no sudo. Give this line to an administrator, then come back:\n\n    %s\n\n' "$1" >&2
        return 1
    fi
}

# Installs those of the given Debian packages that are missing.
install_missing() {
    local p need=()
    for p in $(printf '%s\n' "$@" | sort -u); do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || need+=("$p")
    done
    [ "${#need[@]}" = 0 ] && return 0
    command -v apt-get >/dev/null || { echo "not Debian: install by hand: ${need[*]}" >&2; return 1; }
    echo "installing ${need[*]}"
    as_root "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${need[*]}" >/dev/null
}

# Builds a preset; its output is shown if it fails. Another user's build is used as it is, if it is up to date.
build_preset() {
    local dir=build
    [ "$1" = release ] || dir=build/$1
    if [ -d "$dir" ] && [ ! -w "$dir" ]; then
        [ -f "$dir/built" ] && [ -z "$(find CMakeLists.txt core natsim pcap reports scenarios tests \( -name '*.[ch]' -o -name CMakeLists.txt \) -newer "$dir/built")" ] && return 0
        echo "$PWD/$dir is not up to date and belongs to $(stat -c %U "$dir"): let that user build it, or clone the project to a place of your own" >&2
        return 1
    fi
    mkdir -p "$dir" 2>/dev/null || { echo "$PWD belongs to $(stat -c %U .): let that user build it first, or clone the project to a place of your own" >&2; return 1; }
    [ -f "$dir/build.ninja" ] || cmake --preset "$1" >"$dir/configure.log" 2>&1 || { cat "$dir/configure.log" >&2; return 1; }
    cmake --build "$dir" >"$dir/build.log" 2>&1 || { cat "$dir/build.log" >&2; return 1; }
    touch "$dir/built"
}
