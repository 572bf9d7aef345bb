"""A labelled sheet: fixed prompts, seeds 0 to 3 each, nothing picked."""

from __future__ import annotations

from pathlib import Path

import checkpoint
import evaluate
import sheet
from device import DEVICE

SEEDS = [0, 1, 2, 3]
PROMPTS = [
    "red apple", "cat face", "rocket", "house", "strawberry", "penguin", "owl", "sunflower", "cactus", "mushroom",
    "pizza", "hamburger", "butterfly", "umbrella", "guitar", "airplane", "castle", "snowman", "robot", "ghost",
    "blue car on a yellow background", "purple butterfly on a green background", "penguin, noto style",
    "a red apple left of a banana", "a fish below a rocket on a yellow background", "soccer ball on a blue background",
]


def draw(source: Path, out: Path, prompts: list[str] = PROMPTS) -> None:
    """A row for each prompt."""
    model = checkpoint.load(source).to(DEVICE)
    asked = [prompt for prompt in prompts for _ in SEEDS]
    drawn = evaluate.pictures(model, asked, SEEDS * len(prompts)).split(len(SEEDS))
    sheet.write(out, [(prompt, list(pictures)) for prompt, pictures in zip(prompts, drawn)], side=128)
