#!/usr/bin/env bash
# The page of a report, report.html: its modules under node, and the page of a real run in a headless Chromium.
#     bash tests/page/run.sh [--short] [ARGUMENT OF PYTEST]...      --short: fewer cases and widths, for .ci/run
# Installs what is missing, and builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scenarios/setup.sh
axe=4.10.3
here=build/page-tests
install_missing "${build_packages[@]}" chromium chromium-driver python3 python3-selenium python3-pytest python3-pytest-xdist poppler-utils
for tool in node npm; do # other packages than Debian's have both in one
    command -v "$tool" >/dev/null || install_missing "${tool/#node/nodejs}"
done
build_preset release
mkdir -p "$here"
grep -qs "\"version\": \"$axe\"" "$here/node_modules/axe-core/package.json" ||
    npm install --silent --prefix "$here" --no-save --no-package-lock --no-audit --no-fund "axe-core@$axe"
if [ "${1:-}" = --short ]; then
    export PAGE=short
    shift
fi
node --test tests/page/unit/*.mjs
/usr/bin/python3 -m pytest -q -p no:cacheprovider -n 2 tests/page "$@"
