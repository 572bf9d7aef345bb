"""
Doubles the picture a checkpoint draws: its VAE gets one more level at the picture's end. The latents, and with them
UNet and text encoder, stay as they are. The new decoder starts out by enlarging what the old one drew, so that
training on (stage `vae`) has edges to sharpen instead of a latent space to find.
"""

from __future__ import annotations

import re
from dataclasses import replace

import torch
from torch import Tensor, nn

from config import ModelConfig
from model import LatentDiffusion
from vae import AutoencoderKL


def grown_config(config: ModelConfig, latent_size: int) -> ModelConfig:
    vae = replace(config.vae, multipliers=(config.vae.multipliers[0], *config.vae.multipliers))
    return replace(config, size=latent_size * vae.factor, vae=vae)


@torch.no_grad()
def pass_through(conv: nn.Conv2d) -> None:
    """A 3×3 convolution that gives back what it gets."""
    nn.init.dirac_(conv.weight)
    nn.init.zeros_(conv.bias)


def moved(state: dict[str, Tensor], levels: str) -> dict[str, Tensor]:
    """The same weights, one level further from the picture: up.0 becomes up.1 and so on."""
    return {
        re.sub(rf"^{levels}\.(\d+)", lambda name: f"{levels}.{int(name[1]) + 1}", key): value
        for key, value in state.items()
    }


@torch.no_grad()
def grow_decoder(old: AutoencoderKL, new: AutoencoderKL) -> None:
    new.decoder.load_state_dict(moved(old.decoder.state_dict(), "up"), strict=False)
    pass_through(new.decoder.up[1].upsample.conv)
    for block in new.decoder.up[0].block:
        nn.init.zeros_(block.conv2.weight)


@torch.no_grad()
def grow_encoder(old: AutoencoderKL, new: AutoencoderKL) -> None:
    """The new level halves the picture by averaging, before the layers that knew it at that size."""
    new.encoder.load_state_dict(moved(old.encoder.state_dict(), "down"), strict=False)
    averaged = new.encoder.down[0].downsample.conv
    pass_through(averaged)
    averaged.weight[:, :, 0:2, 0:2] = averaged.weight[:, :, 1:2, 1:2] / 4
    averaged.weight[:, :, 2, :] = 0
    averaged.weight[:, :, :, 2] = 0
    for block in new.encoder.down[0].block:
        nn.init.zeros_(block.conv2.weight)


@torch.no_grad()
def grow(old: LatentDiffusion, latent_size: int) -> LatentDiffusion:
    torch.manual_seed(0)
    new = LatentDiffusion(grown_config(old.config, latent_size))
    new.text.load_state_dict(old.text.state_dict())
    new.unet.load_state_dict(old.unet.state_dict())
    grow_decoder(old.vae, new.vae)
    grow_encoder(old.vae, new.vae)
    for name in ("quant_conv", "post_quant_conv"):
        getattr(new.vae, name).load_state_dict(getattr(old.vae, name).state_dict())
    return new.eval()
