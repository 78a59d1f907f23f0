#!/usr/bin/env bash
# Builds the fuzz targets and runs each for SECONDS (default 60) on its kept corpus, two at a time. Fails on any crash, leak,
# timeout or check that does not hold; the input is then in tests/fuzz/crashes/. A failure that no input repeats (the sanitizer's
# own, say) is shown, and the target runs once more. New inputs stay in the build directory:
#     tests/fuzz/run.sh [SECONDS] [TARGET...]
set -u
cd "$(dirname "$0")/../.." || exit 2
export seconds=${1:-60} build=build/fuzz crashes=tests/fuzz/crashes
[ $# -eq 0 ] || shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in tests/fuzz/fuzz_*.c; do
        name=${file##*/fuzz_}
        targets+=("${name%.c}")
    done
fi
cmake --preset fuzz >/dev/null && cmake --build "$build" --target "${targets[@]/#/fuzz_}" || exit 2

fuzz() {
    local vectors=()
    case $1 in sdp | fragment | candidate) vectors=(tests/vectors/sdp) ;; esac # what real stacks send
    "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$crashes/$1-" "$build/corpus/$1" "tests/fuzz/corpus/$1" "${vectors[@]}" >"$build/corpus/$1.log" 2>&1
}

# Does an input that a failed run left fail again?
repeats() {
    local input
    for input in "$crashes/$1"-*; do
        [ -e "$input" ] || continue
        "$build/tests/fuzz/fuzz_$1" -timeout=10 "$input" >/dev/null 2>&1 || return 0
        rm "$input"
    done
    return 1
}

run() {
    local target=$1 log=$build/corpus/$1.log
    mkdir -p "$build/corpus/$target" "$crashes"
    if [ -f "tests/fuzz/$target.supp" ]; then # known leaks of libraries, by the whole stack
        export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/$target.supp:print_suppressions=0 ASAN_OPTIONS=fast_unwind_on_malloc=0
    fi
    if ! fuzz "$target"; then
        tail -n 40 "$log"
        repeats "$target" && { echo "FAIL  $target"; return 1; }
        cp "$log" "$log.first"
        echo "again $target: no input repeats that ($log.first)"
        fuzz "$target" || { tail -n 40 "$log"; echo "FAIL  $target"; return 1; }
    fi
    echo "ok    $target: $(sed -n 's/stat::number_of_executed_units: *//p' "$log") inputs"
}
export -f fuzz repeats run
printf '%s\n' "${targets[@]}" | xargs -P 2 -I '{}' bash -c 'run "$1"' run '{}'
failed=$?
rmdir "$crashes" 2>/dev/null
[ $failed -eq 0 ] || { echo "failed: the inputs are in $crashes"; exit 1; }
