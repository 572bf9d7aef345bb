#!/usr/bin/env bash
# Joins both parts of the kit and asks the app in Chromium: run-browser.sh [--seconds N] [--out FOLDER] [--imitated]
# The parts may lie anywhere below PARTS (the folder above this one); NODE is Node 20 or newer, that of the other kit.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
parts=${PARTS:-$(dirname "$here")}
joined=${JOINED:-/tmp/drobe-kit-browser}
node=${NODE:-$(command -v node || find "$parts" "$parts/.." -maxdepth 3 -name node -type f -perm -u+x 2>/dev/null | head -n 1)}
[ -x "$node" ] || { echo 'There is no Node: bring the kit that npm run kit makes, or say NODE=/path/to/node.' >&2; exit 1; }
if [ ! -x "$joined/whole" ]; then
  rm -rf "$joined"
  mkdir -p "$joined"
  chromium=$(find "$parts" -maxdepth 3 -name chromium.xz | head -n 1)
  [ -n "$chromium" ] || { echo "chromium.xz of part 1 is not below $parts." >&2; exit 1; }
  # Python has what unpacks it, tar and xz may lack.
  python3 - "$chromium" "$here/rest.tar.xz" "$joined" <<'PY'
import lzma, shutil, sys, tarfile
chromium, rest, joined = sys.argv[1:]
tarfile.open(rest).extractall(joined)
with lzma.open(chromium) as packed, open(f"{joined}/chromium/chromium-headless-shell", "wb") as whole:
    shutil.copyfileobj(packed, whole, 1 << 24)
PY
  chmod +x "$joined/chromium/chromium-headless-shell"
  install -m 755 /dev/null "$joined/whole"
fi
exec "$node" "$joined/driver/drive.mjs" --kit "$joined" --out "${OUT:-.}" "$@"
