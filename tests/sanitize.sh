#!/usr/bin/env bash
# Under the address and undefined-behaviour sanitizers: the unit tests, every suite, the commands, and the tests of bad input.
# Under valgrind: the unit tests and the classic suite. With --no-valgrind the first half alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
install_missing "${build_packages[@]}" valgrind git tshark python3 python3-pytest python3-pytest-xdist python3-jsonschema python3-yaml python3-aioice coturn libnice-dev
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export ASAN_OPTIONS=exitcode=86 # not one of natsim's own
step() { echo "== $1 (${SECONDS}s)"; }

[ -x build/asan/minimal_agent ] || rm -f build/asan/build.ninja # libnice may have come since
build_preset asan
step "sanitizers: unit tests"
ctest --test-dir build/asan --output-on-failure --no-tests=error -j "$(nproc)" | tail -n 4
step "sanitizers: suites"
# interop is in real time, with programs that are not built here; radio is for ns-3.
find scenarios/suites -mindepth 1 -maxdepth 1 ! -name interop ! -name radio | sort |
    xargs build/asan/natsim run --out "$out/asan" --capture failed | tail -n 3
step "sanitizers: commands" # workers leave without a look for leaks, these do not: one case of each file
for command in presets schema classify "lint scenarios/suites" "merge $out/asan" "diff $out/asan $out/asan"; do
    # shellcheck disable=SC2086
    build/asan/natsim $command >"$out/log" || { cat "$out/log"; exit 1; }
done
build/asan/natsim list | grep -Ev '^(interop|radio)/' | sort -t'[' -k1,1 -u >"$out/ids"
while read -r id; do
    build/asan/natsim explain "$id" >"$out/log" || { cat "$out/log"; echo "explain: $id"; exit 1; }
done <"$out/ids"
echo "$(wc -l <"$out/ids") cases explained"
step "sanitizers: tests from outside"
NATSIM=$PWD/build/asan/natsim /usr/bin/python3 -m pytest -q -p no:cacheprovider -n "$(nproc)" --dist loadgroup tests/cli/test_bad_input.py tests/cli/test_run.py tests/cli/test_workers.py \
    tests/cli/test_commands.py tests/cli/test_live.py | tail -n 3
[ "${1-}" = --no-valgrind ] && exit 0

build_preset dev
# Workers end before natsim does, with what they hold, and it does not look at how: what is definitely lost and all else that valgrind has to say of any process stands in a log of its own.
under_valgrind() {
    local logs
    logs=$(mktemp -d "$out/valgrind.XXXXXX")
    ICE_LAW_WORLDS=1-100 valgrind -q --error-exitcode=86 --trace-children=yes --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --log-file="$logs/%p" "$@" >"$logs/said" 2>&1 &&
        [ -z "$(cat "$logs"/[0-9]*)" ] || { cat "$logs"/*; echo "valgrind: $*"; return 1; }
}
export -f under_valgrind
export out
step "valgrind: unit tests"
# Not those which need namespaces, that valgrind does not know.
find build/dev -maxdepth 1 -name '*_test_*' ! -name '*_test_sandbox' ! -name '*_test_machine' -print0 | sort -z |
    xargs -0 -P "$(nproc)" -n 1 bash -c 'under_valgrind "$1"' under_valgrind
step "valgrind: classic, with the bytes of a release"
build_preset release
build/natsim run classic --jobs 1 --out "$out/release" | tail -n 3
under_valgrind build/dev/natsim run classic --jobs 1 --out "$out/memory"
for name in results.json junit.xml report.html captures; do
    /usr/bin/python3 tests/cli/comparable.py "$out/release/$name" "$out/memory/$name"
done
step "done"
