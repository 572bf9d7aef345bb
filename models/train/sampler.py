"""DDIM with guidance, as the app draws by default with the bundled model."""

from __future__ import annotations

import torch
from torch import Tensor

import schedule
from device import DEVICE, autocast
from model import LatentDiffusion
from tokenizer import Tokenizer


def seeded(config_size: int, channels: int, seeds: list[int]) -> Tensor:
    """Unit noise [n, channels, size, size], the same for a seed whatever stands beside it."""
    size = (channels, config_size, config_size)
    return torch.stack([torch.randn(size, generator=torch.Generator().manual_seed(seed)) for seed in seeds])


@torch.inference_mode()
def ddim(
    model: LatentDiffusion, prompts: list[str], x: Tensor, steps: int = 20, guidance: float = 5.0
) -> tuple[Tensor, Tensor]:
    """
    Noise [n, z, h, w] → final latents, and pixels in about −1…1. Eq. 12 of https://arxiv.org/abs/2010.02502 with
    η = 0; timesteps as CompVis spaces them ("leading", one step late), the last ᾱ is that of timestep 0.
    """
    tokenizer = Tokenizer()
    ids = torch.tensor([tokenizer(prompt) for prompt in [""] * len(prompts) + prompts], device=DEVICE)
    x = x.to(DEVICE)
    with autocast():
        context = model.text(ids)
    ratio = schedule.STEPS // steps
    timesteps = [k * ratio + 1 for k in range(steps)]
    alphas = schedule.ALPHAS_CUMPROD.float()
    for k in reversed(range(steps)):
        alpha, after = alphas[timesteps[k]], alphas[timesteps[k - 1] if k else 0]
        t = torch.full((len(ids),), timesteps[k], device=DEVICE)
        with autocast():
            without, given = model.unet(torch.cat([x, x]), t, context).float().chunk(2)
        predicted = without + guidance * (given - without)
        clean, noise = schedule.clean_and_noise(x, predicted, alpha, model.config.prediction)
        x = schedule.noised(clean, noise, after)
    with autocast():
        pictures = model.vae.decode(x / model.config.vae.scale).float()
    return x, pictures
