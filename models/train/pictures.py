"""
Reference pictures for the app's tests (test/golden): whole runs of every sampler in PyTorch, in full precision, as
diffusers' schedulers of the same names make them with `timestep_spacing="leading"` and `steps_offset=1`. Of the first
released model there are diffusers' own pictures: these are the same, byte for byte or nearly so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, Iterator, TypedDict

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import checkpoint
import schedule
from model import LatentDiffusion
from tokenizer import Tokenizer

SIGMAS = ((1 - schedule.ALPHAS_CUMPROD) / schedule.ALPHAS_CUMPROD).sqrt().numpy()
"""Of all timesteps. Samplers work on x = clean + sigma · noise, as k-diffusion's do."""

Denoise = Callable[[Tensor, float, float], Tensor]
Noise = Callable[[], Tensor]


class Case(TypedDict):
    """What is drawn."""

    prompt: str
    negative: str
    seed: int
    steps: int
    guidance: float
    sampler: str
    width: int
    height: int
    png: str


def leading(steps: int, parts: int) -> np.ndarray:
    """Timesteps from high to low, evenly spaced, beginning at 1."""
    return np.arange(1, 1 + steps)[::-1] * (schedule.STEPS // parts) + 1 - schedule.STEPS // parts


def at(timesteps: np.ndarray) -> list[tuple[float, float]]:
    """Sigma and timestep of each step."""
    return [(float(SIGMAS[t]), float(t)) for t in timesteps]


def karras(steps: int, rho: float = 7) -> list[tuple[float, float]]:
    """Eq. 5 of https://arxiv.org/abs/2206.00364, and whole timesteps of about these sigmas."""
    ends = SIGMAS[-1] ** (1 / rho), SIGMAS[0] ** (1 / rho)
    sigmas = np.linspace(*ends, steps) ** rho
    timesteps = np.interp(np.log(sigmas), np.log(SIGMAS), np.arange(schedule.STEPS)).round()
    return [(float(sigma), float(t)) for sigma, t in zip(sigmas, timesteps)]


def pairs(points: list[tuple[float, float]]) -> Iterator[tuple[float, float, float]]:
    """Of each step: sigma, timestep, and the sigma after it; 0 after the last."""
    for (sigma, t), after in zip(points, [*(sigma for sigma, _ in points[1:]), 0.0]):
        yield sigma, t, after


def euler(denoise: Denoise, x: Tensor, points: list[tuple[float, float]], noise: Noise) -> Tensor:
    """Algorithm 2 of https://arxiv.org/abs/2206.00364 without churn."""
    for sigma, t, after in pairs(points):
        clean = denoise(x, sigma, t)
        x = clean + (x - clean) * (after / sigma)
    return x


def euler_ancestral(denoise: Denoise, x: Tensor, points: list[tuple[float, float]], noise: Noise) -> Tensor:
    """Further down than to the next sigma, and up again by fresh noise."""
    for sigma, t, after in pairs(points):
        clean = denoise(x, sigma, t)
        up = (after**2 * (sigma**2 - after**2) / sigma**2) ** 0.5
        down = (after**2 - up**2) ** 0.5
        x = clean + (x - clean) * (down / sigma) + noise() * up
    return x


def dpmpp_2m(denoise: Denoise, x: Tensor, points: list[tuple[float, float]], noise: Noise) -> Tensor:
    """Algorithm 2 of https://arxiv.org/abs/2211.01095, of first order at both ends."""
    before: tuple[Tensor, float] | None = None
    for sigma, t, after in pairs(points):
        clean = denoise(x, sigma, t)
        if after == 0:
            return clean
        step = float(np.log(sigma / after))
        ahead = clean if before is None else clean + (clean - before[0]) * (step / (2 * before[1]))
        x = ahead + (x - ahead) * (after / sigma)
        before = clean, step
    return x


def ddim(denoise: Denoise, x: Tensor, points: list[tuple[float, float]], noise: Noise) -> Tensor:
    """Eq. 12 of https://arxiv.org/abs/2010.02502 with η = 0: Euler's step, at last to the sigma of timestep 0."""
    last = float(SIGMAS[0])
    for sigma, t, after in pairs(points):
        clean = denoise(x, sigma, t)
        x = clean + (x - clean) * ((after or last) / sigma)
    return x / (1 + last**2) ** 0.5


def plan(name: str, steps: int) -> tuple[Callable[..., Tensor], list[tuple[float, float]]]:
    """A sampler and its steps."""
    match name:
        case "DDIM":
            return ddim, at(leading(steps, steps))
        case "Euler":
            return euler, at(leading(steps, steps))
        case "Euler a":
            return euler_ancestral, at(leading(steps, steps))
        case "DPM++ 2M":
            # Diffusers divides by one more here.
            return dpmpp_2m, at(leading(steps + 1, steps + 1)[:-1])
        case "DPM++ 2M Karras":
            return dpmpp_2m, karras(steps)
    raise SystemExit(f"There is no sampler {name}.")


@torch.inference_mode()
def picture(model: LatentDiffusion, case: Case) -> np.ndarray:
    """[height, width, 3] in 0…255."""
    config = model.config
    shape = (1, config.vae.latent_channels, case["height"] // config.vae.factor, case["width"] // config.vae.factor)
    generator = torch.Generator().manual_seed(case["seed"])
    sampler, points = plan(case["sampler"], case["steps"])
    tokenizer = Tokenizer()
    context = model.text(torch.tensor([tokenizer(case["negative"]), tokenizer(case["prompt"])]))

    def denoise(x: Tensor, sigma: float, t: float) -> Tensor:
        scaled = x / (sigma**2 + 1) ** 0.5
        without, given = model.unet(torch.cat([scaled, scaled]), torch.tensor([t, t]), context).chunk(2)
        predicted = without + case["guidance"] * (given - without)
        alpha = torch.tensor(1 / (1 + sigma**2))
        return schedule.clean_and_noise(scaled, predicted, alpha, config.prediction)[0]

    x = torch.randn(shape, generator=generator) * (points[0][0] ** 2 + 1) ** 0.5
    x = sampler(denoise, x, points, lambda: torch.randn(shape, generator=generator))
    pixels = model.vae.decode(x / config.vae.scale)[0]
    return ((pixels.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()


def cases(folder: Path) -> list[Case]:
    return json.loads((folder / "cases.json").read_text())["cases"]


def write(source: Path, folder: Path) -> None:
    """The picture of each case in cases.json."""
    model = checkpoint.load(source)
    for case in cases(folder):
        Image.fromarray(picture(model, case)).save(folder / case["png"])


def check(source: Path, folder: Path) -> int:
    """The largest difference from the pictures that are there, of 255."""
    model = checkpoint.load(source)
    worst = 0
    for case in cases(folder):
        theirs = np.asarray(Image.open(folder / case["png"]).convert("RGB")).astype(int)
        off = np.abs(picture(model, case).astype(int) - theirs)
        print(f"{case['sampler']:16} mean {off.mean():.4f}, worst {off.max()} of 255")
        worst = max(worst, int(off.max()))
    return worst
