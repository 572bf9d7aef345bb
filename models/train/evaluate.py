"""Numbers for a checkpoint: does it draw what was asked, in the colour and on the ground that was asked?"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable, TypeVar

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
    """Shares of 0…1, but for the PSNR in dB. What there was no time for is None."""

    concept_top1: float | None = None
    concept_top5: float | None = None
    concept_known_top1: float | None = None
    """Of the first sixty concepts, which the first released model was trained on."""
    seeds_apart: float | None = None
    """Four seeds of a thing, beside four different pictures of it (variety.py): by pixels, at 32 × 32."""
    seeds_apart_seen: float | None = None
    """The same by what the classifier sees in them: less by where a thing stands, more by what it looks like."""
    sharpness: float | None = None
    """Of those pictures' edges, beside those of renderings: below 1 where samples are softer."""
    colour: float | None = None
    ground: float | None = None
    vae_psnr: float | None = None
    """At the checkpoint's own resolution."""
    vae_psnr_128: float | None = None
    """Against the rendering at 128 px, to which smaller pictures are enlarged."""
    share: float = 1.0
    """Of everything that could be asked: with less, numbers are coarser."""


Asked = TypeVar("Asked")


def some(asked: list[Asked], share: float) -> list[Asked]:
    """So many of them, evenly spread; at least one."""
    count = max(1, round(share * len(asked)))
    return [asked[i * len(asked) // count] for i in range(count)]


COLOURED, GROUNDED, SCENES = 8, 6, 48
"""Things that are asked for in every colour; on every ground; scenes for the VAE."""
ALL = (
    classifier.CLASSES + variety.PICTURES + COLOURED * len(colours.HUES) + GROUNDED * (len(colours.GROUNDS) - 1) + SCENES
)
"""Pictures that a whole evaluation draws, the VAE's among them, which take less long."""


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


def score_concepts(model: LatentDiffusion, drawings: Drawings, work: Path, share: float) -> dict[str, float]:
    concepts, net = drawings.concepts, classifier.train(work)
    asked = some(list(enumerate(classifier.common(concepts))), share)
    samples = pictures(model, [concepts[i].name for _, i in asked])
    with torch.inference_mode():
        best = net(classifier.shrink(samples).to(DEVICE)).topk(5).indices.cpu()
    places = torch.tensor([place for place, _ in asked])
    hits = best == places[:, None]
    first, five = hits[:, 0].float(), hits.any(1).float()
    return {
        "concept_top1": first.mean().item(),
        "concept_top5": five.mean().item(),
        "concept_known_top1": first[places < 60].mean().item(),
    }


@torch.inference_mode()
def score_variety(model: LatentDiffusion, drawings: Drawings, work: Path, share: float) -> dict[str, float]:
    things = some(classifier.common(drawings.concepts)[: variety.THINGS], share)
    features = classifier.train(work).cpu()[: classifier.SEEING]
    prompts = [drawings.concepts[i].name for i in things for _ in range(variety.SEEDS)]
    samples = pictures(model, prompts, list(range(variety.SEEDS)) * len(things)).clamp(-1, 1)
    theirs = variety.renderings(drawings, things)
    return {
        "seeds_apart": variety.ratio(samples, theirs, classifier.shrink),
        "seeds_apart_seen": variety.ratio(samples, theirs, lambda seen: features(classifier.shrink(seen))),
        "sharpness": variety.sharpness(samples) / variety.sharpness(reduced(theirs, model)),
    }


def score_colours(model: LatentDiffusion, drawings: Drawings, _: Path, share: float) -> dict[str, float]:
    """Every colour, on the first concepts that take other colours."""
    order = sorted((concept for concept in drawings.concepts if concept.recolours), key=lambda concept: concept.place)
    asked = some([(colour, concept.plain) for concept in order[:COLOURED] for colour in colours.HUES], share)
    drawn = to_pixels(pictures(model, [" ".join(words) for words in asked]))
    return {"colour": float(np.mean([colour_of(picture) == colour for picture, (colour, _) in zip(drawn, asked)]))}


def score_grounds(model: LatentDiffusion, drawings: Drawings, _: Path, share: float) -> dict[str, float]:
    """Every ground, under common things."""
    things = classifier.common(drawings.concepts)[: 8 * GROUNDED : 8]
    names = [drawings.concepts[i].name for i in things]
    asked = some([(name, ground) for name in names for ground in colours.GROUNDS if ground != "white"], share)
    drawn = to_pixels(pictures(model, [f"{name} on a {ground} background" for name, ground in asked]))
    return {"ground": float(np.mean([ground_of(picture) == ground for picture, (_, ground) in zip(drawn, asked)]))}


def reduced(rendered: Tensor, model: LatentDiffusion) -> Tensor:
    """To the size that the model draws."""
    return F.interpolate(rendered, (model.config.size,) * 2, mode="area")


@torch.inference_mode()
def score_vae(model: LatentDiffusion, drawings: Drawings, _: Path, share: float) -> dict[str, float]:
    """On scenes drawn for this alone: the seed is no shard's."""
    rng = random.Random(1_000_000)
    drawn = some([scenes.random_scene(rng, scenes.Recipe(), drawings.concepts) for _ in range(SCENES)], share)
    full = drawings(drawn).cpu()
    own = reduced(full, model)
    decoded = torch.cat([model.vae.decode(model.vae.encode(x.to(DEVICE))[0]).cpu() for x in own.split(8)])
    enlarged = F.interpolate(decoded, full.shape[-2:], mode="bicubic")
    return {"vae_psnr": psnr(decoded, own), "vae_psnr_128": psnr(enlarged, full)}


PARTS = (score_concepts, score_variety, score_colours, score_grounds, score_vae)
"""What is worth most comes first."""


def evaluate(
    source: Path, work: Path, out: Path | None = None, share: float = 1.0, late: Callable[[], bool] = lambda: False
) -> Scores:
    """
    Prints the scores, and keeps them in the file `out`, written anew after each part. Asks a `share` of everything; no
    part is begun once it is `late`, and that is said.
    """
    model = checkpoint.load(source).to(DEVICE)
    drawings, scores = drawings_of(work), Scores(share=round(share, 3))
    for score in PARTS:
        if late():
            print(f"{score.__name__}: there is no time left for it.", flush=True)
            continue
        for name, value in score(model, drawings, work, share).items():
            setattr(scores, name, value)
            print(f"{name:20} {value:8.2f}" + (" dB" if name.startswith("vae") else ""), flush=True)
        (out or work / f"scores-{source.stem}.json").write_text(json.dumps(asdict(scores), indent=1) + "\n")
    return scores
