#!/usr/bin/env bash
# Does a change keep every byte? Builds another revision (default HEAD) under build/same/, runs every suite in virtual time with it and with
# the working tree, and compares results.json, junit.xml, report.html and the captures.
#     bash tests/same.sh [REVISION]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
revision=$(git rev-parse --short "${1:-HEAD}^{commit}")
before=build/same/$revision
build_preset release
if [ ! -x "$before/build/natsim" ]; then
    mkdir -p "$before"
    git archive "$revision" | tar -x -C "$before"
    (cd "$before" && cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release -DNATSIM_TESTS=OFF && cmake --build build --target natsim) \
        >"$before.log" 2>&1 || { tail -n 20 "$before.log" >&2; exit 1; }
fi
differ=0
for suite in scenarios/suites/*/; do
    suite=$(basename "$suite")
    case $suite in interop | radio) continue ;; esac # real programs; ns-3
    for tree in "$before" .; do
        out=$PWD/build/same/out/$([ "$tree" = . ] && echo after || echo before)/$suite
        rm -rf "$out"
        (cd "$tree" && build/natsim run "scenarios/suites/$suite" --out "$out") >/dev/null 2>&1 || true # reports name paths from there
    done
    for name in results.json junit.xml report.html captures; do
        /usr/bin/python3 tests/cli/comparable.py "build/same/out/before/$suite/$name" "build/same/out/after/$suite/$name" || differ=1
    done
done
[ "$differ" = 0 ] && echo "the same bytes as $revision"
exit "$differ"
