#!/usr/bin/env bash
# Formatting (.clang-format) and clang-tidy (.clang-tidy) of every C file: quiet, or it fails and says where.
#     bash tests/style.sh [--deep]     --deep: clang's analyzer, too; some minutes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
install_missing "${build_packages[@]}" git clang-format clang-tidy libclang-common-14-dev
[ -f build/compile_commands.json ] || build_preset release
checks=()
[ "${1:-}" = --deep ] || checks=(-checks='-clang-analyzer-*')

mapfile -t files < <(git -c safe.directory='*' ls-files -co --exclude-standard '*.c' '*.h')
clang-format --dry-run -Werror "${files[@]}"
echo "formatted: ${#files[@]} files"

log=build/clang-tidy.log
run-clang-tidy -p build -quiet "${checks[@]}" '\.c$' >"$log" 2>"$log.err" || {
    sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E 'warning:|error:' | sort -u >&2
    exit 1
}
files=$(grep -c '^clang-tidy' "$log") # one line for each
[ "$files" -gt 100 ] || { cat "$log.err" >&2; exit 1; }
echo "clang-tidy: $files files, quiet"
