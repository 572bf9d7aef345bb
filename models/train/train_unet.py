"""Text encoder and UNet, together, on cached latents."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch
from torch import Tensor, nn

import checkpoint
import data
import latents
import scenes
import schedule
from device import DEVICE, compiled, fitting
from model import LatentDiffusion
from objective import Objective
from tokenizer import END, START, Tokenizer
from training import Log, Run


@dataclass(frozen=True)
class Settings:
    minutes: float = 50
    batch: int = 32
    learning_rate: float = 8e-4
    decay: float = 0.998
    top: int = 213
    """Concepts at the end of the training."""
    top_at_first: int = 213
    """Concepts at its beginning; the others come in during the first half."""
    known: int = 0
    """Concepts that the checkpoint to go on from draws already."""
    rehearsal: float = 0.4
    """Share of pictures of those known ones."""
    noisy: float = 0.6
    """Share of timesteps drawn from 400 on, where words decide."""
    empty: float = 0.1
    """Share of captions left empty, for guidance without a classifier (https://arxiv.org/abs/2207.12598)."""
    styled: float = 1.0
    """Share of pictures in another style than the flat one whose captions say so: with less, a name alone may be drawn
    in any style."""
    log: int = 20


class Words(nn.Module):
    """
    UNet and text encoder with a small table: only the words in use, so that neither gradient nor optimizer has to
    carry 49,408 rows. Row 0 stands for all other words and stays zero, as theirs do.
    """

    def __init__(self, model: LatentDiffusion, used: list[int]) -> None:
        super().__init__()
        self.used = used
        self.unet = model.unet
        model.text.wake(torch.tensor(used))
        rows = model.text.embeddings.token_embedding.weight[torch.tensor(used)].detach()
        model.text.embeddings.token_embedding = nn.Embedding(len(used) + 1, rows.shape[1], padding_idx=0)
        with torch.no_grad():
            model.text.embeddings.token_embedding.weight[1:] = rows
            model.text.embeddings.token_embedding.weight[0] = 0
        self.text = model.text
        row = torch.zeros(model.config.text.vocabulary, dtype=torch.long)
        row[torch.tensor(used)] = torch.arange(1, len(used) + 1)
        self.register_buffer("row", row, persistent=False)

    def ids(self, tokens: list[list[int]]) -> Tensor:
        return self.row[torch.tensor(tokens).to(self.row.device)]

    @torch.no_grad()
    def into(self, model: LatentDiffusion) -> None:
        """Puts what was learned back into a whole checkpoint."""
        model.unet.load_state_dict(self.unet.state_dict())
        small = self.text.state_dict()
        table = model.text.embeddings.token_embedding.weight.clone()
        table[torch.tensor(self.used)] = small["embeddings.token_embedding.weight"][1:].cpu()
        model.text.load_state_dict({**small, "embeddings.token_embedding.weight": table})


class Scenes:
    """Draws scenes with their latents, the rarer concepts only once their time has come."""

    def __init__(self, work: Path) -> None:
        _, self.concepts = data.load(work)
        self.scenes, encoded = latents.load(work)
        self.latents = encoded.half().to(DEVICE)
        self.of_concept: dict[int, list[int]] = defaultdict(list)
        for i, scene in enumerate(self.scenes):
            for thing in scene.things:
                self.of_concept[thing.concept].append(i)
        self.order = sorted(self.of_concept, key=lambda i: self.concepts[i].place)

    def place(self, i: int) -> int:
        """Of the rarer thing in it."""
        return max(self.concepts[thing.concept].place for thing in self.scenes[i].things)

    def draw(self, rng: random.Random, count: int, top: int, known: int, rehearsal: float) -> list[int]:
        """The `top` concepts that come first; known and new ones each as often as any other of their kind."""
        chosen: list[int] = []
        while len(chosen) < count:
            old = rng.random() < rehearsal
            among = self.order[:known] if old and known else self.order[min(known, top - 1) : top]
            i = rng.choice(self.of_concept[rng.choice(among)])
            if self.place(i) < top:
                chosen.append(i)
        return chosen


def optimizer_for(words: Words) -> torch.optim.Optimizer:
    """The path of the words through the UNet learns faster."""
    named = list(words.unet.named_parameters())
    of_words = [p for name, p in named if "attn2" in name or "proj_out" in name]
    others = [p for name, p in named if not ("attn2" in name or "proj_out" in name)]
    groups = [
        {"params": others, "factor": 1.0},
        {"params": of_words, "factor": 1.5},
        {"params": list(words.text.parameters()), "factor": 1.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=0.01, fused=True)


def used_words(concepts: list[data.Concept], tokenizer: Tokenizer) -> list[int]:
    tokens = {token for word in scenes.words(concepts) for token in tokenizer.words(word)}
    return sorted(tokens | {START, END})


def open_run(source: Path, work: Path, settings: Settings) -> tuple[Run, Words, str]:
    """The weights of a checkpoint, and of an earlier part of the same run if there is one."""
    model = checkpoint.load(source)
    _, concepts = data.load(work)
    drawn, _ = latents.load(work)
    known = {thing.concept for scene in drawn for thing in scene.things}
    words = Words(model, used_words([concepts[i] for i in known], Tokenizer())).to(DEVICE).train()
    words.unet.to(memory_format=torch.channels_last)  # half as fast again, on a CPU as well
    run = Run(work / "unet.pt", words, optimizer_for(words), settings.decay, settings.minutes)
    return run, words, model.config.prediction


@torch.no_grad()
def caption_gap(words: Words, clean: Tensor, ids: Tensor, prediction: str) -> tuple[float, float]:
    """Error at a noisy timestep under the right captions and under those of other pictures: apart, once words count."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(clean.shape, generator=generator).to(DEVICE)
    t = torch.full((len(clean),), 700, device=DEVICE)
    alpha = schedule.spread(schedule.ALPHAS_CUMPROD.float().to(DEVICE), t)
    aim = schedule.target(clean, noise, alpha, prediction)
    errors = []
    for captions in (ids, ids.roll(1, 0)):
        predicted = words.unet(schedule.noised(clean, noise, alpha), t, words.text(captions)).float()
        errors.append((predicted - aim).square().mean().item())
    return errors[0], errors[1]


def train(source: Path, work: Path, settings: Settings) -> None:
    """Goes on from the checkpoint `source`, or from the last break of the same run."""
    torch.manual_seed(0)
    run, words, prediction = open_run(source, work, settings)
    pool, tokenizer = Scenes(work), Tokenizer()
    rng = random.Random(run.step)
    torch.manual_seed(run.step)
    objective = Objective(prediction, settings.noisy)
    log = Log(run, settings.log)

    def batch(count: int, top: int, empty: float, draw: random.Random) -> tuple[Tensor, Tensor]:
        chosen = pool.draw(draw, count, top, settings.known, settings.rehearsal)
        texts = [
            "" if draw.random() < empty else scenes.caption(draw, pool.scenes[i], pool.concepts, styled=settings.styled)
            for i in chosen
        ]
        return pool.latents[chosen].float(), words.ids([tokenizer(text) for text in texts])

    def loss_of(clean: Tensor, ids: Tensor) -> Tensor:
        return objective(lambda x, t: unet(x, t, words.text(ids)), clean)

    unet: Callable[..., Tensor] = words.unet
    check = batch(48, settings.top, 0, random.Random(1))
    first = [part[:1] for part in check]
    count = fitting(settings.batch, lambda n: loss_of(*(part.repeat_interleave(n, 0) for part in first)).backward())
    unet = compiled(words.unet, settings.minutes)
    while run.clock.share < 1:
        widening = min(1.0, run.clock.share / 0.5)
        top = round(settings.top_at_first + (settings.top - settings.top_at_first) * widening)
        loss = loss_of(*batch(count, top, settings.empty, rng))
        run.advance(loss, settings.learning_rate)

        def more() -> str:
            right, wrong = caption_gap(run.average.module, *check, prediction)
            return f"captions right {right:.4f} wrong {wrong:.4f}"

        log(loss, count, f"{top} concepts", more)
    run.save()


def export(source: Path, work: Path, out: Path) -> None:
    """The checkpoint `source` with the averaged weights."""
    run, _, _ = open_run(source, work, Settings())
    model = checkpoint.load(source)
    run.average.module.into(model)
    before = checkpoint.training_of(source)
    steps = int(before.get("steps", 0)) + run.step
    checkpoint.save(model, out, {**before, "steps": steps, "minutes_of_last_run": round(run.clock.seconds / 60)})
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {steps} steps in all")
