"""Reference pictures for the app's tests (test/golden): what goes with the bundled model, in PyTorch, by DDIM."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import checkpoint
import control
import control_scores
import edits
import lora
import sampler
import sheet
import train_embedding
import upscaler
import upscaler_scores
from latents import to_tensor

STEPS, GUIDANCE, IMAGE_GUIDANCE, SEED = 10, 5.0, 1.5, 7
CASES = {
    "lora": "strawberry",
    "embedding": "penguin on a teal background",
    "instruct": "make it blue",
    "inpaint": "red apple",
    "control": "green apple on a blue background",
}
MASKED = slice(16, 80)
"""Pixels, across and down, of the picture that is painted anew."""


def read(path: Path) -> Tensor:
    """[1, 3, h, w] in −1…1."""
    return to_tensor(np.asarray(Image.open(path).convert("RGB"))[None].copy())


@torch.inference_mode()
def write(folder: Path, bundled: Path, out: Path) -> None:
    """Pictures of all, and what they were made with, from `before.png` in the folder `out`."""
    model = checkpoint.load(bundled)
    before, size = read(out / "before.png"), model.config.size
    noise = sampler.seeded(model.config.latent_size, model.config.vae.latent_channels, [SEED])

    def save(name: str, drawn: Tensor) -> None:
        sheet.to_image(drawn[0]).save(out / f"{name}.png")

    words = train_embedding.teach(model, folder / "embeddings" / "teal.safetensors")
    prompts = {name: [prompt] for name, prompt in CASES.items()}
    taught = sampler.by_text(model, prompts["embedding"], GUIDANCE, tokenizer=words)
    save("embedding", sampler.sample(model, taught, noise, STEPS)[1])
    lora.apply(model.unet, model.config.unet, folder / "loras" / "outline.safetensors")
    save("lora", sampler.ddim(model, prompts["lora"], noise, STEPS, GUIDANCE)[1])

    plain = checkpoint.load(bundled)
    hint = edits.edges_of(before)
    Image.fromarray((hint[0, 0].numpy() * 255).astype(np.uint8)).save(out / "hint.png")
    adds = control_scores.adder(control.load(plain.unet, folder / "controlnets" / "mini-sd-canny.safetensors"), hint)
    along = sampler.by_text(plain, prompts["control"], GUIDANCE, control=adds)
    save("control", sampler.sample(plain, along, noise, STEPS)[1])

    net = upscaler.load(folder / "upscalers" / "mini-compact-x4.safetensors")
    save("enlarged", upscaler_scores.enlarged(net, before))

    instruct = checkpoint.load(folder / "mini-sd-instruct.safetensors")
    shown = edits.encoded(instruct, before)
    changed = sampler.by_instruction(instruct, prompts["instruct"], shown, GUIDANCE, IMAGE_GUIDANCE)
    save("instruct", sampler.sample(instruct, changed, noise, STEPS)[1])

    inpaint = checkpoint.load(folder / "mini-sd-inpainting.safetensors")
    mask = torch.zeros(1, 1, size, size)
    mask[..., MASKED, MASKED] = 1
    Image.fromarray((mask[0, 0].numpy() * 255).astype(np.uint8)).save(out / "mask.png")
    filled = sampler.by_text(inpaint, prompts["inpaint"], GUIDANCE, planes=edits.mask_planes(inpaint, before, mask))
    save("inpaint", sampler.sample(inpaint, filled, noise, STEPS)[1])

    facts = {"prompts": CASES, "steps": STEPS, "guidance": GUIDANCE, "imageGuidance": IMAGE_GUIDANCE, "seed": SEED}
    (out / "cases.json").write_text(json.dumps(facts, indent=1) + "\n")
