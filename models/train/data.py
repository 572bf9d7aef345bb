"""Openly licensed icons and their names, from npm packages: see README.md for how to get them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterable

import numpy as np
from PIL import Image

import colours
from config import HERE

STYLES = {"flat": "fluent-emoji-flat", "noto": "noto", "twemoji": "twemoji"}
"""Word in a caption → Iconify's name of the set."""
PIXELS = 128
LARGE = 384
"""Of the drawings that an upscaler learns from: four times the side of what the bundled model draws."""
LEFT_OUT = {"component", "flags"}


@dataclass
class Concept:
    name: str
    words: list[str]
    """Other words for the same thing."""
    plain: str
    """The name without a word of colour, to put another colour before."""
    hue: int
    """Its main colour in the flat style, in degrees."""
    recolours: bool
    """Whether it is mostly of that one hue, so that another would still look like it."""
    mirrors: bool
    """Whether it is the same thing when left is right."""
    place: int
    """In the order in which concepts are learned: those of common.txt first."""
    drawn: list[bool]
    """Whether the style has it, in the order of STYLES."""


def slug(label: str) -> str:
    for theirs, ours in (("&", "and"), ("ñ", "n"), ("é", "e"), ("å", "a")):
        label = label.replace(theirs, ours)
    return re.sub(r"[“”’'‘:,.!()]", "", label.lower()).replace(" ", "-")


def read_common() -> dict[str, list[str]]:
    """common.txt: label → other words, in order."""
    lines = [line for line in (HERE / "common.txt").read_text("utf8").splitlines() if not line.startswith("#")]
    pairs = (line.partition("=") for line in lines)
    return {name.strip(): [word.strip() for word in words.split(",") if word.strip()] for name, _, words in pairs}


def rasterise(
    packages: Path, folder: Path, labels: list[str], styles: Iterable[str] = STYLES, pixels: int = PIXELS
) -> Path:
    """Draws all icons of those styles; one that resvg dies of is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(STYLES[style], slug(name), f"{style}-{i}.png") for i, name in enumerate(labels) for style in styles]
    listed = folder.with_suffix(".json")
    listed.write_text(json.dumps(jobs))
    command = ["node", str(HERE / "rasterise.mjs"), str(packages), str(listed), str(folder), str(pixels)]
    for _ in range(100):
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
            return folder
    raise RuntimeError("rasterise.mjs ends early again and again: run it by hand to see why")


def read_icon(path: Path, pixels: int = PIXELS) -> np.ndarray | None:
    """RGBA [pixels, pixels, 4] in 0…255, centred on a square."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    image = Image.open(path).convert("RGBA")
    image.thumbnail((pixels, pixels), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (pixels, pixels))
    square.paste(image, ((pixels - image.width) // 2, (pixels - image.height) // 2))
    return np.asarray(square)


SIDED = re.compile(r"left|right|east|west|clock|arrow|button|mark|letter|number|input|sign|hand|music|symbol")
"""In the label of what has a left and a right, or letters."""


def describe(label: str, group: str, words: list[str], icons: list[np.ndarray | None], place: int) -> Concept:
    flat = icons[0] if icons[0] is not None else next(icon for icon in icons if icon is not None)
    hue, share = colours.dominant_hue(flat)
    plain = " ".join(word for word in label.split() if word not in colours.WORDS)
    if label == "automobile":
        plain = "car"
    shape = re.search(r"face|circle|square|heart|diamond", label)
    return Concept(
        name=label,
        words=words,
        plain=plain,
        hue=hue,
        recolours=bool(plain) and not shape and (share > 0.55 or label == "automobile"),
        mirrors=group != "symbols" and not SIDED.search(label),
        place=place,
        drawn=[icon is not None for icon in icons],
    )


def build(packages: Path, work: Path) -> None:
    """Writes icons.npy [concepts, styles, PIXELS, PIXELS, 4] and concepts.json."""
    emojibase = packages / "node_modules" / "emojibase-data"
    groups = json.loads((emojibase / "meta" / "groups.json").read_text("utf8"))["groups"]
    entries = json.loads((emojibase / "en" / "data.json").read_text("utf8"))
    entries = [e for e in entries if "group" in e and groups[str(e["group"])] not in LEFT_OUT]
    labels = [e["label"].lower().replace("’", "'") for e in entries]
    uses: dict[str, int] = {}
    for entry in entries:
        for tag in entry.get("tags", []):
            uses[tag] = uses.get(tag, 0) + 1

    folder = rasterise(packages, work / "png", labels)
    common = read_common()
    concepts: list[Concept] = []
    rows: list[np.ndarray] = []
    blank = np.zeros((PIXELS, PIXELS, 4), np.uint8)
    for i, entry in enumerate(entries):
        icons = [read_icon(folder / f"{style}-{i}.png") for style in STYLES]
        if all(icon is None for icon in icons):
            continue
        only = [t for t in entry.get("tags", []) if uses[t] == 1 and t not in labels and re.fullmatch("[a-z]{3,16}", t)]
        place = list(common).index(labels[i]) if labels[i] in common else len(common) + i
        words, group = common.get(labels[i], []) + only[:3], groups[str(entry["group"])]
        concepts.append(describe(labels[i], group, words, icons, place))
        rows.append(np.stack([blank if icon is None else icon for icon in icons]))
    np.save(work / "icons.npy", np.stack(rows))
    (work / "concepts.json").write_text(json.dumps([asdict(c) for c in concepts], indent=0))
    missing = [name for name in common if name not in labels]
    drawn = {style: sum(c.drawn[k] for c in concepts) for k, style in enumerate(STYLES)}
    print(f"{len(concepts)} concepts, drawn {drawn}, {sum(c.recolours for c in concepts)} take other colours")
    if missing:
        print("in common.txt, but not an emoji:", ", ".join(missing))


def build_large(packages: Path, work: Path) -> None:
    """Writes large.npy [concepts, 1, LARGE, LARGE, 4]: the flat style; clear where it has none."""
    _, concepts = load(work)
    folder = rasterise(packages, work / "large", [concept.name for concept in concepts], ["flat"], LARGE)
    shape = (len(concepts), 1, LARGE, LARGE, 4)
    partial = work / "large.partial"
    icons = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
    drawn = 0
    for i in range(len(concepts)):
        icon = read_icon(folder / f"flat-{i}.png", LARGE)
        if icon is not None:
            icons[i, 0] = icon
            drawn += 1
    icons.flush()
    partial.rename(work / "large.npy")
    print(f"{drawn} of {len(concepts)} concepts drawn at {LARGE} px")


def load(work: Path, name: str = "icons.npy") -> tuple[np.ndarray, list[Concept]]:
    """Icons [concepts, styles, PIXELS, PIXELS, 4], or [concepts, 1, LARGE, LARGE, 4] of large.npy, mapped from disk, and
    what they are."""
    concepts = [Concept(**fields) for fields in json.loads((work / "concepts.json").read_text())]
    return np.load(work / name, mmap_mode="r"), concepts
