"""A ControlNet for the edges of pictures: of the checkpoint itself nothing is trained."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch

import checkpoint
import control
import edits
from device import DEVICE
from model import LatentDiffusion
from objective import Objective
from tokenizer import Tokenizer
from training import Log, Run


@dataclass(frozen=True)
class Settings:
    minutes: float = 50
    batch: int = 16
    learning_rate: float = 5e-4
    decay: float = 0.995
    noisy: float = 0.6
    """Share of timesteps drawn from 400 on, where it is decided what goes where."""
    empty: float = 0.2
    """Share of texts left empty, so that edges alone are enough."""
    log: int = 20


def open_run(source: Path, work: Path, settings: Settings) -> tuple[Run, LatentDiffusion, control.ControlNet]:
    torch.manual_seed(0)
    model = checkpoint.load(source).to(DEVICE).requires_grad_(False)
    net = control.ControlNet(model.unet).requires_grad_(True).to(DEVICE, memory_format=torch.channels_last).train()
    model.unet.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    return Run(work / "control.pt", net, optimizer, settings.decay, settings.minutes), model, net


def train(source: Path, work: Path, settings: Settings) -> None:
    run, model, net = open_run(source, work, settings)
    pool, tokenizer = edits.load(work, "edges"), Tokenizer()
    rng = random.Random(run.step)
    torch.manual_seed(run.step)
    objective, log = Objective(model.config.prediction, settings.noisy), Log(run, settings.log)
    while run.clock.share < 1:
        chosen = [rng.randrange(len(pool.texts)) for _ in range(settings.batch)]
        texts = ["" if rng.random() < settings.empty else pool.texts[i] for i in chosen]
        context = model.text(torch.tensor([tokenizer(text) for text in texts], device=DEVICE))
        hints = pool.planes[chosen].to(DEVICE).expand(-1, 3, -1, -1)
        loss = objective(
            lambda x, t: model.unet(x, t, context, net(x, t, context, hints)), pool.clean[chosen].to(DEVICE)
        )
        run.advance(loss, settings.learning_rate)
        log(loss, settings.batch)
    run.save()


def export(source: Path, work: Path, out: Path) -> None:
    run, model, _ = open_run(source, work, Settings())
    config = model.config
    control.save(run.average.module, out, {
        "modelspec.title": "mini-sd emoji edges",
        "modelspec.architecture": "stable-diffusion-v1/controlnet (miniature)",
        "modelspec.license": "MIT (weights); see attribution",
        "modelspec.resolution": f"{config.size}x{config.size}",
        "sd.unet.num_heads": json.dumps(config.unet.heads),
        "sd.control": "canny",
        "sd.base": source.name,
        "sd.training": json.dumps({"steps": run.step, "minutes": round(run.clock.seconds / 60)}),
        "attribution": checkpoint.ATTRIBUTION,
    })
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, {run.step} steps")
