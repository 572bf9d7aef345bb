"""A Compact upscaler for the artwork that the checkpoint was trained on, and for pictures that it draws."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint
import data
import scenes
import upscaler
from device import DEVICE, autocast
from drawings import Drawings
from training import Log, Run


@dataclass(frozen=True)
class Settings:
    minutes: float = 20
    batch: int = 16
    learning_rate: float = 2e-3
    decay: float = 0.998
    pictures: int = 300
    """Drawn once, of which patches are cut anew at every step."""
    patch: int = 24
    """Pixels on a side of what is enlarged in training."""
    soft: float = 0.6
    """Share of patches that are made soft and noisy, as a checkpoint's pictures are."""
    log: int = 50


SOFTEST, NOISIEST = 1.1, 3.0
"""Standard deviation of the blur, in pixels, and of the noise, of 255."""
APART = 20
"""Of so many concepts one is kept for the evaluation."""


def kept(concept: int) -> bool:
    """Whether no upscaler has been trained on it."""
    return concept % APART == 0


def other_scene(rng: random.Random, recipe: scenes.Recipe, concepts: list[data.Concept]) -> scenes.Scene:
    """One without anything that is kept for the evaluation, and nothing that the flat style lacks."""
    while True:
        scene = scenes.random_scene(rng, recipe, concepts)
        if all(thing.style == "flat" and not kept(thing.concept) for thing in scene.things):
            return scene


def to_bytes(pictures: Tensor) -> Tensor:
    """−1…1 → 0…255."""
    return ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte()


def pool_of(drawings: Drawings, count: int, size: int) -> Tensor:
    """So many pictures [n, 3, size, size] in 0…255, the same at every start."""
    rng = random.Random(0)
    recipe = scenes.Recipe(
        top=2 * len(drawings.concepts), styles=(("flat", 1),), coloured=0.3, grounds=0.5, pairs=0.2, posed=0.5
    )
    drawn = [other_scene(rng, recipe, drawings.concepts) for _ in range(count)]
    pool = torch.cat([to_bytes(drawings(drawn[i : i + 20], size)).cpu() for i in range(0, count, 20)])
    drawings.drawing.cache_clear()
    return pool


def small(large: Tensor) -> Tensor:
    """[…, 4 h, 4 w] → […, h, w], each pixel the mean of those it stands for."""
    return F.avg_pool2d(large, upscaler.SCALE)


def blurred(patch: Tensor, deviation: float) -> Tensor:
    """[c, h, w], by a bell curve."""
    reach = math.ceil(2.5 * deviation)
    bell = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / deviation) ** 2)
    bell = bell / bell.sum()
    across = F.conv2d(F.pad(patch[:, None], (reach, reach, 0, 0), mode="replicate"), bell[None, None, None])
    return F.conv2d(F.pad(across, (0, 0, reach, reach), mode="replicate"), bell[None, None, :, None])[:, 0]


def reduced(rng: random.Random, large: Tensor, soft: float) -> Tensor:
    """[c, 4 h, 4 w] → [c, h, w] in 0…255, by whole numbers as a file has them: in one of two ways that are common."""
    if rng.random() < 0.5:
        less = small(large)
    else:
        less = F.interpolate(large[None], scale_factor=1 / upscaler.SCALE, mode="bicubic", antialias=True)[0]
    if rng.random() < soft:
        less = blurred(less, rng.uniform(0.3, SOFTEST)) + rng.uniform(0, NOISIEST) * torch.randn_like(less)
    return less.clamp(0, 255).round()


def draw(rng: random.Random, pool: Tensor, settings: Settings) -> tuple[Tensor, Tensor]:
    """Patches in 0…1 and what is to become of them; turned by right angles and mirrored."""
    side, afters, befores = upscaler.SCALE * settings.patch, [], []
    for _ in range(settings.batch):
        y, x = (rng.randint(0, pool.shape[-1] - side) for _ in range(2))
        after = pool[rng.randrange(len(pool)), :, y : y + side, x : x + side].float().rot90(rng.randrange(4), (-2, -1))
        after = after.flip(-1) if rng.random() < 0.5 else after
        afters.append(after)
        befores.append(reduced(rng, after, settings.soft))
    return torch.stack(befores) / 255, torch.stack(afters) / 255


def open_run(work: Path, settings: Settings) -> Run:
    torch.manual_seed(0)
    net = upscaler.Compact().to(DEVICE, memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(net.parameters(), betas=(0.9, 0.99), weight_decay=0, fused=True)
    return Run(work / "upscaler.pt", net, optimizer, settings.decay, settings.minutes)


def train(work: Path, settings: Settings) -> None:
    pool = pool_of(Drawings(work, "large.npy"), settings.pictures, data.LARGE)
    run = open_run(work, settings)
    torch.manual_seed(run.step)
    rng, log = random.Random(run.step), Log(run, settings.log)
    while run.clock.share < 1:
        before, after = (part.to(DEVICE, memory_format=torch.channels_last) for part in draw(rng, pool, settings))
        with autocast():
            enlarged = run.module(before)
        loss = F.mse_loss(enlarged.float(), after) + 0.1 * F.l1_loss(enlarged.float(), after)
        run.advance(loss, settings.learning_rate)
        log(loss, settings.batch)
    run.save()


def export(work: Path, out: Path) -> None:
    run = open_run(work, Settings())
    upscaler.save(run.average.module, out, {
        "modelspec.title": "mini-compact emoji x4",
        "modelspec.architecture": "srvgg-net-compact",
        "modelspec.license": "MIT (weights); see attribution",
        "sd.training": json.dumps({"steps": run.step, "minutes": round(run.clock.seconds / 60)}),
        "attribution": checkpoint.ATTRIBUTION,
    })
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, {run.step} steps")
