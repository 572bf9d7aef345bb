"""Writes the case.json of each folder beside this file: python3 make.py

Formulas of the papers in PyTorch, float64, and none of any program's:
  Karras et al. (2022), arXiv 2206.00364: equation 5 (levels), Table 1 (EDM: c_skip, c_out, c_in, c_noise), Algorithm 1
    at first order (Euler).
  Salimans and Ho (2022), arXiv 2202.00512: v = alpha * noise - sigma * x0, with alpha^2 + sigma^2 = 1.
  Lu et al. (2022), arXiv 2211.01095: Algorithm 2 (DPM-Solver++ 2M), the first step and the one into 0 of first order.
"""
import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
LENGTH = 8


def network(x, told):
    """Takes c_in * x and c_noise, as any network does."""
    ramp = torch.arange(LENGTH) / LENGTH
    return 0.6 * torch.tanh(1.7 * x + ramp) + 0.2 * math.cos(told)


def edm(x, sigma, data):
    """D of Table 1."""
    root = math.sqrt(sigma**2 + data**2)
    answer = network(x / root, math.log(sigma) / 4)
    return data**2 / root**2 * x + sigma * data / root * answer


def v(x, sigma, _data):
    """x in sigma space is z / alpha: x0 = alpha * z - sigma_t * v, for alpha = 1 / sqrt(1 + sigma^2)."""
    alpha = 1 / math.sqrt(1 + sigma**2)
    z = alpha * x
    return alpha * z - sigma * alpha * network(z, math.log(sigma) / 4)


def karras(n, low, high, rho=7):
    ramp = torch.linspace(0, 1, n)
    return (high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho


def exponential(n, low, high):
    return torch.linspace(math.log(high), math.log(low), n).exp()


def euler(denoised, x, sigmas):
    for sigma, following in zip(sigmas, sigmas[1:]):
        x = x + (x - denoised(x, sigma)) / sigma * (following - sigma)
        yield x


def dpmpp_2m(denoised, x, sigmas):
    before = None
    for i, (sigma, following) in enumerate(zip(sigmas, sigmas[1:])):
        d = denoised(x, sigma)
        if following == 0:
            x = d
        else:
            h = math.log(sigma / following)
            if before is not None:
                r = math.log(sigmas[i - 1] / sigma) / h
                mixed = (1 + 1 / (2 * r)) * d - 1 / (2 * r) * before
            else:
                mixed = d
            x = following / sigma * x - math.expm1(-h) * mixed
        before = d
        yield x


CASES = {
    "edm-v-karras": dict(kind="v", min=0.002, max=120.0, data=1.0, spread="karras", sampler="Euler", steps=7),
    "edm-v-exponential": dict(kind="v", min=0.003, max=90.0, data=1.0, spread="exponential", sampler="DPM++ 2M", steps=9),
    "edm-f-karras": dict(kind="epsilon", min=0.002, max=80.0, data=0.5, spread="karras", sampler="DPM++ 2M", steps=8),
    "edm-f-exponential": dict(kind="epsilon", min=0.01, max=50.0, data=0.7, spread="exponential", sampler="Euler", steps=5),
}

for name, case in CASES.items():
    levels = {"karras": karras, "exponential": exponential}[case["spread"]]
    sigmas = [*levels(case["steps"], case["min"], case["max"]).tolist(), 0.0]
    noise = torch.sin(torch.arange(LENGTH) * 1.3 + 0.4)
    x = noise * math.sqrt(sigmas[0] ** 2 + 1)
    predict = {"v": v, "epsilon": edm}[case["kind"]]
    denoised = lambda x, sigma: predict(x, sigma, case["data"])
    sampler = {"Euler": euler, "DPM++ 2M": dpmpp_2m}[case["sampler"]]
    told = {
        "noise": {
            "kind": "continuous",
            "sigmaMin": case["min"],
            "sigmaMax": case["max"],
            "sigmaData": case["data"],
            "spread": case["spread"],
        },
        "prediction": case["kind"],
        "sampler": case["sampler"],
        "steps": case["steps"],
        "unit_noise": noise.tolist(),
        "sigmas": sigmas,
        "c_noise": [math.log(sigma) / 4 for sigma in sigmas[:-1]],
        "x": [step.tolist() for step in sampler(denoised, x, sigmas)],
        "tolerance": 1e-5,
    }
    folder = Path(__file__).parent / name
    folder.mkdir(exist_ok=True)
    (folder / "case.json").write_text(json.dumps(told, indent=1) + "\n")
