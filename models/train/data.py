"""Openly licensed icons and their names, from npm packages: see README.md for how to get them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import colours
from config import HERE

STYLES = {"flat": "fluent-emoji-flat", "noto": "noto", "twemoji": "twemoji"}
"""Word in a caption → Iconify's name of the set."""
PIXELS = 128
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


def rasterise(packages: Path, work: Path, labels: list[str]) -> Path:
    """Draws all icons of all styles; one that resvg dies of is left out."""
    folder = work / "png"
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(STYLES[style], slug(name), f"{style}-{i}.png") for i, name in enumerate(labels) for style in STYLES]
    (work / "jobs.json").write_text(json.dumps(jobs))
    command = ["node", str(HERE / "rasterise.mjs"), str(packages), str(work / "jobs.json"), str(folder), str(PIXELS)]
    for _ in range(100):
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
            return folder
    raise RuntimeError("rasterise.mjs ends early again and again: run it by hand to see why")


def read_icon(path: Path) -> np.ndarray | None:
    """RGBA [PIXELS, PIXELS, 4] in 0…255, centred on a square."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    image = Image.open(path).convert("RGBA")
    image.thumbnail((PIXELS, PIXELS), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (PIXELS, PIXELS))
    square.paste(image, ((PIXELS - image.width) // 2, (PIXELS - image.height) // 2))
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

    folder = rasterise(packages, work, labels)
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


def load(work: Path) -> tuple[np.ndarray, list[Concept]]:
    """Icons [concepts, styles, PIXELS, PIXELS, 4], mapped from disk, and what they are."""
    concepts = [Concept(**fields) for fields in json.loads((work / "concepts.json").read_text())]
    return np.load(work / "icons.npy", mmap_mode="r"), concepts
