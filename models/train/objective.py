"""What every training of a UNet makes smaller: the error of its prediction at timesteps drawn by chance."""

from __future__ import annotations

from typing import Callable

import torch
from torch import Tensor

import schedule
from device import DEVICE, autocast

Predict = Callable[[Tensor, Tensor], Tensor]
"""Noisy latents [n, z, h, w] and timesteps [n] → noise or velocity [n, z, h, w]."""


def timesteps(count: int, noisy: float) -> Tensor:
    """Uniform, but for the share that comes from 400 on, where words decide."""
    any_step = torch.randint(schedule.STEPS, (count,))
    late_step = torch.randint(400, schedule.STEPS, (count,))
    return torch.where(torch.rand(count) < noisy, late_step, any_step)


class Objective:
    """The weighted error of a net that predicts `prediction`."""

    def __init__(self, prediction: str, noisy: float) -> None:
        self.prediction, self.noisy = prediction, noisy
        self.alphas = schedule.ALPHAS_CUMPROD.float().to(DEVICE)
        self.weights = schedule.loss_weights(prediction).to(DEVICE)

    def __call__(self, predict: Predict, clean: Tensor) -> Tensor:
        """A number to go down from. `clean`: scaled latents [n, z, h, w]."""
        t = timesteps(len(clean), self.noisy).to(DEVICE)
        noise = torch.randn_like(clean)
        alpha = schedule.spread(self.alphas, t)
        with autocast():
            predicted = predict(schedule.noised(clean, noise, alpha), t)
        errors = predicted.float() - schedule.target(clean, noise, alpha, self.prediction)
        return (errors.square().mean((1, 2, 3)) * self.weights[t]).mean()
