#!/usr/bin/env bash
# The unit tests and the suites under the address and undefined-behaviour sanitizers, and the unit tests and the classic suite
# under valgrind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
install_missing "${build_packages[@]}" valgrind
build_preset asan
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
echo "== sanitizers: unit tests"
ctest --test-dir build/asan --output-on-failure --no-tests=error -j "$(nproc)" | tail -n 4
echo "== sanitizers: suites"
build/asan/natsim run scenarios/suites --out "$out/asan" --capture failed | tail -n 4
[ "${1-}" = --no-valgrind ] && exit 0
build_preset dev
echo "== valgrind: unit tests"
for t in build/dev/*_test_*; do
    valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$t" >"$out/log" 2>&1 || { cat "$out/log"; echo "valgrind: $t"; exit 1; }
done
echo "== valgrind: classic"
valgrind -q --error-exitcode=9 --trace-children=yes --leak-check=full --errors-for-leak-kinds=definite \
    build/dev/natsim run classic --jobs 1 --out "$out/valgrind" | tail -n 3
