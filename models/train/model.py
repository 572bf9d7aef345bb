"""The whole checkpoint: every key of its state is the key of CompVis' single file."""

from __future__ import annotations

from torch import nn

from config import ModelConfig
from text import TextModel
from unet import UNetModel
from vae import AutoencoderKL


def channels_of(kind: str, latents: int) -> int:
    """What the UNet takes: latents alone; with a picture's beside them; or with a mask as well."""
    return {"base": latents, "instruct": 2 * latents, "inpaint": 2 * latents + 1}[kind]


class LatentDiffusion(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.cond_stage_model = nn.Module()
        self.cond_stage_model.transformer = nn.Module()
        self.cond_stage_model.transformer.text_model = TextModel(config.text)
        self.model = nn.Module()
        latents = config.vae.latent_channels
        self.model.diffusion_model = UNetModel(config.unet, channels_of(config.kind, latents), latents)
        self.first_stage_model = AutoencoderKL(config.vae)

    @property
    def text(self) -> TextModel:
        return self.cond_stage_model.transformer.text_model

    @property
    def unet(self) -> UNetModel:
        return self.model.diffusion_model

    @property
    def vae(self) -> AutoencoderKL:
        return self.first_stage_model
