"""A textual inversion (https://arxiv.org/abs/2208.01618): vectors for a word that the model was never taught."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import checkpoint
import scenes
from device import DEVICE
from model import LatentDiffusion
from objective import Objective
from text import TextModel
from tokenizer import START, Tokenizer
from train_unet import Scenes
from training import Log, Run


@dataclass(frozen=True)
class Settings:
    minutes: float = 8
    batch: int = 16
    learning_rate: float = 1e-2
    decay: float = 0.98
    word: str = "teal"
    vectors: int = 2
    like: str = "blue green"
    """Words whose vectors it begins with the mean of."""
    top: int = 80
    """Concepts that the checkpoint draws."""
    noisy: float = 0.8
    """Share of timesteps drawn from 400 on."""
    log: int = 20


class Vectors(nn.Module):
    """Rows for the last tokens of the vocabulary, which no caption uses."""

    def __init__(self, rows: Tensor) -> None:
        super().__init__()
        self.rows = nn.Parameter(rows)

    def ids(self) -> list[int]:
        return [START - 1 - i for i in range(len(self.rows))]

    def speak(self, text: TextModel) -> None:
        """From now on these tokens stand for these rows."""

        def put(_: nn.Module, args: tuple[Tensor], out: Tensor) -> Tensor:
            for token, row in zip(self.ids(), self.rows):
                out = torch.where((args[0] == token)[..., None], row, out)
            return out

        text.embeddings.token_embedding.register_forward_hook(put)


def open_run(source: Path, work: Path, settings: Settings) -> tuple[Run, LatentDiffusion, Vectors]:
    model = checkpoint.load(source).to(DEVICE).requires_grad_(False)
    model.unet.to(memory_format=torch.channels_last)
    torch.manual_seed(0)
    alike = model.text.embeddings.token_embedding.weight[torch.tensor(Tokenizer().words(settings.like))].mean(0)
    vectors = Vectors(alike + 0.02 * torch.randn(settings.vectors, len(alike), device=DEVICE)).to(DEVICE)
    optimizer = torch.optim.AdamW(vectors.parameters(), betas=(0.9, 0.99), weight_decay=0)
    run = Run(work / f"embedding-{settings.word}.pt", vectors, optimizer, settings.decay, settings.minutes)
    vectors.speak(model.text)
    return run, model, vectors


def train(source: Path, work: Path, settings: Settings) -> None:
    """On the scenes of `work` whose captions say the word."""
    run, model, vectors = open_run(source, work, settings)
    pool, tokenizer = Scenes(work), Tokenizer({settings.word: vectors.ids()})
    rng = random.Random(run.step)
    torch.manual_seed(run.step)
    objective, log = Objective(model.config.prediction, settings.noisy), Log(run, settings.log)
    while run.clock.share < 1:
        chosen = pool.draw(rng, settings.batch, settings.top, 0, 0)
        texts = [scenes.caption(rng, pool.scenes[i], pool.concepts) for i in chosen]
        ids = torch.tensor([tokenizer(text) for text in texts], device=DEVICE)
        loss = objective(lambda x, t: model.unet(x, t, model.text(ids)), pool.latents[chosen].to(DEVICE))
        run.advance(loss, settings.learning_rate)
        log(loss, settings.batch)
    run.save()


def export(source: Path, work: Path, out: Path, settings: Settings) -> None:
    """In A1111's format; the file's name is the word."""
    run, _, _ = open_run(source, work, settings)
    save_file({"emb_params": run.average.module.rows.detach().cpu().contiguous()}, out, metadata={
        "modelspec.title": settings.word,
        "modelspec.architecture": "stable-diffusion-v1/textual-inversion",
        "modelspec.license": "MIT (weights); see attribution",
        "steps": str(run.step),
        "sd_checkpoint_name": source.stem,
        "attribution": checkpoint.ATTRIBUTION,
    })
    print(f"{out}: {out.stat().st_size} bytes, {run.step} steps")


def teach(model: LatentDiffusion, path: Path) -> Tokenizer:
    """Adds an inversion of ours to a model; the tokenizer knows its word."""
    vectors = Vectors(load_file(path)["emb_params"].to(DEVICE)).requires_grad_(False)
    vectors.speak(model.text)
    return Tokenizer({path.stem: vectors.ids()})
