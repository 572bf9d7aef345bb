"""
An upscaler of convolutions that are all done at the small size (Real-ESRGAN's "Compact"), under its names:
https://github.com/xinntao/Real-ESRGAN/blob/master/realesrgan/archs/srvgg_arch.py
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from unet import zeroed

SCALE = 4
BRIGHTNESS = 0.8
"""Of most pixels."""


@torch.no_grad()
def prepare(body: nn.Sequential) -> None:
    """
    Lets what the first convolution sees through all others, and that around the brightness of most pixels. As PyTorch
    begins by itself, nothing but brightness comes through, and after two thousand steps nothing was learned.
    """
    first, *others = [layer for layer in body[:-1] if isinstance(layer, nn.Conv2d)]
    nn.init.normal_(first.weight, std=0.3)
    first.bias.copy_(-BRIGHTNESS * first.weight.sum((1, 2, 3)))
    for layer in others:
        through = nn.init.dirac_(torch.empty_like(layer.weight))
        layer.weight.mul_(0.3).add_(through)
        nn.init.zeros_(layer.bias)


class Compact(nn.Module):
    """RGB in 0…1 [n, 3, h, w] → [n, 3, 4 h, 4 w]: what is added to the nearest pixels."""

    def __init__(self, channels: int = 32, convolutions: int = 8) -> None:
        """So many convolutions between the first and the last."""
        super().__init__()
        layers: list[nn.Module] = []
        for taken in (3, *[channels] * convolutions):
            layers += [nn.Conv2d(taken, channels, 3, padding=1), nn.PReLU(channels)]
        self.body = nn.Sequential(*layers, zeroed(nn.Conv2d(channels, 3 * SCALE**2, 3, padding=1)))
        prepare(self.body)

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.body(x), SCALE) + F.interpolate(x, scale_factor=SCALE, mode="nearest")


def save(net: Compact, path: Path, metadata: dict[str, str]) -> None:
    tensors = {key: value.detach().cpu().half().contiguous() for key, value in net.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"format": "pt", **metadata})


def load(path: Path) -> Compact:
    """An upscaler of ours; its sizes are those of its tensors."""
    tensors = {key: value.float() for key, value in load_file(path).items()}
    last = max(int(key.split(".")[1]) for key in tensors)
    net = Compact(len(tensors["body.0.bias"]), (last - 2) // 2)
    net.load_state_dict(tensors)
    return net.requires_grad_(False).eval()
