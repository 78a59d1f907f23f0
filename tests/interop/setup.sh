#!/bin/bash
# Installs what the interop suites need: setup.sh [--browsers]. What cannot be had is told, and the suites pass over its stack.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
source scenarios/setup.sh

packages=(libnice-dev libglib2.0-dev pkg-config python3 python3-aioice coturn stun-client tshark iproute2)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
case "$*" in
'') ;;
--browsers) packages+=(chromium firefox-esr) ;;
*) echo "usage: setup.sh [--browsers]" >&2; exit 2 ;;
esac

npm_packages=(@roamhq/wrtc node-datachannel werift)
npm_missing() {
    local p
    for p in "${npm_packages[@]}"; do [ -f "node_modules/$p/package.json" ] || echo "$p"; done
}

status=0
install_missing "${packages[@]}" || status=1
pion=golang-github-pion-ice.v2-dev
if command -v go >/dev/null && version=$(dpkg-query -W -f='${Version}' $pion 2>/dev/null); then
    mkdir -p build
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=${GOCACHE:-$PWD/build/go} \
        go build -ldflags "-X main.version=${version%%-*}" -o build/pion_agent tests/interop/adapters/pion_agent.go || status=1
else
    echo "pion needs golang-go and $pion: its stack is skipped" >&2
fi
cd tests/interop/adapters || exit 1
if [ -n "$(npm_missing)" ]; then
    echo "installing $(npm_missing | xargs) from npm"
    npm ci --silent --no-audit --no-fund >/dev/null
    for p in $(npm_missing); do echo "$p could not be installed: its stack is skipped" >&2; done
fi
exit $status
