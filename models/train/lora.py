"""
Low-rank additions to a UNet (https://arxiv.org/abs/2106.09685), for convolutions as well, in the file format of kohya's
scripts: https://github.com/kohya-ss/sd-scripts/blob/main/networks/lora.py
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from config import UnetConfig
from unet import UNetModel

RESNET = {
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}


class LowRank(nn.Module):
    """What is added to the output of a layer: nothing at first."""

    def __init__(self, layer: nn.Module, rank: int, alpha: float) -> None:
        super().__init__()
        if isinstance(layer, nn.Conv2d):
            size, stride, padding = layer.kernel_size, layer.stride, layer.padding
            self.down: nn.Module = nn.Conv2d(layer.in_channels, rank, size, stride, padding, bias=False)
            self.up: nn.Module = nn.Conv2d(rank, layer.out_channels, 1, bias=False)
        else:
            self.down = nn.Linear(layer.in_features, rank, bias=False)
            self.up = nn.Linear(rank, layer.out_features, bias=False)
        nn.init.kaiming_uniform_(self.down.weight, a=5**0.5)
        nn.init.zeros_(self.up.weight)
        self.rank, self.alpha = rank, alpha

    def forward(self, x: Tensor) -> Tensor:
        return self.up(self.down(x)) * (self.alpha / self.rank)


def kohya_name(module: str, config: UnetConfig) -> str | None:
    """
    `output_blocks.2.1.proj_in` → `lora_unet_up_blocks_0_attentions_2_proj_in`: diffusers' names, as kohya's scripts have
    them. None for layers that have no part in a LoRA.
    """
    where, *rest = module.split(".")
    inner = ".".join(rest)
    stride = config.blocks + 1
    if where == "middle_block":
        place, (part, *rest) = "mid_block", inner.split(".")
        kind, number = ("attentions", 0) if part == "1" else ("resnets", int(part) // 2)
    elif where in ("input_blocks", "output_blocks"):
        (block, part, *rest) = inner.split(".")
        i = int(block) - (where == "input_blocks")
        if i < 0 or rest == ["op"] or rest == ["conv"]:
            return None
        place = f"{'down' if where == 'input_blocks' else 'up'}_blocks_{i // stride}"
        kind, number = ("attentions" if part == "1" else "resnets"), i % stride
    else:
        return None
    name = ".".join(rest)
    if kind == "resnets":
        name = RESNET.get(name, name)
    return f"lora_unet_{place}_{kind}_{number}_{name}".replace(".", "_")


def attach(unet: UNetModel, config: UnetConfig, rank: int, alpha: float) -> nn.ModuleDict:
    """Adds a LoRA to all attention and all ResBlocks, by kohya's names. The layers themselves stay as they are."""
    added = nn.ModuleDict()
    for path, layer in unet.named_modules():
        name = kohya_name(path, config) if isinstance(layer, (nn.Linear, nn.Conv2d)) else None
        if name is None:
            continue
        addition = added[name] = LowRank(layer, rank, alpha)
        layer.register_forward_hook(lambda _, args, out, add=addition: out + add(args[0]))
    return added


def save(lora: nn.ModuleDict, path: Path, metadata: dict[str, str]) -> None:
    tensors: dict[str, Tensor] = {}
    for name, addition in lora.items():
        tensors[f"{name}.lora_down.weight"] = addition.down.weight.detach().cpu().half().contiguous()
        tensors[f"{name}.lora_up.weight"] = addition.up.weight.detach().cpu().half().contiguous()
        tensors[f"{name}.alpha"] = torch.tensor(addition.alpha).half()
    first = next(iter(lora.values()))
    save_file(tensors, path, metadata={
        "format": "pt",
        "ss_base_model_version": "sd_v1 (mini-sd)",
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(first.rank),
        "ss_network_alpha": str(first.alpha),
        "ss_network_args": f'{{"conv_dim": "{first.rank}", "conv_alpha": "{first.alpha}"}}',
        "modelspec.architecture": "stable-diffusion-v1/lora",
        **metadata,
    })


@torch.no_grad()
def apply(unet: UNetModel, config: UnetConfig, path: Path) -> None:
    """Adds a LoRA of ours to a UNet, to draw with."""
    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key).float() for key in file.keys()}
    name = next(iter(tensors)).split(".")[0]
    rank, alpha = len(tensors[f"{name}.lora_down.weight"]), tensors[f"{name}.alpha"].item()
    for name, addition in attach(unet, config, rank, alpha).items():
        addition.down.weight.copy_(tensors[f"{name}.lora_down.weight"])
        addition.up.weight.copy_(tensors[f"{name}.lora_up.weight"])
