"""A checkpoint from nothing within so many minutes: every stage in turn, each with its part of the time."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import torch

import checkpoint
import data
import evaluate
import latents
import pack
import pieces
import samples
import scenes
import train_autoencoder
import train_unet
from config import PRESETS
from device import DEVICE, describe
from model import LatentDiffusion

NAME = "mini-sd-new"
ON_GPU = DEVICE.type == "cuda"
SEEING = 0.3 if ON_GPU else 0.15
"""Share of the time for the VAE."""
LEARNING = 0.4 if ON_GPU else 0.1
"""Share that the UNet has at least, before so many latents are made that less is left."""
ENDING = 0.12 if ON_GPU else 0.4
"""Share at most for pieces, sheet and evaluation: these are what takes a CPU long."""
SPARE = 8
"""Seconds for what the ending does beside drawing."""
QUICK = 10
"""Seconds that may be spent on finding out how long a picture takes."""
LEAST = 10
"""Pictures without which there are no numbers."""
SHEET = len(samples.PROMPTS) * len(samples.SEEDS)


class Stopwatch:
    """Minutes left, and a line for each stage that says how long it took."""

    def __init__(self, minutes: float) -> None:
        self.minutes, self.began, self.stage = minutes, time.time(), time.time()

    @property
    def left(self) -> float:
        return self.minutes - (time.time() - self.began) / 60

    def done(self, stage: str) -> None:
        now = time.time()
        print(f"== {stage}: {now - self.stage:.1f} s, {self.left:.2f} min left", flush=True)
        self.stage = now


def seconds_a_picture(source: Path) -> float:
    """What the checkpoint has learned makes no difference to that. Of a whole batch where that is quick, else of two."""
    model = checkpoint.load(source).to(DEVICE)

    def pace(count: int) -> float:
        began = time.time()
        evaluate.pictures(model, [""] * count)
        return (time.time() - began) / count

    first = pace(2)
    return min(first, pace(evaluate.BATCH)) if ON_GPU or first * evaluate.BATCH < QUICK else first


def train(packed: Path, work: Path, out: Path, minutes: float, preset: str) -> None:
    """
    `packed`: the folder that pack.py made. What is in `work` already is gone on with. Into `out` go the checkpoint in
    pieces, the sheet of samples and the numbers, in this order: the last are what a lack of time takes first.
    """
    watch = Stopwatch(minutes)
    print(f"{describe()}, preset {preset}, {minutes:.2f} minutes", flush=True)
    pack.unpack(packed, work)
    fresh, seeing, final = (work / f"{name}.safetensors" for name in ("fresh", "seeing", NAME))
    if not fresh.exists():
        torch.manual_seed(0)
        checkpoint.save(LatentDiffusion(PRESETS[preset]), fresh, {"steps": 0, "styles": list(data.STYLES)})
    pace = seconds_a_picture(fresh)
    ending = min(ENDING * minutes, (SPARE + 1.2 * pace * (SHEET + evaluate.ALL)) / 60)
    print(f"A picture takes {pace:.3f} s to draw: {ending:.2f} min are kept for the end.", flush=True)
    watch.done("icons")

    settings = train_autoencoder.Settings(minutes=SEEING * minutes, batch=64 if ON_GPU else 8)
    train_autoencoder.train(fresh, work, settings)
    train_autoencoder.export(fresh, work, seeing, 256 if ON_GPU else 32)
    watch.done("VAE")

    everything = 1 + max(concept.place for concept in data.load(work)[1])
    recipe = replace(scenes.VARIED, top=everything)
    shards, each = (100, 1000) if ON_GPU else (4, 200)
    latents.build(
        seeing, work, recipe, shards, PRESETS[preset].latent_size, each,
        late=lambda: watch.left < ending + LEARNING * minutes,
    )
    watch.done("latents")

    words = train_unet.Settings(
        minutes=max(watch.left - ending, 0.05),
        batch=512 if ON_GPU else 16,
        top_at_first=400,
        top=everything,
        styled=0.3,
        log=100 if ON_GPU else 20,
    )
    train_unet.train(seeing, work, words)
    train_unet.export(seeing, work, final)
    watch.done("UNet and text encoder")

    out.mkdir(parents=True, exist_ok=True)
    pieces.split(final, out)
    watch.done("pieces")
    show(watch, final, work, out, pace)


def show(watch: Stopwatch, final: Path, work: Path, out: Path, pace: float) -> None:
    """Sheet and numbers, as much of both as there is time for. `pace`: seconds for a picture."""
    room = max(60 * watch.left - SPARE / 2, 0) * SHEET / (SHEET + evaluate.ALL)
    prompts = samples.PROMPTS[: int(room / pace / len(samples.SEEDS))]
    print(f"Sheet: there is time for {len(prompts)} prompts of {len(samples.PROMPTS)}.", flush=True)
    if prompts:
        began = time.time()
        samples.draw(final, out / "samples.png", prompts)
        pace = (time.time() - began) / (len(prompts) * len(samples.SEEDS))
    watch.done("sheet")
    share = min(1.0, max(60 * watch.left - SPARE / 2, 0) / (pace * evaluate.ALL))
    print(f"Evaluation: there is time for {share:.0%} of its pictures.", flush=True)
    if share * evaluate.ALL >= LEAST:
        evaluate.evaluate(final, work, out / "scores.json", share, lambda: watch.left <= 0)
    watch.done("evaluation")
