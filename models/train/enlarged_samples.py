"""A labelled sheet of what the upscaler makes of pictures, beside bicubic enlargement; nothing picked."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

import checkpoint
import evaluate
import sheet
import train_upscaler
import upscaler
import upscaler_scores
from device import DEVICE
from drawings import Drawings

PROMPTS = ["penguin", "cactus", "house on a blue background", "strawberry"]
"""Of pictures that the checkpoint draws."""
ARTWORK = 2
"""Pictures that the upscaler has not seen, and that are there as they should be."""
SIDE = 288


def draw(folder: Path, source: Path, work: Path, out: Path) -> None:
    """First as it is (the sheet enlarges it by bicubic interpolation), then enlarged, then the artwork where there is one."""
    model = checkpoint.load(source).to(DEVICE)
    net = upscaler.load(folder / "upscalers" / "mini-compact-x4.safetensors").to(DEVICE)
    rows: list[tuple[str, list[Tensor]]] = []
    for prompt, small in zip(PROMPTS, evaluate.pictures(model, PROMPTS).split(1)):
        rows.append((f"{prompt}: bicubic, upscaler", [small[0], upscaler_scores.enlarged(net, small)[0]]))
    drawings = Drawings(work, "large.npy")
    new = [i for i, concept in enumerate(drawings.concepts) if train_upscaler.kept(i) and concept.drawn[0]][:ARTWORK]
    for concept, large in zip(new, drawings(upscaler_scores.upright(new), model.config.size * upscaler.SCALE).split(1)):
        small = train_upscaler.small(large)
        shown = [small[0], upscaler_scores.enlarged(net, small)[0], large[0].cpu()]
        rows.append((f"{drawings.concepts[concept].name}: bicubic, upscaler, artwork", shown))
    sheet.write(out, rows, side=SIDE)
