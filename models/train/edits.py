"""
Pictures with what is asked of them, for nets that are shown more than latents: checkpoints for inpainting (mask and
what it leaves of the picture; https://github.com/runwayml/stable-diffusion), InstructPix2Pix (the picture to change;
https://arxiv.org/abs/2211.09800), and a ControlNet (the picture's edges; https://arxiv.org/abs/2302.05543).
"""

from __future__ import annotations

import pickle
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor

import canny
import checkpoint
import colours
import data
import scenes
from device import DEVICE, autocast
from drawings import drawings_of
from latents import SHARD
from model import LatentDiffusion


@dataclass
class Edits:
    """What a net is trained on: texts, latents to come to [n, z, h, w], scaled, and planes it is shown [n, p, h, w], or
    pictures [n, p, height, width]."""

    texts: list[str]
    clean: Tensor
    planes: Tensor


def random_mask(rng: random.Random, size: int) -> np.ndarray:
    """[size, size] of 0 and 1: a rectangle, an ellipse, a side of the picture to extend, or all of it."""
    y, x = np.mgrid[:size, :size] / size
    kind = rng.random()
    if kind < 0.1:
        return np.ones((size, size), np.float32)
    if kind < 0.3:
        side, part = rng.choice([x, y, 1 - x, 1 - y]), rng.uniform(0.15, 0.6)
        return (side < part).astype(np.float32)
    centre_x, centre_y = rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8)
    half_w, half_h = rng.uniform(0.15, 0.55), rng.uniform(0.15, 0.55)
    across, down = (x - centre_x) / half_w, (y - centre_y) / half_h
    inside = np.maximum(abs(across), abs(down)) < 1 if kind < 0.7 else across**2 + down**2 < 1
    return inside.astype(np.float32)


@torch.inference_mode()
def encoded(model: LatentDiffusion, pictures: Tensor) -> Tensor:
    """Pixels in −1…1 → latents, not scaled."""
    with autocast():
        parts = [model.vae.encode(part.to(DEVICE))[0].float().cpu() for part in pictures.split(25)]
    return torch.cat(parts)


@torch.inference_mode()
def decoded(model: LatentDiffusion, latents: Tensor) -> Tensor:
    """And back."""
    with autocast():
        parts = [model.vae.decode(part.to(DEVICE)).float().cpu() for part in latents.split(25)]
    return torch.cat(parts)


def mask_planes(model: LatentDiffusion, pictures: Tensor, masks: Tensor) -> Tensor:
    """The mask at the latents' size, then the scaled latents of what it leaves: grey stands for the rest."""
    factor = model.config.vae.factor
    left = encoded(model, pictures * (1 - masks)) * model.config.vae.scale
    return torch.cat([masks[..., ::factor, ::factor], left], 1)


def inpainting(model: LatentDiffusion, rng: random.Random, work: Path, recipe: scenes.Recipe, count: int) -> Edits:
    drawings = drawings_of(work)
    concepts, size = drawings.concepts, model.config.size
    drawn = [scenes.random_scene(rng, recipe, concepts) for _ in range(count)]
    pictures = drawings(drawn, size).cpu()
    masks = torch.from_numpy(np.stack([random_mask(rng, size) for _ in drawn]))[:, None]
    return Edits(
        # Mostly the ground is not named: it is to be seen beside the mask.
        [scenes.caption(rng, scene, concepts, grounded=rng.random() < 0.25) for scene in drawn],
        encoded(model, pictures) * model.config.vae.scale,
        mask_planes(model, pictures, masks),
    )


COLOUR = ["make it {}"] * 3 + ["make the {thing} {}", "turn it {}", "paint it {}", "colour it {}", "color it {}"]
GROUND = [
    "make the background {}", "add a {} background", "put it on a {} background", "change the background to {}",
    "on a {} background", "{} background",
]
SWAP = ["turn it into a {}", "make it a {}", "replace it with a {}", "turn the {thing} into a {}"]
OUTLINE = ["make it an outline", "turn it into an outline", "draw only its outline", "outline"]
WORDS = " ".join((*COLOUR, *GROUND, *SWAP, *OUTLINE)).replace("{thing}", "").replace("{}", "")


def random_edit(
    rng: random.Random, recipe: scenes.Recipe, concepts: list[data.Concept]
) -> tuple[scenes.Scene, str, scenes.Scene]:
    """A scene, what to do with it, and what becomes of it."""
    kind = rng.choices(["colour", "ground", "swap", "outline"], [0.4, 0.3, 0.15, 0.15])[0]
    scene = scenes.random_scene(rng, recipe, concepts)
    while kind == "colour" and not concepts[scene.things[0].concept].recolours:
        scene = scenes.random_scene(rng, recipe, concepts)
    thing = scene.things[0]
    if kind == "colour":
        colour = rng.choice([hue for hue in colours.HUES if hue not in (thing.colour, scene.ground)])
        word, after = colour, replace(scene, things=(replace(thing, colour=colour),))
    elif kind == "ground":
        word = rng.choice([ground for ground in colours.GROUNDS if ground not in (scene.ground, thing.colour)])
        after = replace(scene, ground=word)
    elif kind == "swap":
        other = scenes.any_concept(rng, recipe, concepts, thing.concept)
        word, after = concepts[other].name, replace(scene, things=(replace(thing, concept=other, colour=None),))
    else:
        word, after = "", replace(scene, look="outline")
    frames = {"colour": COLOUR, "ground": GROUND, "swap": SWAP, "outline": OUTLINE}[kind]
    return scene, rng.choice(frames).format(word, thing=concepts[thing.concept].plain), after


def instructions(model: LatentDiffusion, rng: random.Random, work: Path, recipe: scenes.Recipe, count: int) -> Edits:
    drawings = drawings_of(work)
    edits = [random_edit(rng, recipe, drawings.concepts) for _ in range(count)]

    def latents_of(drawn: list[scenes.Scene]) -> Tensor:
        return encoded(model, drawings(drawn, model.config.size))

    befores, texts, afters = zip(*edits)
    return Edits(list(texts), latents_of(list(afters)) * model.config.vae.scale, latents_of(list(befores)))


def edges_of(pictures: Tensor) -> Tensor:
    """Pixels [n, 3, h, w] in −1…1 → white lines on black [n, 1, h, w] of 0 and 1."""
    pixels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    return torch.from_numpy(np.stack([canny.canny(picture) for picture in pixels])[:, None]).float()


def edged(model: LatentDiffusion, rng: random.Random, work: Path, recipe: scenes.Recipe, count: int) -> Edits:
    drawings = drawings_of(work)
    drawn = [scenes.random_scene(rng, recipe, drawings.concepts) for _ in range(count)]
    pictures = drawings(drawn, model.config.size).cpu()
    return Edits(
        [scenes.caption(rng, scene, drawings.concepts) for scene in drawn],
        encoded(model, pictures) * model.config.vae.scale,
        edges_of(pictures),
    )


MAKERS: dict[str, Callable[[LatentDiffusion, random.Random, Path, scenes.Recipe, int], Edits]] = {
    "inpaint": inpainting,
    "instruct": instructions,
    "edges": edged,
}


def build(source: Path, work: Path, kind: str, recipe: scenes.Recipe, shards: int) -> None:
    """So many thousand edits, kept in the folder `kind`."""
    model = checkpoint.load(source).to(DEVICE)
    folder = work / kind
    folder.mkdir(exist_ok=True)
    for shard in range(shards):
        path = folder / f"{shard:03}.pickle"
        if path.exists():
            continue
        began = time.time()
        made = MAKERS[kind](model, random.Random(shard), work, recipe, SHARD)
        partial = path.with_suffix(".partial")
        partial.write_bytes(pickle.dumps((made.texts, made.clean.half().numpy(), made.planes.half().numpy())))
        partial.rename(path)
        print(f"shard {shard}: {SHARD} edits in {time.time() - began:.0f} s", flush=True)


def load(work: Path, kind: str) -> Edits:
    shards = [pickle.loads(path.read_bytes()) for path in sorted((work / kind).glob("*.pickle"))]
    if not shards:
        raise SystemExit(f"There is nothing in {work / kind} yet: run the stage `edits` first.")
    texts, clean, planes = zip(*shards)
    together = (torch.from_numpy(np.concatenate(parts)).float() for parts in (clean, planes))
    return Edits([text for part in texts for text in part], *together)
