"""How far apart pictures of one thing are: those of different seeds, beside different pictures of that thing; how sharp."""

from __future__ import annotations

import random
from typing import Callable

import torch
from torch import Tensor

import scenes
from drawings import Drawings

SEEDS = 4
THINGS = 20
"""The first ones that are learned."""
PICTURES = SEEDS * THINGS

Look = Callable[[Tensor], Tensor]
"""Pictures [n, 3, h, w] → what is compared of them [n, …]."""


def apart(pictures: Tensor) -> float:
    """Root of the mean squared difference between two of [groups, n, …], over all pairs in each group."""
    flat = pictures.flatten(2).double()
    pairs = torch.triu_indices(flat.shape[1], flat.shape[1], 1)
    return (flat[:, pairs[0]] - flat[:, pairs[1]]).square().mean(-1).sqrt().mean().item()


def renderings(drawings: Drawings, concepts: list[int]) -> Tensor:
    """As many pictures of each concept as there are seeds, in all styles and poses, on white: [n · SEEDS, 3, h, w]."""
    rng, drawn = random.Random(3), list[scenes.Scene]()
    for concept in concepts:
        for _ in range(SEEDS):
            style = rng.choice([s for s, there in zip(scenes.STYLES, drawings.concepts[concept].drawn) if there])
            thing = scenes.Thing(concept, style)
            drawn.append(scenes.Scene(tuple(scenes.stood(rng, [thing], False, True, drawings.concepts)), "white"))
    return drawings(drawn).cpu()


def ratio(samples: Tensor, renderings: Tensor, look: Look) -> float:
    """
    Of `apart` among samples to `apart` among renderings, [n · SEEDS, 3, h, w] each: 0 when all seeds draw the same, 1
    when they differ as much as the pictures do that there are of the thing.
    """
    ours, theirs = (look(pictures).unflatten(0, (-1, SEEDS)) for pictures in (samples, renderings))
    return apart(ours) / apart(theirs)


def sharpness(pictures: Tensor) -> float:
    """
    How far it is from a pixel to the next where it is far at all, of [n, 3, h, w]: the sum of the squared steps beside that
    of the steps. A blur leaves the second as it is and makes the first smaller; how many edges there are makes no
    difference.
    """
    steps = torch.cat([pictures.diff(dim=-1).flatten(), pictures.diff(dim=-2).flatten()]).double()
    return (steps.square().sum() / steps.abs().sum()).item()
