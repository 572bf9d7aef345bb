#!/bin/sh
# Proves and times Drobė on this machine's card: ./run.sh [--seconds 150] [--out FOLDER]. See README.md.
here=$(cd "$(dirname "$0")" && pwd)
out=$here
seconds=150
kit=${DROBE_KIT:-$here/unpacked}
next=
for argument; do
  case $next in out) out=$argument ;; seconds) seconds=$argument ;; esac
  case $argument in --out) next=out ;; --seconds) next=seconds ;; *) next= ;; esac
done
mkdir -p "$out"
begun=$(date +%s)

# Where nothing can be run at all, the report says so.
fail() {
  echo "$1" >&2
  printf '# Drobė on this card\n\nNothing was run: %s\n' "$1" >"$out/kit.md"
  printf '{"about":{"nothing was run":"%s"},"rows":[],"left":[]}\n' "$1" >"$out/kit.json"
  exit 1
}

unpack() {
  if command -v xz >/dev/null; then
    xz -dc "$here/$1" | tar -xf - -C "$kit.new"
  else
    python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/$1" "$kit.new"
  fi
}
if [ ! -e "$kit/main.mjs" ]; then
  mkdir -p "$kit.new" || fail "nothing can be written to $here"
  unpack programs.tar.xz || fail "programs.tar.xz cannot be unpacked: xz or python3 is needed"
  unpack data.tar.xz || fail "data.tar.xz cannot be unpacked"
  mv "$kit.new" "$kit"
fi

# Unpacks a package of Debian's, where dpkg is missing too.
unpack_deb() {
  if command -v dpkg >/dev/null; then
    dpkg -x "$1" "$2"
  else
    python3 - "$1" "$2" <<'PY'
import io, sys, tarfile
deb, at = open(sys.argv[1], 'rb').read(), 8
while at < len(deb):
    name, size = deb[at:at + 16].decode().strip(), int(deb[at + 48:at + 58])
    if name.startswith('data.tar'):
        tarfile.open(fileobj=io.BytesIO(deb[at + 60:at + 60 + size])).extractall(sys.argv[2])
    at += 60 + size + size % 2
PY
  fi
}
has() {
  { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | grep -q "$1"
}
# Each library only where there is none: the loader, and what NVIDIA's driver is linked to.
for package in libvulkan1:libvulkan.so.1 libx11-6:libX11.so.6 libxext6:libXext.so.6 libxcb1:libxcb.so.1 \
  libxau6:libXau.so.6 libxdmcp6:libXdmcp.so.6 libbsd0:libbsd.so.0 libmd0:libmd.so.0; do
  name=${package%%:*}
  if ! has "${package#*:}" && [ -e "$kit/loader/$name.deb" ]; then
    echo "There is no ${package#*:} here: the kit's own is taken."
    unpack_deb "$kit/loader/$name.deb" "$kit/loader/root"
  fi
done
if [ -d "$kit/loader/root" ]; then
  LD_LIBRARY_PATH=$kit/loader/root/usr/lib/x86_64-linux-gnu:$kit/loader/root/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH
  export LD_LIBRARY_PATH
fi

# A driver that no folder names: NVIDIA's own description of it, else one written here, with a screen's library or without.
adapter() {
  timeout 60 "$kit/node" "$kit/main.mjs" adapter --kit "$kit"
}
if ! adapter; then
  for library in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    printf '{"file_format_version":"1.0.0","ICD":{"library_path":"%s","api_version":"1.3.0"}}\n' "$library" \
      >"$kit/${library%%.*}.json"
  done
  found=$(find / -xdev -name 'nvidia_icd*.json' -not -path '/proc/*' 2>/dev/null | head -3)
  for driver in $found "$kit/libGLX_nvidia.json" "$kit/libEGL_nvidia.json"; do
    VK_DRIVER_FILES=$driver VK_ICD_FILENAMES=$driver
    export VK_DRIVER_FILES VK_ICD_FILENAMES
    if adapter; then break; fi
    unset VK_DRIVER_FILES VK_ICD_FILENAMES
  done
fi

"$kit/node" --version >/dev/null || fail "the kit's Node does not start here"
left=$((seconds - $(date +%s) + begun))
"$kit/node" "$kit/main.mjs" run --kit "$kit" "$@" --out "$out" --seconds "$left"
