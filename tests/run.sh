#!/usr/bin/env bash
# All tests: installs what is missing, builds, then the unit tests, every suite, and the tests from outside through the command
# and tshark, as many side by side as there are cores. Arguments are handed on to pytest. What was skipped is listed at the end with its reason.
# Longer campaigns have commands of their own: tests/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
node=()
command -v npm >/dev/null || node=(nodejs npm)
install_missing "${build_packages[@]}" "${node[@]}" clang git tshark tcpdump python3 python3-pytest python3-pytest-xdist python3-jsonschema python3-yaml \
    python3-aioice coturn openmpi-bin slurm-wlm munge libnice-dev nftables iproute2 rsync libxml2-utils cmark-gfm python3-junitparser
[ -x build/minimal_agent ] || rm -f build/build.ninja # libnice may have come since
build_preset release
echo "== unit tests"
logs=$(mktemp -d) # build/ may be another user's
trap 'rm -rf "$logs"' EXIT
echo "subdirs(\"$PWD/build\")" >"$logs/CTestTestfile.cmake"
ctest --test-dir "$logs" --output-on-failure --no-tests=error -j "$(nproc)" | tail -n 12
echo "== tests from outside"
/usr/bin/python3 -m pytest -q -p no:cacheprovider -n "$(nproc)" --dist loadgroup tests/cli "$@"
