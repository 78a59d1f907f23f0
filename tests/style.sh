#!/usr/bin/env bash
# Formatting and clang-tidy: quiet, or it fails.
#     bash tests/style.sh [--tidy-only | --format-only] [FILE...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scenarios/setup.sh
install_missing "${build_packages[@]}" git clang-format clang-tidy libclang-common-14-dev
