"""
Fits an autoencoder to latents that are given: the decoder learns the pictures they stand for, the encoder learns to
find them. So a grown VAE (grow.py) keeps the latent space that UNet and text encoder know, and all three can be
trained at the same time.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint
import latents
from device import DEVICE, autocast
from drawings import drawings_of
from training import Run
from vae import AutoencoderKL


@dataclass(frozen=True)
class Settings:
    minutes: float = 25
    batch: int = 2
    learning_rate: float = 5e-4
    decay: float = 0.98
    noise: float = 0.1
    """Largest noise added to a latent, as a UNet's latents are never quite right."""
    encoder_every: int = 10
    """Steps of the decoder for one of the encoder, which has less to learn."""
    log: int = 50


def edges(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def picture_loss(y: Tensor, x: Tensor) -> Tensor:
    """Absolute and squared error, and the absolute error of edges, which makes them sharp."""
    sharpness = sum(F.l1_loss(ours, theirs) for ours, theirs in zip(edges(y), edges(x)))
    return F.l1_loss(y, x) + 0.5 * sharpness + 2 * F.mse_loss(y, x)


def psnr(y: Tensor, x: Tensor) -> float:
    """In dB, for pixels in −1…1."""
    return -10 * math.log10(F.mse_loss(y.clamp(-1, 1), x).item() / 4)


def fit_outer_levels(vae: AutoencoderKL) -> None:
    """Deep layers know their latents already: only what is next to the picture is trained."""
    encoder, decoder = vae.encoder, vae.decoder
    vae.requires_grad_(False)
    for part in (encoder.conv_in, encoder.down[0], *decoder.up[:2], decoder.norm_out, decoder.conv_out):
        part.requires_grad_(True)


def open_run(source: Path, work: Path, settings: Settings) -> tuple[Run, AutoencoderKL]:
    vae = checkpoint.load(source).vae.to(DEVICE, memory_format=torch.channels_last).train()
    fit_outer_levels(vae)
    trained = [parameter for parameter in vae.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)
    return Run(work / "vae.pt", vae, optimizer, settings.decay, settings.minutes), vae


def train(source: Path, work: Path, settings: Settings) -> None:
    torch.manual_seed(0)
    run, vae = open_run(source, work, settings)
    drawings = drawings_of(work)
    drawn, known = latents.load(work)
    config = checkpoint.load(source).config
    known, size = known / config.vae.scale, known.shape[-1] * config.vae.factor
    spread = known.std()
    rng = random.Random(run.step)

    def batch(chosen: list[int]) -> tuple[Tensor, Tensor]:
        return drawings([drawn[i] for i in chosen], size), known[chosen].to(DEVICE)

    check_x, check_z = batch(list(range(16)))  # left out of the training
    while run.clock.share < 1:
        x, z = batch([rng.randrange(16, len(drawn)) for _ in range(settings.batch)])
        with autocast():
            shaken = z + settings.noise * spread * torch.rand(len(z), 1, 1, 1, device=DEVICE) * torch.randn_like(z)
            loss = picture_loss(vae.decode(shaken).float(), x)
            if run.step % settings.encoder_every == 0:
                mean, _ = vae.encode(x)
                loss = loss + F.mse_loss(mean.float() / spread, z / spread)
        run.advance(loss, settings.learning_rate)
        if run.step % settings.log == 0:
            with torch.no_grad(), autocast():
                average: AutoencoderKL = run.average.module
                decoded = average.decode(check_z[:8]).float()
                found = (average.encode(check_x[:8])[0].float() - check_z[:8]).square().mean().sqrt() / spread
            print(f"step {run.step} {run.clock.seconds / 60:.1f} min, loss {loss.item():.4f}, "
                  f"decoder {psnr(decoded, check_x[:8]):.2f} dB, encoder off by {found.item():.3f}", flush=True)
    run.save()


def export(source: Path, work: Path, out: Path) -> None:
    """The checkpoint `source` with the fitted VAE."""
    run, _ = open_run(source, work, Settings())
    model = checkpoint.load(source)
    model.vae.load_state_dict(run.average.module.state_dict())
    checkpoint.save(model, out, checkpoint.training_of(source))
    print(f"{out}: VAE of step {run.step}")
