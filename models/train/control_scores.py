"""Numbers for a ControlNet: does what is drawn have its edges where the hint has them?"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch.nn.functional as F
from torch import Tensor

import checkpoint
import control
import data
import edits
import sampler
import scenes
from device import DEVICE
from drawings import Drawings
from model import LatentDiffusion

KNOWN, TRAINED = 80, 120
"""Concepts that the checkpoint draws; concepts whose edges the ControlNet has seen."""
GUIDANCE = 2.0
"""The more of it, the less the hint is heeded; the checkpoint alone begins with 5."""
COUNT = 40
SEED = 1_000_000


def near(edges: Tensor) -> Tensor:
    """[n, 1, h, w] of 0 and 1 → 1 where an edge is within a pixel."""
    return F.max_pool2d(edges, 3, 1, 1)


@dataclass(frozen=True)
class Agreement:
    """Over all pictures together, 0…1."""

    drawn: float
    """Share of the edges drawn that are within a pixel of the hint's."""
    kept: float
    """Share of the hint's edges that are within a pixel of one drawn."""

    def __str__(self) -> str:
        return f"{100 * self.drawn:.0f} % of what it draws, {100 * self.kept:.0f} % of the hint"


def agreement(drawn: Tensor, hints: Tensor) -> Agreement:
    """Of pictures [n, 3, h, w] in −1…1 with hints [n, 1, h, w] of 0 and 1."""
    edges = edits.edges_of(drawn)
    return Agreement(
        ((edges * near(hints)).sum() / edges.sum()).item(), ((hints * near(edges)).sum() / hints.sum()).item()
    )


def adder(net: control.ControlNet, hints: Tensor) -> sampler.Control:
    """For hints [n, 1 or 3, h, w] in 0…1, which stand for as many pictures in each half of guidance."""
    colours = hints.expand(-1, 3, -1, -1).to(DEVICE)
    return lambda x, t, context: net(x, t, context, colours.repeat(len(x) // len(colours), 1, 1, 1))


Draw = Callable[[LatentDiffusion, Callable[[list[int]], sampler.Guided], int], Tensor]
"""So many pictures, by what a part of their places is guided (companions.py)."""


def posed(concepts: list[data.Concept], first: int, last: int, rng: random.Random) -> list[scenes.Scene]:
    """COUNT scenes of one thing each, anywhere but in the middle, of concepts between those places."""
    recipe = scenes.Recipe(top=last, styles=(("flat", 1),), coloured=0, grounds=0.5, pairs=0, posed=1)
    drawn: list[scenes.Scene] = []
    while len(drawn) < COUNT:
        scene = scenes.random_scene(rng, recipe, concepts)
        if concepts[scene.things[0].concept].place >= first:
            drawn.append(scene)
    return drawn


def evaluate(
    path: Path, bundled: Path, drawings: Drawings, draw: Draw, names: Callable[[Tensor], list[int]]
) -> None:
    """`names`: the concepts that the classifier sees."""
    model = checkpoint.load(bundled).to(DEVICE)
    net = control.load(model.unet, path).to(DEVICE)
    rng = random.Random(SEED)
    for what, first, last in (("known things", 0, KNOWN), ("things it never saw", TRAINED, 2 * TRAINED)):
        drawn = posed(drawings.concepts, first, last, rng)
        pictures = drawings(drawn, model.config.size).cpu()
        hints = edits.edges_of(pictures)
        prompts = [scenes.caption(random.Random(0), scene, drawings.concepts) for scene in drawn]

        def guided(part: list[int], guidance: float, by: bool) -> sampler.Guided:
            asked = [prompts[i] for i in part]
            return sampler.by_text(model, asked, guidance, control=adder(net, hints[part]) if by else None)

        for how, guidance, by in (("without", 5.0, False), ("guidance 5, with", 5.0, True), ("with", GUIDANCE, True)):
            result = draw(model, lambda part, by=by, guidance=guidance: guided(part, guidance, by), COUNT)
            right = sum(seen == scene.things[0].concept for seen, scene in zip(names(result), drawn))
            thing = f", thing right in {right} of {COUNT}" if last <= KNOWN else ""
            print(f"edges of {what}, {how} it: {agreement(result, hints)}{thing}")
        seen = edits.decoded(model, edits.encoded(model, pictures))
        print(f"edges of {what}, the pictures themselves through the VAE: {agreement(seen, hints)}")
