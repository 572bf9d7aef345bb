"""
An autoencoder from nothing, where there is no latent space to keep: pictures to latents and back, end to end. Wants a
GPU; on a CPU growing an older checkpoint (grow.py) is many times faster.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

import checkpoint
import data
import scenes
import whiten
from device import DEVICE, autocast, compiled, fitting
from drawings import drawings_of
from train_vae import picture_loss, psnr
from training import Run
from vae import AutoencoderKL


@dataclass(frozen=True)
class Settings:
    minutes: float = 120
    batch: int = 32
    learning_rate: float = 1e-3
    decay: float = 0.999
    kl: float = 5e-4
    """Weight of the divergence from a unit normal (https://arxiv.org/abs/1312.6114, appendix B)."""
    log: int = 50


class Pictures:
    """Scenes of all concepts and styles, made up as they are asked for."""

    def __init__(self, work: Path, seed: int, size: int) -> None:
        self.drawings = drawings_of(work)
        everything = tuple((style, 1.0) for style in data.STYLES)
        self.recipe = replace(scenes.VARIED, top=len(self.drawings.concepts), styles=everything)
        self.rng, self.size = random.Random(seed), size

    def __call__(self, count: int) -> Tensor:
        drawn = [scenes.random_scene(self.rng, self.recipe, self.drawings.concepts) for _ in range(count)]
        return self.drawings(drawn, self.size)


def open_run(source: Path, work: Path, settings: Settings) -> Run:
    vae = checkpoint.load(source).vae.to(DEVICE, memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(vae.parameters(), betas=(0.9, 0.99), weight_decay=1e-3, fused=True)
    return Run(work / "autoencoder.pt", vae, optimizer, settings.decay, settings.minutes)


def train(source: Path, work: Path, settings: Settings) -> None:
    torch.manual_seed(0)
    run = open_run(source, work, settings)
    vae: AutoencoderKL = run.module
    size = checkpoint.load(source).config.size
    pictures = Pictures(work, run.step, size)
    check = Pictures(work, 1_000_000, size)(16)

    def loss_of(x: Tensor) -> Tensor:
        with autocast():
            mean, log_variance = vae.encode(x)
            mean, log_variance = mean.float(), log_variance.float().clamp(-12, 4)
            y = vae.decode(mean + torch.randn_like(mean) * (0.5 * log_variance).exp()).float()
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
        return picture_loss(y, x) + settings.kl * divergence

    batch = fitting(settings.batch, lambda count: loss_of(check[:1].expand(count, -1, -1, -1)).backward())
    step = compiled(loss_of, settings.minutes)
    while run.clock.share < 1:
        loss = step(pictures(batch).contiguous(memory_format=torch.channels_last))
        run.advance(loss, settings.learning_rate)
        if run.step % settings.log == 0:
            average: AutoencoderKL = run.average.module
            with torch.no_grad(), autocast():
                seen = psnr(average.decode(average.encode(check)[0]).float(), check)
            rate = batch * run.step / run.clock.seconds
            print(f"step {run.step} {run.clock.seconds / 60:.1f} min, {rate:.0f} pictures/s, {seen:.2f} dB", flush=True)
    run.save()


def export(source: Path, work: Path, out: Path, seen: int = 256) -> None:
    """The checkpoint `source` with the autoencoder learned, its latents whitened by those of `seen` pictures."""
    model = checkpoint.load(source).to(DEVICE)
    model.vae.load_state_dict(open_run(source, work, Settings()).average.module.state_dict())
    pictures = Pictures(work, 2_000_000, model.config.size)
    with torch.no_grad(), autocast():
        means = torch.cat([model.vae.encode(pictures(16))[0].float() for _ in range(seen // 16)])
    whiten.fold(model.vae, means, model.config.vae.scale)
    checkpoint.save(model, out, checkpoint.training_of(source))
