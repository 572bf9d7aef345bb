"""Pictures drawn by the batch, on whatever device the drawings are: things in their poses over a plain ground."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Pose:
    """How a thing stands in a picture."""

    size: float = 1.0
    """Of the picture's side."""
    x: float = 0.5
    y: float = 0.5
    """Its middle."""
    turn: float = 0.0
    """Degrees, anticlockwise."""
    mirrored: bool = False

    def inverse(self) -> list[list[float]]:
        """The affine map from places in the picture to places in the drawing, both in −1…1."""
        cos, sin = math.cos(math.radians(self.turn)) / self.size, math.sin(math.radians(self.turn)) / self.size
        x, y = 2 * self.x - 1, 2 * self.y - 1
        side = -1.0 if self.mirrored else 1.0
        return [
            [side * cos, -side * sin, side * (sin * y - cos * x)],
            [sin, cos, -sin * x - cos * y],
        ]


def random_pose(rng: random.Random, mirrors: bool, share: float = 1.0, smallest: float = 0.6) -> Pose:
    """Wholly inside the middle of a picture, `share` of its side, but for what a turn takes away."""
    size = rng.uniform(smallest, 1.0) * share
    room = (share - size) / 2
    x, y = (0.5 + rng.uniform(-room, room) for _ in range(2))
    turn = max(-24.0, min(24.0, rng.gauss(0, 9)))
    return Pose(size, x, y, turn, mirrors and rng.random() < 0.5)


LEVELS = ((0.7, math.inf), (0.35, 0.7), (0.0, 0.35))
"""Scales at which a thing is drawn from its drawing, from half of it and from a quarter."""


def compose(drawings: Tensor, poses: list[tuple[Pose, ...]], grounds: Tensor, size: int) -> Tensor:
    """
    drawings: RGBA in 0…255 [n, things, 4, p, p], clear where there is no thing; grounds: RGB in 0…255 [n, 3].
    → [n, 3, size, size] in −1…1. What is drawn much smaller than it is, is taken from means of its pixels: else thin
    lines would be lost.
    """
    n, things, _, pixels, _ = drawings.shape
    device, flat = drawings.device, [pose for row in poses for pose in row]
    rgba = drawings.flatten(0, 1).float() / 255
    level = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)
    scales = torch.tensor([pose.size * size / pixels for pose in flat])
    maps = torch.tensor([pose.inverse() for pose in flat]).to(device)[..., None, None]
    # Written out: F.affine_grid multiplies matrices, which a GPU does in fewer digits.
    x = (2 * torch.arange(size, device=device) + 1) / size - 1
    grid = (maps[:, :, 0] * x + maps[:, :, 1] * x[:, None] + maps[:, :, 2]).permute(0, 2, 3, 1)
    placed = level.new_zeros(n * things, 4, size, size)
    for lowest, highest in LEVELS:
        here = ((scales >= lowest) & (scales < highest)).nonzero()[:, 0].to(device)
        if len(here):
            placed[here] = F.grid_sample(level[here], grid[here], align_corners=False)
        level = F.avg_pool2d(level, 2)
    picture = grounds.to(level)[:, :, None, None].div(255).expand(n, 3, size, size)
    for thing in placed.unflatten(0, (n, things)).unbind(1):
        picture = thing[:, :3] + picture * (1 - thing[:, 3:])
    return picture * 2 - 1
