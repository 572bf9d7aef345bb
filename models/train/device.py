"""The same code on a GPU, in bfloat16 where that is safe, and on a CPU."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast() -> AbstractContextManager:
    return torch.autocast("cuda", torch.bfloat16) if DEVICE.type == "cuda" else nullcontext()
