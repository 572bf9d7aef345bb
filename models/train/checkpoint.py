"""Single-file checkpoints as Drobė reads them: half precision, CompVis' keys, the rest in the metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file

import schedule
from config import ModelConfig, TextConfig, UnetConfig, VaeConfig
from model import LatentDiffusion, channels_of
from tokenizer import END, START

EXAMPLES = {
    "base": ["red apple", "cat face", "rocket", "sun", "red heart", "house", "strawberry", "penguin"],
    "inpaint": ["red apple", "cat face", "rocket", "sun", "red heart", "house", "strawberry", "penguin"],
    "instruct": ["make it blue", "make the background yellow", "make it an outline", "turn it into a banana"],
}
GUIDANCE = {"base": 5, "inpaint": 2, "instruct": 5}
"""As the app begins with; the more of it, the less an inpainting net heeds what it sees beside the mask."""
TITLES = {"base": "mini-sd emoji", "inpaint": "mini-sd emoji inpainting", "instruct": "mini-sd emoji instructions"}
ATTRIBUTION = (
    "Trained on Microsoft Fluent Emoji (flat), MIT, Copyright (c) Microsoft Corporation; Google Noto Emoji, "
    "Apache-2.0, Copyright Google LLC; names from emojibase-data, MIT."
)
TWEMOJI = " Twemoji, CC-BY-4.0, Copyright Twitter, Inc and other contributors."


def metadata(config: ModelConfig, training: dict[str, Any]) -> dict[str, str]:
    """What neither names nor shapes tell. Values that are not strings are JSON."""
    text, unet, vae = config.text, config.unet, config.vae
    side = f"{config.size}x{config.size}"
    facts: dict[str, object] = {
        "format": "pt",
        "modelspec.title": TITLES[config.kind],
        "modelspec.architecture": "stable-diffusion-v1 (miniature)",
        "modelspec.license": "MIT (weights); see attribution",
        "modelspec.resolution": side,
        "modelspec.prediction_type": config.prediction,
        "sd.image_size": config.size,
        "sd.latent_size": config.latent_size,
        "sd.latent_channels": vae.latent_channels,
        "sd.vae_downscale": vae.factor,
        "sd.scale_factor": vae.scale,
        "sd.prediction_type": config.prediction,
        "sd.beta_schedule": "scaled_linear",
        "sd.beta_start": schedule.BETA_START,
        "sd.beta_end": schedule.BETA_END,
        "sd.num_train_timesteps": schedule.STEPS,
        "sd.unet.num_heads": unet.heads,
        "sd.unet.model_channels": unet.channels,
        "sd.unet.channel_mult": unet.multipliers,
        "sd.unet.num_res_blocks": unet.blocks,
        "sd.unet.attention_levels": unet.attention_levels,
        "sd.unet.context_dim": unet.context,
        "sd.text.num_attention_heads": text.heads,
        "sd.text.num_layers": text.layers,
        "sd.text.hidden_act": "quick_gelu",
        "sd.text.max_length": text.length,
        "sd.text.bos": START,
        "sd.text.eos": END,
        "sd.text.pad": END,
        "sd.vae.ch": vae.channels,
        "sd.vae.ch_mult": vae.multipliers,
        "sd.vae.num_res_blocks": vae.blocks,
        "sd.groupnorm_groups": 32,
        "sd.recommended": {"steps": 20, "cfg": GUIDANCE[config.kind], "sampler": "ddim", "width": config.size, "height": config.size},
        "sd.training": training,
        "sd.example_prompts": EXAMPLES[config.kind],
        "attribution": ATTRIBUTION + (TWEMOJI if "twemoji" in training.get("styles", ()) else ""),
    }
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in facts.items()}


def save(model: LatentDiffusion, path: Path, training: dict[str, object]) -> None:
    tensors = {key: value.detach().cpu().half().contiguous() for key, value in model.state_dict().items()}
    tensors["betas"], tensors["alphas_cumprod"] = schedule.BETAS.float(), schedule.ALPHAS_CUMPROD.float()
    save_file(tensors, path, metadata=metadata(model.config, training))


def config_of(facts: dict[str, str], shapes: dict[str, list[int]]) -> ModelConfig:
    """The sizes of a checkpoint of ours, from its metadata and shapes."""

    def read(key: str):
        return json.loads(facts[key])

    words = "cond_stage_model.transformer.text_model."
    vocabulary, width = shapes[words + "embeddings.token_embedding.weight"]
    channels, latents = shapes["model.diffusion_model.input_blocks.0.0.weight"][1], read("sd.latent_channels")
    layers = sum(key.startswith(words) and key.endswith(".mlp.fc1.bias") for key in shapes)
    return ModelConfig(
        size=read("sd.image_size"),
        prediction=facts["sd.prediction_type"],
        kind=next(kind for kind in TITLES if channels_of(kind, latents) == channels),
        text=TextConfig(width, layers, read("sd.text.num_attention_heads"), vocabulary, read("sd.text.max_length")),
        unet=UnetConfig(
            read("sd.unet.model_channels"),
            tuple(read("sd.unet.channel_mult")),
            read("sd.unet.num_res_blocks"),
            tuple(read("sd.unet.attention_levels")),
            read("sd.unet.num_heads"),
            read("sd.unet.context_dim"),
        ),
        vae=VaeConfig(
            read("sd.vae.ch"),
            tuple(read("sd.vae.ch_mult")),
            read("sd.vae.num_res_blocks"),
            latents,
            read("sd.scale_factor"),
        ),
    )


def load(path: Path) -> LatentDiffusion:
    """A checkpoint of ours in full precision, ready to draw with or to train on from."""
    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}
        facts = file.metadata()
    for buffer in ("betas", "alphas_cumprod"):
        tensors.pop(buffer, None)
    model = LatentDiffusion(config_of(facts, {key: list(value.shape) for key, value in tensors.items()}))
    model.load_state_dict({key: value.float() for key, value in tensors.items()})
    return model.eval()


def training_of(path: Path) -> dict[str, object]:
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata().get("sd.training", "{}"))
