"""A small judge for the evaluation: which of the common concepts is in a picture? Knows renderings, never samples."""

from __future__ import annotations

import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import colours
import data
import scenes
from device import DEVICE
from drawings import drawings_of

CLASSES = 100
SIDE = 32
"""Pixels it sees: fewer than any model draws, so that all are judged by the same."""


def common(concepts: list[data.Concept]) -> list[int]:
    """The first CLASSES concepts of common.txt."""
    return sorted(range(len(concepts)), key=lambda i: concepts[i].place)[:CLASSES]


def shrink(pictures: Tensor) -> Tensor:
    """[n, 3, h, w] → [n, 3, SIDE, SIDE]."""
    return F.interpolate(pictures, (SIDE, SIDE), mode="bicubic", antialias=True)


SEEING = 13
"""Layers up to the last but two: what follows only names."""


def build_net() -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels, out in ((3, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(128 * (SIDE // 8) ** 2, CLASSES))


def renderings(work: Path, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Pictures [n, 3, SIDE, SIDE] of every class in all styles, poses and colours it takes, on all grounds."""
    drawings = drawings_of(work)
    concepts = drawings.concepts
    classes, rng = common(concepts), random.Random(seed)
    drawn, labels = [], []
    for i in range(count):
        thing = scenes.draw_thing(rng, scenes.VARIED, concepts, classes[i % CLASSES])
        [thing] = scenes.stood(rng, [thing], False, rng.random() < 0.6, concepts)
        ground = rng.choice(["white", *(name for name in colours.GROUNDS if name != thing.colour)])
        drawn.append(scenes.Scene((thing,), ground))
        labels.append(i % CLASSES)
    small = [shrink(drawings(drawn[i : i + 100])).cpu() for i in range(0, count, 100)]
    return torch.cat(small), torch.tensor(labels)


def shaken(pictures: Tensor) -> Tensor:
    """Moved, scaled, blurred and noisy, as samples of a small model are."""
    n = len(pictures)
    place = torch.zeros(n, 2, 3)
    place[:, 0, 0] = place[:, 1, 1] = 0.85 + 0.4 * torch.rand(n)
    place[:, :, 2] = 0.3 * torch.rand(n, 2) - 0.15
    moved = F.grid_sample(
        pictures, F.affine_grid(place, list(pictures.shape), align_corners=False),
        padding_mode="border", align_corners=False,
    )
    blurred = F.avg_pool2d(F.pad(moved, (1, 1, 1, 1), mode="replicate"), 3, 1)
    mixed = torch.lerp(moved, blurred, torch.rand(n, 1, 1, 1))
    return mixed + 0.15 * torch.rand(n, 1, 1, 1) * torch.randn_like(mixed)


def train(work: Path, steps: int = 1500) -> nn.Sequential:
    """Read from classifier.pt if it is there; prints how well it knows renderings it has not seen."""
    path, net = work / "classifier.pt", build_net()
    if path.exists():
        net.load_state_dict(torch.load(path))
        return net.eval().to(DEVICE)
    torch.manual_seed(0)
    pictures, labels = renderings(work, 60 * CLASSES, seed=1)
    net.train().to(DEVICE)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps)
    for _ in range(steps):
        chosen = torch.randint(len(pictures), (64,))
        guessed = net(shaken(pictures[chosen]).to(DEVICE))
        loss = F.cross_entropy(guessed, labels[chosen].to(DEVICE), label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()
    with torch.inference_mode():
        unseen, answers = renderings(work, 10 * CLASSES, seed=2)
        first = (net(unseen.to(DEVICE)).argmax(-1).cpu() == answers).float().mean()
    print(f"classifier: {first:.1%} of unseen renderings right", flush=True)
    torch.save(net.state_dict(), path)
    return net
