"""
A file in pieces that fit through narrow doors, and back: `python pieces.py split FILE FOLDER` makes them and a list of
their sums, `python pieces.py join FOLDER FILE` puts them together and checks every one. Needs Python alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

LARGEST = 15 * 2**20
LIST = "pieces.json"


def split(file: Path, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    whole, written, sums = file.read_bytes(), list[Path](), {}
    for k, begin in enumerate(range(0, len(whole), LARGEST)):
        path, piece = folder / f"{file.name}.{k:02}", whole[begin : begin + LARGEST]
        path.write_bytes(piece)
        sums[path.name] = hashlib.sha256(piece).hexdigest()
        written.append(path)
    facts = {"file": file.name, "bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest(), "pieces": sums}
    (folder / LIST).write_text(json.dumps(facts, indent=1) + "\n")
    return written


def join(folder: Path, file: Path) -> None:
    """Raises ValueError, and writes nothing, when a piece is not what it was."""
    facts = json.loads((folder / LIST).read_text())
    whole = b""
    for name, known in facts["pieces"].items():
        piece = (folder / name).read_bytes()
        if hashlib.sha256(piece).hexdigest() != known:
            raise ValueError(f"{name} is damaged.")
        whole += piece
    if len(whole) != facts["bytes"] or hashlib.sha256(whole).hexdigest() != facts["sha256"]:
        raise ValueError(f"The pieces are not those of {facts['file']}.")
    file.write_bytes(whole)
    print(f"{file}: {len(whole) / 1e6:.1f} MB from {len(facts['pieces'])} pieces, all as they were")


if __name__ == "__main__":
    verb, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    {"split": split, "join": join}[verb](source, target)
