"""
Numbers for what goes with the bundled model: LoRA, textual inversion, inpainting, instructions; ControlNet
(control_scores.py) and upscaler (upscaler_scores.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor

import checkpoint
import classifier
import colours
import control_scores
import edits
import lora
import sampler
import scenes
import train_embedding
import upscaler_scores
from device import DEVICE
from drawings import drawings_of
from evaluate import BATCH, colour_of, corners, nearest_hue, to_pixels
from model import LatentDiffusion


def share(hits: list[bool]) -> str:
    return f"{sum(hits)} of {len(hits)} ({100 * np.mean(hits):.0f} %)"


def nearest(colour: np.ndarray) -> str:
    """Of all grounds, the untaught ones too."""
    return min(colours.ALL_GROUNDS, key=lambda name: float(np.square(colour - colours.ALL_GROUNDS[name]).sum()))


def coloured(picture: np.ndarray) -> float:
    """Share of pixels [h, w, 3] (0…255) whose channels are far apart."""
    return float((picture.max(-1).astype(int) - picture.min(-1) > 90).mean())


class Judge:
    """What the companions are asked, of the concepts that the bundled model draws."""

    def __init__(self, bundled: Path, work: Path) -> None:
        self.bundled, self.work = bundled, work
        self.drawings = drawings_of(work)
        self.concepts = self.drawings.concepts
        self.common = classifier.common(self.concepts)
        self.net = classifier.train(work)

    @torch.inference_mode()
    def names(self, pictures: Tensor) -> list[int]:
        """The concepts that the classifier sees."""
        best = self.net(classifier.shrink(pictures).to(DEVICE)).argmax(1).cpu().tolist()
        return [self.common[i] for i in best]

    def recoloured(self, count: int) -> list[int]:
        order = sorted(range(len(self.concepts)), key=lambda i: self.concepts[i].place)
        return [i for i in order if self.concepts[i].recolours][:count]

    def lora(self, path: Path) -> None:
        """How much colour is left of the first forty concepts, on white."""
        before, after = checkpoint.load(self.bundled).to(DEVICE), checkpoint.load(self.bundled).to(DEVICE)
        lora.apply(after.unet, after.config.unet, path)
        names = [self.concepts[i].name for i in self.common[:40]]
        left = []
        for model in (before, after):
            drawn = self.draw(model, lambda part, m=model: sampler.by_text(m, [names[i] for i in part]), len(names))
            left.append(np.array([coloured(picture) for picture in to_pixels(drawn)]))
        print(f"LoRA {path.stem}: colour on {100 * left[0].mean():.0f} % of the pixels before, "
              f"{100 * left[1].mean():.1f} % with it; less than 2 % in {share(list(left[1] < 0.02))}")

    def embedding(self, path: Path) -> None:
        """The ground under the first forty concepts, without the inversion and with it."""
        names = [f"{self.concepts[i].name} on a {path.stem} background" for i in self.common[:40]]
        for taught in (False, True):
            model = checkpoint.load(self.bundled).to(DEVICE)
            words = train_embedding.teach(model, path) if taught else None
            drawn = self.draw(
                model, lambda part: sampler.by_text(model, [names[i] for i in part], tokenizer=words), len(names)
            )
            right = [nearest(corners(picture)) == path.stem for picture in to_pixels(drawn)]
            known = [seen == asked for seen, asked in zip(self.names(drawn), self.common[:40])]
            print(f"embedding {path.stem}, {'with' if taught else 'without'} it: ground right in {share(right)}, "
                  f"thing in {share(known)}")

    def inpaint(self, path: Path) -> None:
        """All but the rim of an empty ground is painted anew, with each of the first forty concepts on it."""
        model = checkpoint.load(path).to(DEVICE)
        asked = self.common[:40]
        grounds = [list(colours.GROUNDS)[i % len(colours.GROUNDS)] for i in range(len(asked))]
        size, rim = model.config.size, model.config.vae.factor
        flat = torch.tensor([colours.GROUNDS[ground] for ground in grounds]) / 127.5 - 1
        empty = flat[:, :, None, None].expand(-1, -1, size, size)
        masks = torch.zeros(len(asked), 1, size, size)
        masks[..., rim:-rim, rim:-rim] = 1
        with torch.inference_mode():
            planes = edits.mask_planes(model, empty, masks)
        prompts = [self.concepts[i].name for i in asked]
        drawn = self.draw(
            model,
            lambda part: sampler.by_text(model, [prompts[i] for i in part], checkpoint.GUIDANCE["inpaint"], planes[part]),
            len(asked),
        )
        inner = to_pixels(drawn[..., rim:-rim, rim:-rim])
        right = [seen == thing for seen, thing in zip(self.names(drawn), asked)]
        goes_on = [nearest(corners(picture)) == ground for picture, ground in zip(inner, grounds)]
        print(f"inpainting: thing right in {share(right)}, ground goes on in {share(goes_on)}")

    def instruct(self, path: Path) -> None:
        """A colour (8 things × 7 colours) and a ground (6 things × 9 grounds), the thing being the same afterwards."""
        model = checkpoint.load(path).to(DEVICE)
        things = self.recoloured(8)
        own = {i: nearest_hue(self.concepts[i].hue) for i in things}
        turns = [(i, colour) for i in things for colour in colours.HUES if colour != own[i]]
        drawn = self.edited(model, [i for i, _ in turns], [f"make it {colour}" for _, colour in turns])
        right = [colour_of(picture) == colour for picture, (_, colour) in zip(to_pixels(drawn), turns)]
        same = [seen == i for seen, (i, _) in zip(self.names(drawn), turns) if i in self.common]
        print(f"instructions, colour: right in {share(right)}, thing the same in {share(same)}")
        grounds = [(i, ground) for i in self.common[:48:8] for ground in colours.GROUNDS if ground != "white"]
        drawn = self.edited(model, [i for i, _ in grounds], [f"make the background {ground}" for _, ground in grounds])
        right = [nearest(corners(picture)) == ground for picture, (_, ground) in zip(to_pixels(drawn), grounds)]
        same = [seen == i for seen, (i, _) in zip(self.names(drawn), grounds)]
        print(f"instructions, ground: right in {share(right)}, thing the same in {share(same)}")

    def control(self, path: Path) -> None:
        control_scores.evaluate(path, self.bundled, self.drawings, self.draw, self.names)

    def upscaler(self, path: Path) -> None:
        upscaler_scores.evaluate(path, self.bundled, self.work)

    def edited(self, model: LatentDiffusion, things: list[int], texts: list[str]) -> Tensor:
        drawn = [scenes.Scene((scenes.Thing(i, "flat"),), "white") for i in things]
        shown = edits.encoded(model, self.drawings(drawn, model.config.size))
        return self.draw(
            model, lambda part: sampler.by_instruction(model, [texts[i] for i in part], shown[part]), len(texts)
        )

    def draw(self, model: LatentDiffusion, guided: Callable[[list[int]], sampler.Guided], count: int) -> Tensor:
        """So many pictures, each with its place as seed; `guided` says by what, for a part of these places."""
        noise = sampler.seeded(model.config.latent_size, model.config.vae.latent_channels, list(range(count)))
        parts = [list(range(count))[i : i + BATCH] for i in range(0, count, BATCH)]
        return torch.cat([sampler.sample(model, guided(part), noise[part])[1].cpu() for part in parts])


def evaluate(folder: Path, bundled: Path, work: Path, only: list[str] | None = None) -> None:
    """Of all that there are in the folder models/, or of those that are named."""
    judge = Judge(bundled, work)
    for name, run in (
        ("loras/outline", judge.lora), ("embeddings/teal", judge.embedding),
        ("mini-sd-inpainting", judge.inpaint), ("mini-sd-instruct", judge.instruct),
        ("controlnets/mini-sd-canny", judge.control), ("upscalers/mini-compact-x4", judge.upscaler),
    ):
        path = folder / f"{name}.safetensors"
        if path.exists() and (only is None or path.stem in only):
            run(path)
