"""
Reference numbers for the app's tests (test/golden): what the text encoder, the UNet, the VAE and a whole DDIM run of a
checkpoint give in PyTorch, in full precision.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import checkpoint
import sampler
import scenes
import schedule
from drawings import drawings_of
from tokenizer import Tokenizer

PROMPTS = ["red apple", "blue car on a yellow background", "a flat icon of a cat face"]
STEPS, GUIDANCE = 20, 5.0
TOLERANCE = 1e-4
"""Other machines add up in another order."""


@torch.inference_mode()
def inputs(source: Path, work: Path) -> dict[str, Tensor]:
    config = checkpoint.load(source).config
    generator = torch.Generator().manual_seed(1234)
    shape = (1, config.vae.latent_channels, config.latent_size, config.latent_size)
    drawings = drawings_of(work)
    apple = next(i for i, concept in enumerate(drawings.concepts) if concept.name == "red apple")
    picture = drawings([scenes.Scene((scenes.Thing(apple, "flat"),), "white")], config.size)
    tokenizer = Tokenizer()
    return {
        "token_ids": torch.tensor([tokenizer(prompt) for prompt in PROMPTS], dtype=torch.int32),
        "token_ids_empty": torch.tensor([tokenizer("")], dtype=torch.int32),
        "unet_x": torch.randn(shape, generator=generator),
        "unet_t": torch.tensor([481], dtype=torch.int32),
        "vae_image": picture.cpu(),
        "ddim_init": torch.randn(shape, generator=generator),
        "ddim_timesteps": torch.arange(1, schedule.STEPS, schedule.STEPS // STEPS, dtype=torch.int32).flip(0),
    }


@torch.inference_mode()
def outputs(source: Path, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """Of the checkpoint, for the inputs above."""
    model = checkpoint.load(source)
    text = model.text(given["token_ids"].long())
    mean, log_variance = model.vae.encode(given["vae_image"])
    latent, picture = sampler.ddim(model, PROMPTS[1:2], given["ddim_init"], STEPS, GUIDANCE)
    return {
        "text_out": text,
        "text_out_empty": model.text(given["token_ids_empty"].long()),
        "unet_context": text[:1],
        "unet_eps": model.unet(given["unet_x"], given["unet_t"].long(), text[:1]),
        "vae_mean": mean,
        "vae_logvar": log_variance,
        "vae_decode_in": mean,
        "vae_decode_out": model.vae.decode(mean),
        "ddim_final_latent": latent,
        "ddim_image": picture,
    }


def write(source: Path, work: Path, folder: Path) -> None:
    """parity.safetensors with all tensors, parity.json to say what they are."""
    given = inputs(source, work)
    tensors = {name: value.contiguous().clone() for name, value in {**given, **outputs(source, given)}.items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "parity.safetensors")
    facts = {
        "model": f"{source.name} (half precision, computed in full precision)",
        "prompts": PROMPTS,
        "token_ids": given["token_ids"].tolist(),
        "text": "final_layer_norm of the last hidden state; 77 tokens, filled with 49407; causal mask only",
        "vae": "latents not scaled; pixels in -1…1, not clamped",
        "ddim": {"prompt": PROMPTS[1], "negative": "", "steps": STEPS, "cfg": GUIDANCE, "eta": 0},
        "alphas_cumprod": {str(t): float(schedule.ALPHAS_CUMPROD[t]) for t in (0, 1, 51, 481, 951, 999)},
    }
    (folder / "parity.json").write_text(json.dumps(facts, indent=1) + "\n")


def check(source: Path, folder: Path) -> float:
    """The largest difference from reference numbers that are there, relative to the largest number of each tensor."""
    theirs = load_file(folder / "parity.safetensors")
    worst = 0.0
    for name, ours in outputs(source, theirs).items():
        off = ((ours - theirs[name]).abs().max() / theirs[name].abs().max()).item()
        print(f"{name:20} {off:.1e}")
        worst = max(worst, off)
    return worst
