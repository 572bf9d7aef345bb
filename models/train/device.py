"""The same code on a GPU, in bfloat16 where that is safe, and on a CPU."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Callable, TypeVar

import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")

if DEVICE.type == "cuda":
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True

Step = TypeVar("Step", bound=Callable[..., object])


def describe() -> str:
    name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    return f"PyTorch {torch.__version__} on {name}"


def compiled(step: Step, minutes: float) -> Step:
    """Where it pays: on a GPU, when more than the minute is left that compiling takes."""
    return torch.compile(step) if DEVICE.type == "cuda" and minutes >= 2 else step  # type: ignore[return-value]


def fitting(most: int, step: Callable[[int], object]) -> int:
    """The batch, halved from `most` until a step of it takes no more than 60 % of the GPU's free memory."""
    if DEVICE.type != "cuda":
        return most
    taken = []
    for count in (4, 8):
        torch.cuda.reset_peak_memory_stats()
        step(count)
        taken.append(torch.cuda.max_memory_allocated())
    free, batch = torch.cuda.mem_get_info()[0], most
    while batch > 4 and taken[1] + (batch - 8) * (taken[1] - taken[0]) / 4 > 0.6 * free:
        batch //= 2
    return batch


def autocast() -> AbstractContextManager:
    return torch.autocast("cuda", torch.bfloat16) if DEVICE.type == "cuda" else nullcontext()
