"""DDIM with guidance, as the app draws by default with the bundled model."""

from __future__ import annotations

from typing import Callable, Sequence

import torch
from torch import Tensor

import schedule
from device import DEVICE, autocast
from model import LatentDiffusion
from tokenizer import Tokenizer

Guided = Callable[[Tensor, int], Tensor]
"""Noisy latents [n, z, h, w] and a timestep → what the net predicts for them, with guidance."""


Control = Callable[[Tensor, Tensor, Tensor], Sequence[Tensor]]
"""Noisy latents, timesteps [n] and text [n, words, width] → what a ControlNet adds to the UNet."""


def seeded(config_size: int, channels: int, seeds: list[int]) -> Tensor:
    """Unit noise [n, channels, size, size], the same for a seed whatever stands beside it."""
    size = (channels, config_size, config_size)
    return torch.stack([torch.randn(size, generator=torch.Generator().manual_seed(seed)) for seed in seeds])


def _asked(
    model: LatentDiffusion,
    tokenizer: Tokenizer,
    texts: list[str],
    planes: Tensor | None,
    control: Control | None = None,
) -> Guided:
    """All questions in one batch; answers come one after the other."""
    ids = torch.tensor([tokenizer(text) for text in texts], device=DEVICE)
    with torch.inference_mode(), autocast():
        context = model.text(ids)

    def ask(x: Tensor, timestep: int) -> Tensor:
        x = x.repeat(len(texts) // len(x), 1, 1, 1)
        t = torch.full((len(texts),), timestep, device=DEVICE)
        with autocast():
            added = control(x, t, context) if control else ()
            return model.unet(x if planes is None else torch.cat([x, planes], 1), t, context, added).float()

    return ask


def by_text(
    model: LatentDiffusion,
    prompts: list[str],
    guidance: float = 5.0,
    planes: Tensor | None = None,
    tokenizer: Tokenizer | None = None,
    control: Control | None = None,
) -> Guided:
    """Without a classifier: https://arxiv.org/abs/2207.12598. `planes` [n, p, h, w] are what an inpainting net sees;
    `control` is asked in both halves."""
    shown = None if planes is None else torch.cat([planes, planes]).to(DEVICE)
    ask = _asked(model, tokenizer or Tokenizer(), [""] * len(prompts) + prompts, shown, control)

    def guided(x: Tensor, timestep: int) -> Tensor:
        without, given = ask(x, timestep).chunk(2)
        return without + guidance * (given - without)

    return guided


def by_instruction(
    model: LatentDiffusion, texts: list[str], pictures: Tensor, guidance: float = 5.0, image_guidance: float = 1.5
) -> Guided:
    """Eq. 3 of https://arxiv.org/abs/2211.09800. `pictures`: latents to change, not scaled."""
    nothing = [""] * len(texts)
    shown = torch.cat([torch.zeros_like(pictures), pictures, pictures]).to(DEVICE)
    ask = _asked(model, Tokenizer(), [*nothing, *nothing, *texts], shown)

    def guided(x: Tensor, timestep: int) -> Tensor:
        without, seen, told = ask(x, timestep).chunk(3)
        return without + image_guidance * (seen - without) + guidance * (told - seen)

    return guided


@torch.inference_mode()
def sample(model: LatentDiffusion, guided: Guided, x: Tensor, steps: int = 20) -> tuple[Tensor, Tensor]:
    """
    Noise [n, z, h, w] → final latents, and pixels in about −1…1. Eq. 12 of https://arxiv.org/abs/2010.02502 with
    η = 0; timesteps as CompVis spaces them ("leading", one step late), the last ᾱ is that of timestep 0.
    """
    x = x.to(DEVICE)
    ratio = schedule.STEPS // steps
    timesteps = [k * ratio + 1 for k in range(steps)]
    alphas = schedule.ALPHAS_CUMPROD.float()
    for k in reversed(range(steps)):
        alpha, after = alphas[timesteps[k]], alphas[timesteps[k - 1] if k else 0]
        clean, noise = schedule.clean_and_noise(x, guided(x, timesteps[k]), alpha, model.config.prediction)
        x = schedule.noised(clean, noise, after)
    with autocast():
        pictures = model.vae.decode(x / model.config.vae.scale).float()
    return x, pictures


@torch.inference_mode()
def ddim(
    model: LatentDiffusion, prompts: list[str], x: Tensor, steps: int = 20, guidance: float = 5.0
) -> tuple[Tensor, Tensor]:
    """Text to image: final latents and pixels."""
    return sample(model, by_text(model, prompts, guidance), x, steps)
