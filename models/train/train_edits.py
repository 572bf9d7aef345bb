"""A checkpoint that inpaints, or follows instructions: one that draws already, shown more channels."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

import checkpoint
import data
import edits
from device import DEVICE
from model import LatentDiffusion, channels_of
from objective import Objective
from tokenizer import Tokenizer
from train_unet import Words, optimizer_for, used_words
from training import Log, Run


@dataclass(frozen=True)
class Settings:
    minutes: float = 30
    batch: int = 16
    learning_rate: float = 5e-4
    decay: float = 0.995
    noisy: float = 0.5
    """Share of timesteps drawn from 400 on."""
    empty: float = 0.1
    """Share of texts left empty; of instructions, half of them with nothing to see either, and as many more so."""
    log: int = 20


@torch.no_grad()
def widen(model: LatentDiffusion, kind: str) -> None:
    """The first convolution takes the further channels of `kind`, and makes nothing of them yet."""
    first = model.unet.input_blocks[0][0]
    more = channels_of(kind, model.config.vae.latent_channels) - first.in_channels
    if more == 0:
        return
    wide = nn.Conv2d(first.in_channels + more, first.out_channels, 3, padding=1)
    nn.init.zeros_(wide.weight)
    wide.weight[:, : first.in_channels] = first.weight
    wide.bias.copy_(first.bias)
    model.unet.input_blocks[0][0] = wide
    model.config = replace(model.config, kind=kind)


def open_run(source: Path, work: Path, kind: str, settings: Settings) -> tuple[Run, Words, str]:
    torch.manual_seed(0)
    model = checkpoint.load(source)
    widen(model, kind)
    tokenizer = Tokenizer()
    _, concepts = data.load(work)
    used = {*used_words(concepts, tokenizer), *tokenizer.words(edits.WORDS)}
    words = Words(model, sorted(used)).to(DEVICE).train()
    words.unet.to(memory_format=torch.channels_last)
    run = Run(work / f"{kind}.pt", words, optimizer_for(words), settings.decay, settings.minutes)
    return run, words, model.config.prediction


def dropped(rng: random.Random, kind: str, text: str, planes: Tensor, share: float) -> tuple[str, Tensor]:
    """Now and then the text is left out; of instructions so is the picture, alone or as well (section 3.2.1 there)."""
    chance = rng.random()
    no_text = chance < share
    no_picture = kind == "instruct" and share / 2 < chance < 1.5 * share
    return "" if no_text else text, torch.zeros_like(planes) if no_picture else planes


def train(source: Path, work: Path, kind: str, settings: Settings) -> None:
    run, words, prediction = open_run(source, work, kind, settings)
    pool, tokenizer = edits.load(work, kind), Tokenizer()
    rng = random.Random(run.step)
    torch.manual_seed(run.step)
    objective, log = Objective(prediction, settings.noisy), Log(run, settings.log)
    while run.clock.share < 1:
        chosen = [rng.randrange(len(pool.texts)) for _ in range(settings.batch)]
        shown = [dropped(rng, kind, pool.texts[i], pool.planes[i], settings.empty) for i in chosen]
        ids = words.ids([tokenizer(text) for text, _ in shown]).to(DEVICE)
        planes = torch.stack([plane for _, plane in shown]).to(DEVICE)
        loss = objective(
            lambda x, t: words.unet(torch.cat([x, planes], 1), t, words.text(ids)), pool.clean[chosen].to(DEVICE)
        )
        run.advance(loss, settings.learning_rate)
        log(loss, settings.batch)
    run.save()


def export(source: Path, work: Path, kind: str, out: Path) -> None:
    """The checkpoint `source` with the averaged weights and the further channels."""
    run, _, _ = open_run(source, work, kind, Settings())
    model = checkpoint.load(source)
    widen(model, kind)
    run.average.module.into(model)
    steps = int(checkpoint.training_of(source).get("steps", 0)) + run.step
    checkpoint.save(model, out, {"steps": steps, "minutes_of_last_run": round(run.clock.seconds / 60)})
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {run.step} steps")
