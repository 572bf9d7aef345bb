"""What a whole picture can look like, beside the style of its icons."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

INK, PAPER = (34, 34, 42), (255, 255, 255)


def outline(rgba: np.ndarray, thickness: int = 5, contrast: int = 56) -> np.ndarray:
    """An icon [h, w, 4] in 0…255 as a drawing in ink: lines where its colours meet, and paper between them."""
    padded = np.pad(rgba, ((4, 4), (4, 4), (0, 0)))
    icon = Image.fromarray(padded)
    flat = Image.new("RGBA", icon.size, (*PAPER, 255))
    flat.alpha_composite(icon)
    # Where an icon is white at its rim, only its opacity tells it from what is behind.
    planes = [*flat.convert("RGB").split(), icon.getchannel("A")]
    spans = [
        np.asarray(plane.filter(ImageFilter.MaxFilter(3))).astype(int) - np.asarray(plane.filter(ImageFilter.MinFilter(3)))
        for plane in (plane.filter(ImageFilter.MedianFilter(5)) for plane in planes)
    ]
    lines = Image.fromarray(((np.max(spans, 0) > contrast) * 255).astype(np.uint8))
    # The thinnest of lines are two pixels wide by now.
    lines = lines.filter(ImageFilter.MaxFilter(max(1, thickness - 2) | 1)).filter(ImageFilter.GaussianBlur(0.7))
    ink = np.asarray(lines)[..., None] / 255
    drawn = np.where(ink > 0, ink * np.array(INK) + (1 - ink) * np.array(PAPER), PAPER)
    opacity = np.maximum(np.asarray(lines), padded[..., 3])[..., None]
    return np.concatenate([drawn.round(), opacity], -1).astype(np.uint8)[4:-4, 4:-4]


LOOKS = {"plain": lambda rgba: rgba, "outline": outline}
