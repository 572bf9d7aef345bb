"""Pictures in rows under their captions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

MARGIN, LINE = 4, 12


def to_image(picture: Tensor) -> Image.Image:
    """[3, h, w] in −1…1."""
    pixels = ((picture.clamp(-1, 1) + 1) * 127.5).round().byte()
    return Image.fromarray(np.ascontiguousarray(pixels.permute(1, 2, 0).cpu().numpy()))


def write(path: Path, rows: list[tuple[str, list[Tensor]]], side: int, columns: int = 2) -> None:
    """A caption over each row; rows stand in so many columns. Pictures are shown at `side` pixels."""
    across = max(len(pictures) for _, pictures in rows)
    width, height = across * (side + MARGIN) + 3 * MARGIN, side + LINE + 2 * MARGIN
    sheet = Image.new("RGB", (columns * width, -(-len(rows) // columns) * height), (235, 235, 235))
    pen = ImageDraw.Draw(sheet)
    for i, (caption, pictures) in enumerate(rows):
        left, top = i % columns * width + MARGIN, i // columns * height + MARGIN
        pen.text((left, top), caption, fill=(0, 0, 0))
        for k, picture in enumerate(pictures):
            shown = to_image(picture).resize((side, side), Image.Resampling.BICUBIC)
            sheet.paste(shown, (left + k * (side + MARGIN), top + LINE))
    sheet.save(path)
