"""Every size of the model and every folder of the training, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TOKENIZER = PROJECT / "public" / "tokenizer" / "tokenizer.json"
WORK = Path(os.environ.get("DROBE_TRAIN_WORK", PROJECT / ".cache" / "train"))


@dataclass(frozen=True)
class TextConfig:
    """CLIP's text encoder. Drobė reads the number of heads from the metadata."""

    width: int = 128
    layers: int = 3
    heads: int = 2
    vocabulary: int = 49408
    length: int = 77


@dataclass(frozen=True)
class UnetConfig:
    """Channel counts are multiples of 32: GroupNorm has 32 groups."""

    channels: int = 64
    multipliers: tuple[int, ...] = (1, 2, 2)
    blocks: int = 1
    attention_levels: tuple[int, ...] = (1, 2)
    heads: int = 4
    context: int = 128


@dataclass(frozen=True)
class VaeConfig:
    """One level more than halvings: four levels are a factor of 8."""

    channels: int = 64
    multipliers: tuple[int, ...] = (1, 1, 1, 1)
    blocks: int = 1
    latent_channels: int = 4
    scale: float = 0.18215

    @property
    def factor(self) -> int:
        return 2 ** (len(self.multipliers) - 1)


@dataclass(frozen=True)
class ModelConfig:
    """A whole checkpoint."""

    size: int = 128
    prediction: str = "epsilon"
    kind: str = "base"
    """Or "inpaint", or "instruct"."""
    text: TextConfig = field(default_factory=TextConfig)
    unet: UnetConfig = field(default_factory=UnetConfig)
    vae: VaeConfig = field(default_factory=VaeConfig)

    @property
    def latent_size(self) -> int:
        return self.size // self.vae.factor


PRESETS = {
    # To see every stage run within two minutes of one core.
    "trial": ModelConfig(
        size=64,
        text=TextConfig(width=64, layers=2),
        unet=UnetConfig(channels=32, multipliers=(1, 2), attention_levels=(1,), context=64),
        vae=VaeConfig(channels=32),
        prediction="v",
    ),
    # What two cores can train on from a smaller checkpoint within hours.
    "cpu": ModelConfig(),
    # What fits into 64 MB of half precision and wants a GPU and a day.
    "gpu": ModelConfig(
        prediction="v",
        text=TextConfig(width=192, layers=4, heads=3),
        unet=UnetConfig(channels=96, multipliers=(1, 2, 2), attention_levels=(0, 1, 2), context=192),
        vae=VaeConfig(multipliers=(1, 1, 2, 2)),
    ),
}
