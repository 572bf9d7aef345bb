"""
A net that says where things are: the UNet's encoder once more, which sees a hint as well and adds what it makes of it
to the UNet's skip connections (https://arxiv.org/abs/2302.05543). Its keys are those of the paper's program:
https://github.com/lllyasviel/ControlNet/blob/main/cldm/cldm.py
"""

from __future__ import annotations

import copy
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from unet import UNetModel, timestep_embedding, zeroed

HINT = ((16, 1), (16, 1), (32, 2), (32, 1), (96, 2), (96, 1), (256, 2))
"""Channels and stride of the convolutions that bring a hint down to the size of the latents, an eighth of its own."""
PREFIX = "control_model."


def hint_block(channels: int, out: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for wide, stride in HINT:
        layers += [nn.Conv2d(channels, wide, 3, stride=stride, padding=1), nn.SiLU()]
        channels = wide
    return nn.Sequential(*layers, zeroed(nn.Conv2d(channels, out, 3, padding=1)))


class Zero(nn.Sequential):
    """A convolution of one pixel that begins by adding nothing; a sequence of one, as its key is."""

    def __init__(self, channels: int) -> None:
        super().__init__(zeroed(nn.Conv2d(channels, channels, 1)))


def width_of(block: nn.Module) -> int:
    """The channels that an input block gives: its last convolution's."""
    return [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)][-1].out_channels


class ControlNet(nn.Module):
    """Noisy latents [n, z, h, w], timesteps [n], text [n, words, width] and hints [n, 3, 8 h, 8 w] in 0…1 → what is
    added to each skip connection and, last, to what the middle block gives."""

    def __init__(self, unet: UNetModel, hint_channels: int = 3) -> None:
        """Begins as a copy of the UNet's encoder."""
        super().__init__()
        self.channels = unet.channels
        self.time_embed = copy.deepcopy(unet.time_embed)
        self.input_blocks = copy.deepcopy(unet.input_blocks)
        self.middle_block = copy.deepcopy(unet.middle_block)
        self.input_hint_block = hint_block(hint_channels, unet.channels)
        widths = [width_of(block) for block in unet.input_blocks]
        self.zero_convs = nn.ModuleList(Zero(width) for width in widths)
        self.middle_block_out = Zero(widths[-1])

    def forward(self, x: Tensor, t: Tensor, context: Tensor, hint: Tensor) -> list[Tensor]:
        embedding = self.time_embed(timestep_embedding(t, self.channels))
        added: list[Tensor] = []
        for i, (block, zero) in enumerate(zip(self.input_blocks, self.zero_convs)):
            x = block(x, embedding, context)
            if i == 0:
                x = x + self.input_hint_block(hint)
            added.append(zero(x))
        return [*added, self.middle_block_out(self.middle_block(x, embedding, context))]


def save(net: ControlNet, path: Path, metadata: dict[str, str]) -> None:
    tensors = {PREFIX + key: value.detach().cpu().half().contiguous() for key, value in net.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"format": "pt", **metadata})


def load(unet: UNetModel, path: Path) -> ControlNet:
    """A ControlNet of ours for that UNet, to draw with."""
    net = ControlNet(unet)
    net.load_state_dict({key.removeprefix(PREFIX): value.float() for key, value in load_file(path).items()})
    return net.requires_grad_(False).eval()
