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
SEEING, ENDING = (0.3, 0.12) if DEVICE.type == "cuda" else (0.2, 0.5)
"""Shares of the time for the VAE, and for pieces, sheet and evaluation, which are what takes a CPU long."""


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


def train(packed: Path, work: Path, out: Path, minutes: float, preset: str) -> None:
    """
    `packed`: the folder that pack.py made. What is in `work` already is gone on with. Into `out` go the checkpoint in
    pieces, the sheet of samples and the numbers, in this order: the last are what a lack of time takes first.
    """
    watch, on_gpu = Stopwatch(minutes), DEVICE.type == "cuda"
    print(f"{describe()}, preset {preset}, {minutes:g} minutes", flush=True)
    pack.unpack(packed, work)
    fresh, seeing, final = (work / f"{name}.safetensors" for name in ("fresh", "seeing", NAME))
    if not fresh.exists():
        torch.manual_seed(0)
        checkpoint.save(LatentDiffusion(PRESETS[preset]), fresh, {"steps": 0, "styles": list(data.STYLES)})
    watch.done("icons")

    batch = 64 if on_gpu else 8
    settings = train_autoencoder.Settings(minutes=SEEING * minutes, batch=batch)
    train_autoencoder.train(fresh, work, settings)
    train_autoencoder.export(fresh, work, seeing)
    watch.done("VAE")

    everything = 1 + max(concept.place for concept in data.load(work)[1])
    recipe = replace(scenes.VARIED, top=everything)
    latents.build(seeing, work, recipe, 100 if on_gpu else 1, PRESETS[preset].latent_size)
    watch.done("latents")

    words = train_unet.Settings(
        minutes=max(watch.left - ENDING * minutes, 0.05),
        batch=512 if on_gpu else 16,
        top_at_first=400,
        top=everything,
        styled=0.3,
        log=100 if on_gpu else 20,
    )
    train_unet.train(seeing, work, words)
    train_unet.export(seeing, work, final)
    watch.done("UNet and text encoder")

    out.mkdir(parents=True, exist_ok=True)
    pieces.split(final, out)
    watch.done("pieces")
    before = watch.left
    samples.draw(final, out / "samples.png")
    watch.done("sheet")
    if watch.left < 2 * (before - watch.left):  # it draws three times as many, in larger batches
        print("No time is left for the evaluation.")
        return
    evaluate.evaluate(final, work, out / "scores.json")
    watch.done("evaluation")
