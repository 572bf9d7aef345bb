"""Scenes and their latents, encoded once: shard after shard, so that a run can be gone on with or widened."""

from __future__ import annotations

import pickle
import random
import time
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor

import checkpoint
import scenes
from device import DEVICE, autocast
from drawings import drawings_of

SHARD = 1000
"""Scenes in one, but for those that must be quick."""


def to_tensor(pictures: np.ndarray) -> Tensor:
    """[n, h, w, 3] in 0…255 → [n, 3, h, w] in −1…1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous()


@torch.inference_mode()
def build(
    source: Path,
    work: Path,
    recipe: scenes.Recipe,
    shards: int,
    latent_size: int,
    each: int = SHARD,
    late: Callable[[], bool] = lambda: False,
) -> None:
    """
    Encodes `shards` times `each` scenes with the VAE of the checkpoint `source`, at the resolution that gives latents of
    the asked size, and keeps them scaled and in half precision. After the first shard none is begun once it is `late`.
    """
    drawings = drawings_of(work)
    model = checkpoint.load(source)
    vae, scale = model.vae.to(DEVICE), model.config.vae.scale
    size, together = latent_size * model.config.vae.factor, 250 if DEVICE.type == "cuda" else 25
    folder = work / "latents"
    folder.mkdir(exist_ok=True)
    for shard in range(shards):
        path = folder / f"{shard:03}.pickle"
        if path.exists():
            continue
        if shard and late():
            print(f"There is no time for more than {shard} shards of {shards}.", flush=True)
            return
        began, rng = time.time(), random.Random(shard)
        drawn = [scenes.random_scene(rng, recipe, drawings.concepts) for _ in range(each)]
        encoded = []
        for i in range(0, each, together):
            pictures = drawings(drawn[i : i + together], size)
            with autocast():
                mean, _ = vae.encode(pictures)
            encoded.append((mean.float() * scale).half().cpu())
        partial = path.with_suffix(".partial")
        partial.write_bytes(pickle.dumps((drawn, torch.cat(encoded).numpy())))
        partial.rename(path)
        print(f"shard {shard}: {each} scenes in {time.time() - began:.0f} s", flush=True)


def load(work: Path) -> tuple[list[scenes.Scene], Tensor]:
    """All shards there are: scenes and scaled latents [n, z, h, w]."""
    shards = [pickle.loads(path.read_bytes()) for path in sorted((work / "latents").glob("*.pickle"))]
    if not shards:
        raise SystemExit("There are no latents yet: run the stage `latents` first.")
    return [s for drawn, _ in shards for s in drawn], torch.from_numpy(np.concatenate([z for _, z in shards])).float()
