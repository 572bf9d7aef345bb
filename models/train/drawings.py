"""Scenes as pictures, on the device that trains."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import colours
import data
from data import PIXELS, STYLES
from device import DEVICE
from easel import Pose, compose
from looks import LOOKS
from scenes import Scene


class Drawings:
    """Icons as scenes want them, in other colours and looks; each is made once and stays on the device."""

    def __init__(self, work: Path, icons: str = "icons.npy") -> None:
        self.icons, self.concepts = data.load(work, icons)
        pixels = self.icons.shape[-2]
        self.clear = torch.zeros(4, pixels, pixels, dtype=torch.uint8, device=DEVICE)
        self.drawing = cache(self._drawing)

    def _drawing(self, concept: int, style: str, colour: str | None, look: str) -> Tensor:
        rgba = np.asarray(self.icons[concept, list(STYLES).index(style)])
        if colour:
            rgba = colours.recolour(rgba, self.concepts[concept].hue, colour)
        return torch.tensor(LOOKS[look](rgba), device=DEVICE).permute(2, 0, 1).contiguous()

    def __call__(self, drawn: list[Scene], size: int = PIXELS) -> Tensor:
        """[scenes, 3, size, size] in −1…1."""
        most = max(len(scene.things) for scene in drawn)
        rows = [
            [self.drawing(thing.concept, thing.style, thing.colour, scene.look) for thing in scene.things]
            + [self.clear] * (most - len(scene.things))
            for scene in drawn
        ]
        poses = [
            (*(thing.pose for thing in scene.things), *[Pose()] * (most - len(scene.things))) for scene in drawn
        ]
        grounds = torch.tensor([colours.ALL_GROUNDS[scene.ground] for scene in drawn], device=DEVICE)
        return compose(torch.stack([torch.stack(row) for row in rows]), poses, grounds, size)


@cache
def drawings_of(work: Path) -> Drawings:
    """One for all stages, so that no icon is made twice."""
    return Drawings(work)
