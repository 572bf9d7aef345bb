"""
The net that predicts the noise, under CompVis' names.
https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/openaimodel.py
https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/attention.py
"""

from __future__ import annotations

import math
from typing import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from config import UnetConfig


def norm(channels: int, eps: float = 1e-5) -> nn.GroupNorm:
    return nn.GroupNorm(32, channels, eps=eps)


def zeroed(module: nn.Module) -> nn.Module:
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module


def timestep_embedding(t: Tensor, channels: int) -> Tensor:
    """[n] → [n, channels], cosines first. Sinusoids as in https://arxiv.org/abs/1706.03762, section 3.5."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    angles = t[:, None].float() * frequencies
    return torch.cat([angles.cos(), angles.sin()], -1)


class ResBlock(nn.Module):
    def __init__(self, channels: int, embedding: int, out: int) -> None:
        super().__init__()
        self.in_layers = nn.Sequential(norm(channels), nn.SiLU(), nn.Conv2d(channels, out, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, out))
        last = zeroed(nn.Conv2d(out, out, 3, padding=1))
        self.out_layers = nn.Sequential(norm(out), nn.SiLU(), nn.Dropout(0.0), last)
        self.skip_connection = nn.Identity() if channels == out else nn.Conv2d(channels, out, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.in_layers(x) + self.emb_layers(embedding)[:, :, None, None]
        return self.skip_connection(x) + self.out_layers(h)


class CrossAttention(nn.Module):
    def __init__(self, channels: int, context: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context, channels, bias=False)
        self.to_v = nn.Linear(context, channels, bias=False)
        self.to_out = nn.Sequential(nn.Linear(channels, channels), nn.Dropout(0.0))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """x: [n, tokens, channels], context: [n, words, width]."""
        q, k, v = (
            project(tokens).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for project, tokens in ((self.to_q, x), (self.to_k, context), (self.to_v, context))
        )
        return self.to_out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class GEGLU(nn.Module):
    """https://arxiv.org/abs/2002.05202"""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, 2 * out)

    def forward(self, x: Tensor) -> Tensor:
        x, gate = self.proj(x).chunk(2, -1)
        return x * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.net = nn.Sequential(GEGLU(channels, 4 * channels), nn.Dropout(0.0), nn.Linear(4 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class BasicTransformerBlock(nn.Module):
    def __init__(self, channels: int, context: int, heads: int) -> None:
        super().__init__()
        self.attn1 = CrossAttention(channels, channels, heads)
        self.ff = FeedForward(channels)
        self.attn2 = CrossAttention(channels, context, heads)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(channels) for _ in range(3))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        h = self.norm1(x)
        x = self.attn1(h, h) + x
        x = self.attn2(self.norm2(x), context) + x
        return self.ff(self.norm3(x)) + x


class SpatialTransformer(nn.Module):
    def __init__(self, channels: int, context: int, heads: int) -> None:
        super().__init__()
        self.norm = norm(channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList([BasicTransformerBlock(channels, context, heads)])
        self.proj_out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        h = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        for block in self.transformer_blocks:
            h = block(h, context)
        return x + self.proj_out(h.transpose(1, 2).reshape(x.shape))


class Downsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Block(nn.Sequential):
    """Hands each layer what it takes (ldm's TimestepEmbedSequential)."""

    def forward(self, x: Tensor, embedding: Tensor, context: Tensor) -> Tensor:
        for layer in self:
            if isinstance(layer, ResBlock):
                x = layer(x, embedding)
            elif isinstance(layer, SpatialTransformer):
                x = layer(x, context)
            else:
                x = layer(x)
        return x


class UNetModel(nn.Module):
    """Noisy latents and what is shown beside them [n, c, h, w], timesteps [n], text [n, words, width] → noise or
    velocity [n, z, h, w]."""

    def __init__(self, config: UnetConfig, channels: int, latent_channels: int) -> None:
        super().__init__()
        self.channels = first = config.channels
        embedding = 4 * first
        self.time_embed = nn.Sequential(nn.Linear(first, embedding), nn.SiLU(), nn.Linear(embedding, embedding))

        def block(level: int, channels: int) -> list[nn.Module]:
            out = first * config.multipliers[level]
            layers: list[nn.Module] = [ResBlock(channels, embedding, out)]
            if level in config.attention_levels:
                layers.append(SpatialTransformer(out, config.context, config.heads))
            return layers

        self.input_blocks = nn.ModuleList([Block(nn.Conv2d(channels, first, 3, padding=1))])
        skips, now = [first], first
        levels = range(len(config.multipliers))
        for level in levels:
            for _ in range(config.blocks):
                self.input_blocks.append(Block(*block(level, now)))
                now = first * config.multipliers[level]
                skips.append(now)
            if level != levels[-1]:
                self.input_blocks.append(Block(Downsample(now)))
                skips.append(now)

        self.middle_block = Block(
            ResBlock(now, embedding, now),
            SpatialTransformer(now, config.context, config.heads),
            ResBlock(now, embedding, now),
        )
        self.output_blocks = nn.ModuleList()
        for level in reversed(levels):
            for i in range(config.blocks + 1):
                layers = block(level, now + skips.pop())
                now = first * config.multipliers[level]
                if level and i == config.blocks:
                    layers.append(Upsample(now))
                self.output_blocks.append(Block(*layers))
        self.out = nn.Sequential(norm(now), nn.SiLU(), zeroed(nn.Conv2d(now, latent_channels, 3, padding=1)))

    def forward(self, x: Tensor, t: Tensor, context: Tensor, control: Sequence[Tensor] = ()) -> Tensor:
        """`control`: what a ControlNet adds to each skip connection and, last, to what the middle block gives."""
        embedding = self.time_embed(timestep_embedding(t, self.channels))
        skips: list[Tensor] = []
        for block in self.input_blocks:
            x = block(x, embedding, context)
            skips.append(x)
        x = self.middle_block(x, embedding, context)
        if control:
            *to_skips, to_middle = control
            skips = [skip + added for skip, added in zip(skips, to_skips)]
            x = x + to_middle
        for block in self.output_blocks:
            x = block(torch.cat([x, skips.pop()], 1), embedding, context)
        return self.out(x)
