"""A labelled sheet of what goes with the bundled model: fixed prompts, seeds 0 to 3 each, nothing picked."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

import checkpoint
import control
import control_scores
import edits
import lora
import sampler
import scenes
import sheet
import train_embedding
from device import DEVICE
from drawings import drawings_of
from easel import Pose
from model import LatentDiffusion
from samples import SEEDS

LORA = ["rocket", "owl", "house on a blue background", "strawberry"]
EMBEDDING = ["red apple on a teal background", "penguin on a teal background"]
INSTRUCT = [
    ("red apple", "make it blue"), ("house", "make the background yellow"), ("rocket", "make it an outline"),
    ("strawberry", "turn it into a banana"), ("frog", "make it purple"), ("pizza", "put it on a black background"),
]
INPAINT = [
    # What the picture shows, on which ground; what is asked for; left, top, right and bottom of the mask.
    ("sunflower", "blue", "sunflower", (0.0, 0.0, 1.0, 0.5)), ("house", "yellow", "house", (0.5, 0.0, 1.0, 1.0)),
    ("cat face", "pink", "penguin", (0.08, 0.08, 0.92, 0.92)), ("owl", "green", "owl", (0.3, 0.3, 0.7, 0.7)),
]

CONTROL = [
    # What the hint shows, how it stands, and what is asked for.
    ("airplane", Pose(0.8, 0.45, 0.5, 20), "airplane on a blue background"),
    ("red apple", Pose(0.6, 0.35, 0.6, -15), "green apple"),
    ("house", Pose(0.75, 0.6, 0.55, 0, mirrored=True), "house on a yellow background"),
    ("owl", Pose(0.7, 0.6, 0.4, -12), "purple owl"),
]

Row = tuple[str, list[Tensor]]


def noise(model: LatentDiffusion) -> Tensor:
    return sampler.seeded(model.config.latent_size, model.config.vae.latent_channels, SEEDS)


class Sheet:
    """Rows, from the bundled checkpoint and the folder of its companions."""

    def __init__(self, folder: Path, bundled: Path, work: Path) -> None:
        self.folder, self.bundled = folder, bundled
        self.drawings = drawings_of(work)

    def scene(self, name: str, ground: str, size: int, pose: Pose = Pose()) -> Tensor:
        """A picture [1, 3, size, size] in −1…1."""
        concept = next(i for i, concept in enumerate(self.drawings.concepts) if concept.name == name)
        return self.drawings([scenes.Scene((scenes.Thing(concept, "flat", pose=pose),), ground)], size).cpu()

    def lora(self) -> list[Row]:
        model = checkpoint.load(self.bundled).to(DEVICE)
        lora.apply(model.unet, model.config.unet, self.folder / "loras" / "outline.safetensors")
        return [
            (f"{prompt} <lora:outline>", list(sampler.ddim(model, [prompt] * len(SEEDS), noise(model))[1].cpu()))
            for prompt in LORA
        ]

    def embedding(self) -> list[Row]:
        model = checkpoint.load(self.bundled).to(DEVICE)
        words = train_embedding.teach(model, self.folder / "embeddings" / "teal.safetensors")
        rows = []
        for prompt in EMBEDDING:
            guided = sampler.by_text(model, [prompt] * len(SEEDS), tokenizer=words)
            rows.append((f"{prompt} (embedding)", list(sampler.sample(model, guided, noise(model))[1].cpu())))
        return rows

    def instruct(self) -> list[Row]:
        """The picture to change stands first."""
        model = checkpoint.load(self.folder / "mini-sd-instruct.safetensors").to(DEVICE)
        rows = []
        for thing, text in INSTRUCT:
            before = self.scene(thing, "white", model.config.size)
            shown = edits.encoded(model, before).repeat(len(SEEDS), 1, 1, 1)
            guided = sampler.by_instruction(model, [text] * len(SEEDS), shown)
            rows.append((f"{thing}: {text}", [before[0], *sampler.sample(model, guided, noise(model))[1].cpu()]))
        return rows

    def inpaint(self) -> list[Row]:
        """What is left of the picture stands first."""
        model = checkpoint.load(self.folder / "mini-sd-inpainting.safetensors").to(DEVICE)
        size, rows = model.config.size, []
        for thing, ground, prompt, box in INPAINT:
            picture, mask = self.scene(thing, ground, size), torch.zeros(1, 1, size, size)
            left, top, right, bottom = (round(edge * size) for edge in box)
            mask[..., top:bottom, left:right] = 1
            planes = edits.mask_planes(model, picture, mask).repeat(len(SEEDS), 1, 1, 1)
            guided = sampler.by_text(model, [prompt] * len(SEEDS), checkpoint.GUIDANCE["inpaint"], planes)
            drawn = sampler.sample(model, guided, noise(model))[1]
            pictures = picture * (1 - mask) + drawn.cpu() * mask
            rows.append((f"inpainted: {prompt}", [(picture * (1 - mask))[0], *pictures]))
        return rows

    def control(self) -> list[Row]:
        """The hint stands first."""
        model = checkpoint.load(self.bundled).to(DEVICE)
        net = control.load(model.unet, self.folder / "controlnets" / "mini-sd-canny.safetensors").to(DEVICE)
        rows = []
        for thing, pose, prompt in CONTROL:
            hint = edits.edges_of(self.scene(thing, "white", model.config.size, pose))
            adds = control_scores.adder(net, hint)
            guided = sampler.by_text(model, [prompt] * len(SEEDS), control_scores.GUIDANCE, control=adds)
            drawn = sampler.sample(model, guided, noise(model))[1].cpu()
            rows.append((f"edges: {prompt}", [hint[0].expand(3, -1, -1) * 2 - 1, *drawn]))
        return rows


def draw(folder: Path, bundled: Path, work: Path, out: Path) -> None:
    rows = Sheet(folder, bundled, work)
    sheet.write(out, [*rows.lora(), *rows.embedding(), *rows.instruct(), *rows.inpaint(), *rows.control()], side=96)
