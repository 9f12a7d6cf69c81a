#!/usr/bin/env bash
# Installs what building and testing the register needs beyond Go, git and make, and nothing when it is
# all there. Debian 12; as root or with sudo.
#   packaging/packages.sh build   what compiling and the tests need
#   packaging/packages.sh judges  also what 'make pictures' and the outside judges need
set -euo pipefail
build=(gcc libc6-dev pkg-config libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev
       libgl1-mesa-dri xvfb xauth ca-certificates)
judges=(chromium zbar-tools fonts-wqy-microhei)
want=("${build[@]}")
[ "${1:-build}" = judges ] && want+=("${judges[@]}")
missing=()
for p in "${want[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing: ${missing[*]}"
sudo=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "run as root once, or install these packages by hand: ${missing[*]}" >&2; exit 1; }
  sudo=sudo
fi
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
