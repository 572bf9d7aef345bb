"""Numbers for a checkpoint: does it draw what was asked, in the colour and on the ground that was asked?"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint
import classifier
import colours
import data
import sampler
import scenes
import variety
from device import DEVICE
from drawings import Drawings, drawings_of
from model import LatentDiffusion
from train_vae import psnr

BATCH = 100 if DEVICE.type == "cuda" else 20


@dataclass
class Scores:
    """Shares of 0…1, but for the PSNR in dB."""

    concept_top1: float
    concept_top5: float
    concept_known_top1: float
    """Of the first sixty concepts, which the first released model was trained on."""
    colour: float
    ground: float
    seeds_apart: float
    """Four seeds of a thing, beside four different pictures of it (variety.py): by pixels, at 32 × 32."""
    seeds_apart_seen: float
    """The same by what the classifier sees in them: less by where a thing stands, more by what it looks like."""
    vae_psnr: float
    """At the checkpoint's own resolution."""
    vae_psnr_128: float
    """Against the rendering at 128 px, to which smaller pictures are enlarged."""


def pictures(model: LatentDiffusion, prompts: list[str], seeds: list[int] | None = None) -> Tensor:
    """One each; a seed is the prompt's place in the list where none are given."""
    config = model.config
    noise = sampler.seeded(config.latent_size, config.vae.latent_channels, seeds or list(range(len(prompts))))
    batches = range(0, len(prompts), BATCH)
    return torch.cat([sampler.ddim(model, prompts[i : i + BATCH], noise[i : i + BATCH])[1].cpu() for i in batches])


def corners(picture: np.ndarray) -> np.ndarray:
    """Median colour of the four corners of [h, w, 3]."""
    n = max(2, picture.shape[0] // 16)
    patches = [picture[y, x] for y in (slice(n), slice(-n, None)) for x in (slice(n), slice(-n, None))]
    return np.median(np.concatenate([patch.reshape(-1, 3) for patch in patches]), 0)


def ground_of(picture: np.ndarray) -> str:
    colour = corners(picture)
    return min(colours.GROUNDS, key=lambda name: float(np.square(colour - colours.GROUNDS[name]).sum()))


def nearest_hue(degrees: int) -> str:
    return min(colours.HUES, key=lambda name: abs((degrees - colours.HUES[name] + 180) % 360 - 180))


def colour_of(picture: np.ndarray) -> str | None:
    """The named hue nearest to the main one of what stands out from the ground."""
    apart = np.abs(picture.astype(float) - corners(picture)).max(-1) > 60
    hue, share = colours.dominant_hue(np.dstack([picture, apart * 255]).astype(np.uint8))
    if share == 0:
        return None
    return nearest_hue(hue)


def to_pixels(samples: Tensor) -> np.ndarray:
    return ((samples.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def score_concepts(model: LatentDiffusion, concepts: list[data.Concept], work: Path) -> tuple[float, float, float]:
    classes, net = classifier.common(concepts), classifier.train(work)
    samples = pictures(model, [concepts[i].name for i in classes])
    with torch.inference_mode():
        best = net(classifier.shrink(samples).to(DEVICE)).topk(5).indices.cpu()
    hits = best == torch.arange(len(classes))[:, None]
    first, five = hits[:, 0].float(), hits.any(1).float()
    return first.mean().item(), five.mean().item(), first[:60].mean().item()


def score_colours(model: LatentDiffusion, concepts: list[data.Concept]) -> float:
    """Every colour, on the first eight concepts that take other colours."""
    order = sorted((concept for concept in concepts if concept.recolours), key=lambda concept: concept.place)
    asked = [(colour, concept.plain) for concept in order[:8] for colour in colours.HUES]
    drawn = to_pixels(pictures(model, [" ".join(words) for words in asked]))
    return float(np.mean([colour_of(picture) == colour for picture, (colour, _) in zip(drawn, asked)]))


def score_grounds(model: LatentDiffusion, concepts: list[data.Concept]) -> float:
    """Every ground, under six common things."""
    names = [concepts[i].name for i in classifier.common(concepts)[:48:8]]
    asked = [(name, ground) for name in names for ground in colours.GROUNDS if ground != "white"]
    drawn = to_pixels(pictures(model, [f"{name} on a {ground} background" for name, ground in asked]))
    return float(np.mean([ground_of(picture) == ground for picture, (_, ground) in zip(drawn, asked)]))


@torch.inference_mode()
def score_variety(model: LatentDiffusion, drawings: Drawings, work: Path) -> tuple[float, float]:
    things, net = classifier.common(drawings.concepts)[: variety.THINGS], classifier.train(work).cpu()
    prompts = [drawings.concepts[i].name for i in things for _ in range(variety.SEEDS)]
    samples = pictures(model, prompts, list(range(variety.SEEDS)) * len(things)).clamp(-1, 1)
    theirs = variety.renderings(drawings, things)
    features = net[: classifier.SEEING]
    looks = (classifier.shrink, lambda seen: features(classifier.shrink(seen)))
    by_pixels, by_features = (variety.ratio(samples, theirs, look) for look in looks)
    return by_pixels, by_features


@torch.inference_mode()
def score_vae(model: LatentDiffusion, drawings: Drawings) -> tuple[float, float]:
    """On 48 scenes drawn for this alone: the seed is no shard's."""
    rng = random.Random(1_000_000)
    full = drawings([scenes.random_scene(rng, scenes.Recipe(), drawings.concepts) for _ in range(48)]).cpu()
    own = F.interpolate(full, (model.config.size,) * 2, mode="area")
    decoded = torch.cat([model.vae.decode(model.vae.encode(x.to(DEVICE))[0]).cpu() for x in own.split(8)])
    enlarged = F.interpolate(decoded, full.shape[-2:], mode="bicubic")
    return psnr(decoded, own), psnr(enlarged, full)


def evaluate(source: Path, work: Path, out: Path | None = None) -> Scores:
    """Prints the scores, and keeps them in the file `out`."""
    model = checkpoint.load(source).to(DEVICE)
    drawings = drawings_of(work)
    concepts = drawings.concepts
    scores = Scores(
        *score_concepts(model, concepts, work),
        score_colours(model, concepts),
        score_grounds(model, concepts),
        *score_variety(model, drawings, work),
        *score_vae(model, drawings),
    )
    for name, value in asdict(scores).items():
        print(f"{name:20} {value:8.2f}" + (" dB" if name.startswith("vae") else ""))
    (out or work / f"scores-{source.stem}.json").write_text(json.dumps(asdict(scores), indent=1) + "\n")
    return scores
