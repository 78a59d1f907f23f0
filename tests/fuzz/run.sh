#!/usr/bin/env bash
# Builds the fuzz targets and runs each for SECONDS (default 60) on its kept corpus. Fails on any crash, leak, timeout or check
# that does not hold; the input is then in tests/fuzz/crashes/. New inputs stay in the build directory:
#     tests/fuzz/run.sh [SECONDS] [TARGET...]
set -u
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:-60}
shift
build=build/fuzz
crashes=tests/fuzz/crashes
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in tests/fuzz/fuzz_*.c; do
        name=${file##*/fuzz_}
        targets+=("${name%.c}")
    done
fi
cmake --preset fuzz >/dev/null && cmake --build "$build" --target "${targets[@]/#/fuzz_}" || exit 2

failed=()
for target in "${targets[@]}"; do
    mkdir -p "$build/corpus/$target" "$crashes"
    log=$build/corpus/$target.log
    if "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$crashes/$target-" "$build/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
        echo "ok    $target: $(sed -n 's/stat::number_of_executed_units: *//p' "$log") inputs"
    else
        failed+=("$target")
        echo "FAIL  $target:"
        tail -n 40 "$log"
    fi
done
rmdir "$crashes" 2>/dev/null
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]} (inputs in $crashes)"; exit 1; }
