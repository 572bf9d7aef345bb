"""
Doubles the picture a checkpoint draws: its VAE gets one more level at the picture's end. The latents, and with them
UNet and text encoder, stay as they are. The new decoder starts out as the old one with every pixel drawn twice as
large, so that training on (stage `vae`) has edges to sharpen instead of a latent space to find.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

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


@torch.no_grad()
def grow_decoder(old: AutoencoderKL, new: AutoencoderKL) -> None:
    state = {
        key.replace(f"up.{level}.", f"up.{level + 1}."): value
        for key, value in old.decoder.state_dict().items()
        for level in [int(key.split(".")[1]) if key.startswith("up.") else -1]
    }
    new.decoder.load_state_dict(state, strict=False)
    pass_through(new.decoder.up[1].upsample.conv)
    for block in new.decoder.up[0].block:
        nn.init.zeros_(block.conv2.weight)


@torch.no_grad()
def grow_encoder(old: AutoencoderKL, new: AutoencoderKL) -> None:
    """The deep layers are kept; the first level is new and is fitted to the old latents by stage `vae`."""
    state = {
        key.replace(f"down.{level}.", f"down.{level + 1}."): value
        for key, value in old.encoder.state_dict().items()
        for level in [int(key.split(".")[1]) if key.startswith("down.") else -1]
    }
    new.encoder.load_state_dict(state, strict=False)
    averaged = new.encoder.down[0].downsample.conv
    pass_through(averaged)
    averaged.weight[:, :, 0:2, 0:2] = averaged.weight[:, :, 1:2, 1:2] / 4
    averaged.weight[:, :, 2, :] = 0
    averaged.weight[:, :, :, 2] = 0
    for block in new.encoder.down[0].block:
        nn.init.zeros_(block.conv2.weight)


@torch.no_grad()
def grow(old: LatentDiffusion, latent_size: int) -> LatentDiffusion:
    new = LatentDiffusion(grown_config(old.config, latent_size))
    new.text.load_state_dict(old.text.state_dict())
    new.unet.load_state_dict(old.unet.state_dict())
    grow_decoder(old.vae, new.vae)
    grow_encoder(old.vae, new.vae)
    for name in ("quant_conv", "post_quant_conv"):
        getattr(new.vae, name).load_state_dict(getattr(old.vae, name).state_dict())
    return new.eval()
