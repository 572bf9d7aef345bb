"""A LoRA for what all latents have in common, such as a look."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

import checkpoint
import lora
import scenes
from device import DEVICE
from model import LatentDiffusion
from objective import Objective
from tokenizer import Tokenizer
from train_unet import Scenes
from training import Log, Run


@dataclass(frozen=True)
class Settings:
    minutes: float = 15
    batch: int = 16
    learning_rate: float = 2e-3
    decay: float = 0.99
    rank: int = 8
    top: int = 80
    """Concepts that the checkpoint draws."""
    noisy: float = 0.5
    """Share of timesteps drawn from 400 on."""
    empty: float = 0.1
    """Share of captions left empty."""
    log: int = 20


def open_run(source: Path, work: Path, settings: Settings) -> tuple[Run, LatentDiffusion, nn.ModuleDict]:
    model = checkpoint.load(source).to(DEVICE).requires_grad_(False)
    model.unet.to(memory_format=torch.channels_last)
    torch.manual_seed(0)
    added = lora.attach(model.unet, model.config.unet, settings.rank, settings.rank).to(DEVICE)
    optimizer = torch.optim.AdamW(added.parameters(), betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    return Run(work / "lora.pt", added, optimizer, settings.decay, settings.minutes), model, added


def train(source: Path, work: Path, settings: Settings) -> None:
    run, model, _ = open_run(source, work, settings)
    pool, tokenizer = Scenes(work), Tokenizer()
    rng = random.Random(run.step)
    torch.manual_seed(run.step)
    objective, log = Objective(model.config.prediction, settings.noisy), Log(run, settings.log)
    while run.clock.share < 1:
        chosen = pool.draw(rng, settings.batch, settings.top, 0, 0)
        texts = [
            "" if rng.random() < settings.empty else scenes.caption(rng, pool.scenes[i], pool.concepts) for i in chosen
        ]
        context = model.text(torch.tensor([tokenizer(text) for text in texts], device=DEVICE))
        loss = objective(lambda x, t: model.unet(x, t, context), pool.latents[chosen].to(DEVICE))
        run.advance(loss, settings.learning_rate)
        log(loss, settings.batch)
    run.save()


def export(source: Path, work: Path, out: Path, settings: Settings) -> None:
    run, _, _ = open_run(source, work, settings)
    lora.save(run.average.module, out, {
        "modelspec.title": out.stem,
        "ss_output_name": out.stem,
        "ss_steps": str(run.step),
        "ss_sd_model_name": source.name,
        "modelspec.license": "MIT (weights); see attribution",
        "attribution": checkpoint.ATTRIBUTION,
    })
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, {run.step} steps")
