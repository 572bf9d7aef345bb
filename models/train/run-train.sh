#!/usr/bin/env bash
# Trains a checkpoint from nothing within --minutes (9), and leaves it in --out ($OUT, or ./trained) in pieces.
# Asks for python3 with torch, numpy, pillow and safetensors. Started again, it goes on where it was broken off.
set -euo pipefail
begun=$(date +%s)
here=$(cd "$(dirname "$0")" && pwd)
minutes=9 out=${OUT:-$here/trained} preset='' work=$here/work
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2 ;;
    --out) out=$2 ;;
    --preset) preset=$2 ;;
    --work) work=$2 ;;
    *) echo "Unknown: $1. There are --minutes, --out, --preset (gpu, cpu, trial) and --work." >&2; exit 2 ;;
  esac
  shift 2
done
fits=$(python3 -c 'import torch, numpy, PIL, safetensors; print("gpu" if torch.cuda.is_available() else "trial")') || {
  echo 'python3 lacks one of torch, numpy, pillow, safetensors.' >&2
  exit 1
}
mkdir -p "$out"
# What it took to get here is gone, and as much again until Python has started once more.
minutes=$(python3 -c "import sys; print((60 * float(sys.argv[1]) - float(sys.argv[2])) / 60)" "$minutes" $((2 * ($(date +%s) - begun))))
python3 -u "$here/models/train" whole --packed "$here/packed" --work "$work" --out "$out" --minutes "$minutes" --preset "${preset:-$fits}" 2>&1 | tee -a "$out/log.txt"
echo "To put it together: python3 models/train/pieces.py join $out mini-sd-new.safetensors"
