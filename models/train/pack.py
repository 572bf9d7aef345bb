"""Everything a training elsewhere needs of the icons, in one folder: they are drawn here, where Node is."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

import classifier
import data

ICONS, CONCEPTS, JUDGE = "icons.zip", "concepts.json", "classifier.pt"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def packed(icon: np.ndarray) -> bytes:
    """RGBA [p, p, 4] as WebP, byte for byte the same when it is unpacked; nothing for a clear one."""
    if not icon[..., 3].any():
        return b""
    file = io.BytesIO()
    Image.fromarray(icon).save(file, "WEBP", lossless=True, quality=50, method=3, exact=True)
    return file.getvalue()


def pack(work: Path, folder: Path) -> None:
    """Icons and concepts of the stage `data`, and the judge of the evaluation."""
    icons, _ = data.load(work)
    classifier.train(work)
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool, zipfile.ZipFile(folder / ICONS, "w") as archive:
        drawings = icons.reshape(-1, *icons.shape[2:])
        for i, file in enumerate(pool.map(packed, drawings)):
            archive.writestr(zipfile.ZipInfo(f"{i // icons.shape[1]:04}-{i % icons.shape[1]}.webp", LONG_AGO), file)
    for name in (CONCEPTS, JUDGE):
        shutil.copyfile(work / name, folder / name)


def unpack(folder: Path, work: Path) -> None:
    """Does nothing where it has been done."""
    if (work / "icons.npy").exists():
        return
    concepts = json.loads((folder / CONCEPTS).read_text())
    icons = np.zeros((len(concepts) * len(data.STYLES), data.PIXELS, data.PIXELS, 4), np.uint8)
    with zipfile.ZipFile(folder / ICONS) as archive:
        files = [archive.read(name) for name in sorted(archive.namelist())]

    def draw(i: int) -> None:
        if files[i]:
            icons[i] = np.asarray(Image.open(io.BytesIO(files[i])).convert("RGBA"))

    with ThreadPoolExecutor() as pool:
        list(pool.map(draw, range(len(files))))
    for name in (CONCEPTS, JUDGE):
        shutil.copyfile(folder / name, work / name)
    partial = work / "partial.npy"
    np.save(partial, icons.reshape(len(concepts), len(data.STYLES), *icons.shape[1:]))
    partial.rename(work / "icons.npy")
