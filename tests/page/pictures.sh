#!/usr/bin/env bash
# Makes the README's pictures anew: reports/pictures/page.png (report.html in Chromium) and capture.png (a capture in Wireshark).
# They are looked at before they are committed: fonts and versions of these programs differ from machine to machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scenarios/setup.sh
install_missing "${build_packages[@]}" chromium wireshark xvfb xdotool imagemagick pngquant fonts-dejavu-core
build_preset release
case='classic/five-types[left=symmetric,right=port-restricted-cone]'
dir=$(mktemp -d)
export DISPLAY=:77 HOME=$dir XDG_RUNTIME_DIR=$dir
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$dir"' EXIT
build/natsim run classic --out "$dir/out" --quiet
capture=$(echo "$dir"/out/captures/*left_symmetric_right_port-restricted-cone_.pcapng)
dropped=$(tshark -r "$capture" -Y 'frame.comment contains "reason=filtered"' -T fields -e frame.number 2>/dev/null | head -n 1)

chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,1500 --virtual-time-budget=5000 \
    --screenshot="$dir/page.png" "file://$dir/out/report.html#case=$(printf %s "$case" | sed 's/\[/%5B/; s/\]/%5D/')" 2>"$dir/chromium.log"

Xvfb "$DISPLAY" -screen 0 1280x760x24 2>"$dir/xvfb.log" &
until xdotool getmouselocation >/dev/null 2>&1; do sleep 0.2; done
columns='"Time","%t","Source","%s","Destination","%d","Info","%i","Comment","%Cus:frame.comment:0:R"'
mkdir -p "$dir/.config/wireshark"
echo 'column.width: %t, 92, %s, 110, %d, 110, %i, 300, %Cus:frame.comment:0:R, 640' >"$dir/.config/wireshark/recent"
wireshark -o "gui.column.format:$columns" -r "$capture" -g "$dropped" \
    -Y 'stun.type == 1 and frame.comment' 2>"$dir/wireshark.log" &
window=$(xdotool search --sync --onlyvisible --name "$(basename "$capture")" | head -n 1)
xdotool windowmove "$window" 0 0 windowsize "$window" 1280 760
sleep 8 # it draws when it likes
import -window root -crop 1280x412+0+0 "$dir/capture.png"

mkdir -p reports/pictures
for name in page capture; do
    pngquant --force --speed 1 --output "reports/pictures/$name.png" 64 "$dir/$name.png"
done
ls -l reports/pictures
