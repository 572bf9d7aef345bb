"""Numbers for an upscaler: how near to the artwork drawn large, beside bicubic enlargement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint
import classifier
import edits
import evaluate as base
import scenes
import train_upscaler
import upscaler
from device import DEVICE
from drawings import Drawings
from train_vae import psnr

DRAWN = 60
"""Things that the checkpoint draws best, in their places: nearly as they are in the artwork."""


def upright(concepts: list[int], ground: str = "white") -> list[scenes.Scene]:
    return [scenes.Scene((scenes.Thing(concept, "flat"),), ground) for concept in concepts]


def bicubic(small: Tensor) -> Tensor:
    return F.interpolate(small, scale_factor=upscaler.SCALE, mode="bicubic", align_corners=False)


@torch.inference_mode()
def enlarged(net: upscaler.Compact, small: Tensor) -> Tensor:
    """Pictures in −1…1, as both the app and the training hand them over: by whole numbers."""
    parts = [net(part.to(DEVICE).float() / 255).cpu() * 2 - 1 for part in train_upscaler.to_bytes(small).split(10)]
    return torch.cat(parts)


def compare(what: str, net: upscaler.Compact, small: Tensor, large: Tensor) -> None:
    """Mean PSNR of pictures in −1…1, and how many are nearer than by bicubic enlargement."""
    small = train_upscaler.to_bytes(small).float() / 127.5 - 1
    scores = [
        [psnr(picture, truth) for picture, truth in zip(pictures, large)]
        for pictures in (bicubic(small), enlarged(net, small))
    ]
    better = sum(ours > theirs for theirs, ours in zip(*scores))
    print(f"enlarged, {what}: {np.mean(scores[1]):.2f} dB, bicubic {np.mean(scores[0]):.2f} dB; "
          f"nearer in {better} of {len(large)}")


def evaluate(path: Path, bundled: Path, work: Path) -> None:
    """On artwork it was not trained on, on the same through the VAE, and on what the checkpoint draws."""
    model, net = checkpoint.load(bundled).to(DEVICE), upscaler.load(path).to(DEVICE)
    drawings = Drawings(work, "large.npy")
    size = model.config.size * upscaler.SCALE
    concepts = drawings.concepts
    new = [i for i, concept in enumerate(concepts) if train_upscaler.kept(i) and concept.drawn[0]]
    large = drawings(upright(new), size).cpu()
    small = train_upscaler.small(large)
    compare("artwork", net, small, large)
    compare("artwork through the VAE", net, edits.decoded(model, edits.encoded(model, small)), large)
    known = classifier.common(concepts)[:DRAWN]
    drawn = base.pictures(model, [concepts[i].name for i in known])
    compare("what the model draws", net, drawn, drawings(upright(known), size).cpu())
