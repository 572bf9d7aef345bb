"""
The autoencoder between pictures and latents, under CompVis' names.
https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/model.py
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from config import VaeConfig


def norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(32, channels, eps=1e-6)


class ResnetBlock(nn.Module):
    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = norm(channels), nn.Conv2d(channels, out, 3, padding=1)
        self.norm2, self.conv2 = norm(out), nn.Conv2d(out, out, 3, padding=1)
        if channels != out:
            self.nin_shortcut = nn.Conv2d(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class AttnBlock(nn.Module):
    """One head over all pixels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = norm(channels)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(channels, channels, 1) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        q, k, v = (project(h).flatten(2).transpose(1, 2) for project in (self.q, self.k, self.v))
        mixed = F.scaled_dot_product_attention(q, k, v)
        return x + self.proj_out(mixed.transpose(1, 2).reshape(x.shape))


class Downsample(nn.Module):
    """ldm pads right and bottom only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Middle(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block_1 = ResnetBlock(channels, channels)
        self.attn_1 = AttnBlock(channels)
        self.block_2 = ResnetBlock(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.block_2(self.attn_1(self.block_1(x)))


class Level(nn.Module):
    """Blocks at one resolution; the way to the next one, if there is a next one, is set from outside."""

    def __init__(self, channels: int, out: int, blocks: int) -> None:
        super().__init__()
        self.block = nn.ModuleList(ResnetBlock(channels if i == 0 else out, out) for i in range(blocks))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.block:
            x = block(x)
        for name in ("downsample", "upsample"):
            if hasattr(self, name):
                x = getattr(self, name)(x)
        return x


class Encoder(nn.Module):
    """Pixels in −1…1 [n, 3, f·h, f·w] → moments before quant_conv [n, 2·z, h, w]."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        widths = [config.channels * m for m in config.multipliers]
        self.conv_in = nn.Conv2d(3, config.channels, 3, padding=1)
        self.down = nn.ModuleList()
        before = config.channels
        for width in widths:
            self.down.append(Level(before, width, config.blocks))
            before = width
        for level, width in zip(self.down[:-1], widths):
            level.downsample = Downsample(width)
        self.mid = Middle(before)
        self.norm_out = norm(before)
        self.conv_out = nn.Conv2d(before, 2 * config.latent_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv_in(x)
        for level in self.down:
            h = level(h)
        return self.conv_out(F.silu(self.norm_out(self.mid(h))))


class Decoder(nn.Module):
    """Latents after post_quant_conv [n, z, h, w] → pixels in −1…1 [n, 3, f·h, f·w]."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        widths = [config.channels * m for m in config.multipliers]
        self.conv_in = nn.Conv2d(config.latent_channels, widths[-1], 3, padding=1)
        self.mid = Middle(widths[-1])
        # up.0 has the full resolution and runs last.
        self.up = nn.ModuleList(
            Level(before, width, config.blocks + 1) for before, width in zip([*widths[1:], widths[-1]], widths)
        )
        for level, width in zip(self.up[1:], widths[1:]):
            level.upsample = Upsample(width)
        self.norm_out = norm(widths[0])
        self.conv_out = nn.Conv2d(widths[0], 3, 3, padding=1)

    def below(self, z: Tensor) -> Tensor:
        """Everything but the level of full resolution."""
        h = self.mid(self.conv_in(z))
        for level in reversed(self.up[1:]):
            h = level(h)
        return h

    def top(self, h: Tensor) -> Tensor:
        return self.conv_out(F.silu(self.norm_out(self.up[0](h))))

    def forward(self, z: Tensor) -> Tensor:
        return self.top(self.below(z))


class AutoencoderKL(nn.Module):
    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        z = config.latent_channels
        self.quant_conv, self.post_quant_conv = nn.Conv2d(2 * z, 2 * z, 1), nn.Conv2d(z, z, 1)
        init_wide(self)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, neither scaled."""
        mean, log_variance = self.quant_conv(self.encoder(x)).chunk(2, 1)
        return mean, log_variance

    def decode(self, z: Tensor) -> Tensor:
        """z: latents divided by the scale factor."""
        return self.decoder(self.post_quant_conv(z))


@torch.no_grad()
def init_wide(vae: AutoencoderKL) -> None:
    """
    GroupNorm with few channels a group takes flat colours away. Large biases in the stream, of both signs, give each
    group a fixed span to measure colours against, and training from scratch is much faster.
    """
    for name, module in vae.named_modules():
        if not isinstance(module, nn.Conv2d):
            continue
        fan_in = module.weight[0].numel()
        if name.endswith(("conv_in", "sample.conv", "nin_shortcut", "conv1")):
            nn.init.normal_(module.weight, std=fan_in**-0.5)
            nn.init.normal_(module.bias, std=0.7)
        elif name.endswith(("conv2", "proj_out")):
            nn.init.normal_(module.weight, std=0.4 * fan_in**-0.5)
            nn.init.zeros_(module.bias)
