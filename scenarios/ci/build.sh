#!/usr/bin/env bash
# For the jobs of a CI: natsim in a directory that they keep in their cache. Installs what it needs, and builds it unless the directory has it
# of this very revision.
#     bash scenarios/ci/build.sh DIR
set -euo pipefail
dir=$(realpath -m "${1:?usage: build.sh DIR}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scenarios/setup.sh
install_missing "${build_packages[@]}"
revision=$(git -c safe.directory='*' rev-parse HEAD)
if [ "$(cat "$dir/revision" 2>/dev/null)" != "$revision" ]; then
    [ -f build/build.ninja ] || cmake --preset release -DNATSIM_TESTS=OFF >/dev/null
    build_preset release
    cmake --install build --prefix "$dir" >/dev/null
    echo "$revision" >"$dir/revision"
fi
"$dir/bin/natsim" --version
