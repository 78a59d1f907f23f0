#!/usr/bin/env bash
# Formatting (.clang-format), clang-tidy and clang's own warnings (.clang-tidy) of every C file: quiet, or it fails and says where.
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

tidy() { # PATTERN CHECKS...
    local log=build/clang-tidy.log
    run-clang-tidy -p build -quiet "${@:2}" "$1" >"$log" 2>"$log.err" || {
        sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E 'warning:|error:' | sort -u >&2
        exit 1
    }
    files=$(grep -c '^clang-tidy' "$log") || true # one line for each
}
tidy '\.cc$' -checks='-*,clang-diagnostic-*,misc-unused-*' # of ns-3's bindings, where they are built, the warnings alone
tidy '\.c$' "${checks[@]}"
[ "$files" -gt 100 ] || { cat build/clang-tidy.log.err >&2; exit 1; }
echo "clang-tidy: $files files, quiet"
