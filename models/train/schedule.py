"""Stable Diffusion's noise schedule, what the net predicts under it, and how much each timestep counts."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 1000
BETA_START, BETA_END = 0.00085, 0.012

BETAS = torch.linspace(BETA_START**0.5, BETA_END**0.5, STEPS, dtype=torch.float64) ** 2
"""CompVis' "linear", diffusers' "scaled_linear"."""
ALPHAS_CUMPROD = torch.cumprod(1 - BETAS, 0)


def spread(values: Tensor, t: Tensor) -> Tensor:
    """Values of a schedule at timesteps [n] → [n, 1, 1, 1]."""
    return values[t][:, None, None, None]


def noised(clean: Tensor, noise: Tensor, alpha: Tensor) -> Tensor:
    """Eq. 4 of https://arxiv.org/abs/2006.11239; alpha is ᾱ."""
    return alpha.sqrt() * clean + (1 - alpha).sqrt() * noise


def target(clean: Tensor, noise: Tensor, alpha: Tensor, prediction: str) -> Tensor:
    """v: appendix D of https://arxiv.org/abs/2202.00512."""
    return noise if prediction == "epsilon" else alpha.sqrt() * noise - (1 - alpha).sqrt() * clean


def clean_and_noise(x: Tensor, predicted: Tensor, alpha: Tensor, prediction: str) -> tuple[Tensor, Tensor]:
    """Both parts of a noisy x, from what the net predicts."""
    if prediction == "epsilon":
        return (x - (1 - alpha).sqrt() * predicted) / alpha.sqrt(), predicted
    clean = alpha.sqrt() * x - (1 - alpha).sqrt() * predicted
    return clean, (1 - alpha).sqrt() * x + alpha.sqrt() * predicted


def loss_weights(prediction: str, gamma: float = 5.0, noisiest: float = 20.0) -> Tensor:
    """
    Weights [STEPS] of the squared error. min-SNR (https://arxiv.org/abs/2303.09556) for the clean end; at the noisy
    end, where the words decide, the error of epsilon is small by nature and counts 1/SNR more: with plain weights the
    caption was still ignored after a thousand steps.
    """
    snr = ALPHAS_CUMPROD / (1 - ALPHAS_CUMPROD)
    weights = snr.clamp(max=gamma) / snr + (1 / snr).clamp(max=noisiest)
    if prediction == "v":
        weights = weights * snr / (snr + 1)
    return (weights / weights.mean()).float()
