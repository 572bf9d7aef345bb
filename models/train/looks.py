"""What a whole picture can look like, beside the style of its icons."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

EXTREMES = (ImageFilter.MaxFilter, ImageFilter.MinFilter)
INK, PAPER = (34, 34, 42), (255, 255, 255)


def outline(rgba: np.ndarray, contrast: int = 56) -> np.ndarray:
    """An icon [h, w, 4] in 0…255 as a drawing in ink: lines where its colours meet, and paper between them."""
    padded = np.pad(rgba, ((4, 4), (4, 4), (0, 0)))
    icon = Image.fromarray(padded)
    flat = Image.new("RGBA", icon.size, (*PAPER, 255))
    flat.alpha_composite(icon)
    # Where an icon is white at its rim, only its opacity tells it from what is behind.
    planes = [*flat.convert("RGB").split(), icon.getchannel("A")]
    calm = [plane.filter(ImageFilter.MedianFilter(5)) for plane in planes]
    spans = [
        np.subtract(*(np.asarray(plane.filter(extreme(3))).astype(int) for extreme in EXTREMES)) for plane in calm
    ]
    lines = Image.fromarray(((np.max(spans, 0) > contrast) * 255).astype(np.uint8))
    # The thinnest of lines are two pixels wide by now.
    lines = lines.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(0.7))
    ink = np.asarray(lines)[..., None] / 255
    drawn = ink * np.array(INK) + (1 - ink) * np.array(PAPER)
    opacity = np.maximum(np.asarray(lines), padded[..., 3])[..., None]
    return np.concatenate([drawn.round(), opacity], -1).astype(np.uint8)[4:-4, 4:-4]


LOOKS = {"plain": lambda rgba: rgba, "outline": outline}
