"""What all trainings share: an average of the weights, a learning rate by the clock, and files to go on from."""

from __future__ import annotations

import copy
import math
import time
from pathlib import Path
from typing import Callable

import torch
from torch import nn


class Average:
    """Exponential moving average of a module's weights, quick at first."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay, self.updates = decay, 0
        self.module = copy.deepcopy(module).requires_grad_(False).eval()

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        torch._foreach_lerp_(list(self.module.parameters()), [p.detach() for p in module.parameters()], 1 - decay)


class Clock:
    """Minutes of training, counted over all runs that went on from one another."""

    def __init__(self, minutes: float) -> None:
        self.total, self.before, self.began, self.saved = minutes * 60, 0.0, time.time(), time.time()

    @property
    def seconds(self) -> float:
        return self.before + time.time() - self.began

    @property
    def share(self) -> float:
        """0…1 of the training."""
        return min(self.seconds / self.total, 1.0)

    def save_is_due(self, every: float = 120) -> bool:
        due = time.time() - self.saved > every
        if due:
            self.saved = time.time()
        return due


def learning_rate(highest: float, step: int, share: float, warmup: int = 40, flat: float = 0.3) -> float:
    """Warm-up by steps, then flat, then a cosine down to 3 % by the clock."""
    falling = max(0.0, (share - flat) / (1 - flat))
    return highest * min(1.0, (step + 1) / warmup) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * falling)))


class Run:
    """A training that can be broken off and gone on with."""

    def __init__(self, path: Path, module: nn.Module, optimizer: torch.optim.Optimizer, decay: float, minutes: float):
        self.path, self.module, self.optimizer = path, module, optimizer
        self.average, self.clock, self.step = Average(module, decay), Clock(minutes), 0
        if path.exists():
            state = torch.load(path, map_location=next(module.parameters()).device)
            module.load_state_dict(state["module"])
            optimizer.load_state_dict(state["optimizer"])
            self.average.module.load_state_dict(state["average"])
            self.step = self.average.updates = state["step"]
            self.clock.before = state["seconds"]
            print(f"going on from step {self.step}, {self.clock.before / 60:.1f} min", flush=True)

    def advance(self, loss: torch.Tensor, highest: float) -> None:
        """One step down the gradient of `loss`."""
        for group in self.optimizer.param_groups:
            group["lr"] = group.get("factor", 1.0) * learning_rate(highest, self.step, self.clock.share)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.module)
        self.step += 1
        if self.clock.save_is_due():
            self.save()

    def save(self) -> None:
        partial = self.path.with_suffix(".partial")
        torch.save(
            {
                "module": self.module.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average.module.state_dict(),
                "step": self.step,
                "seconds": self.clock.seconds,
            },
            partial,
        )
        partial.rename(self.path)


class Log:
    """A line every so many steps: how far, how fast, how well."""

    def __init__(self, run: Run, every: int) -> None:
        self.run, self.every, self.losses = run, every, list[torch.Tensor]()

    def __call__(self, loss: torch.Tensor, batch: int, note: str = "", more: Callable[[], str] | None = None) -> None:
        """`more`: what takes long to find out; every eighth line has it."""
        run = self.run
        self.losses.append(loss.detach())  # .item() would wait for the GPU
        if run.step % self.every:
            return
        parts = [
            f"step {run.step} {run.clock.seconds / 60:.1f} min",
            note,
            f"{batch * run.step / run.clock.seconds:.0f} pictures/s",
            f"loss {torch.stack(self.losses).mean().item():.4f}",
            more() if more and run.step % (8 * self.every) == 0 else "",
        ]
        self.losses.clear()
        print(", ".join(filter(None, parts)), flush=True)
