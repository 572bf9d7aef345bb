"""What can be drawn: one thing or two, in a style, a colour and on a ground, and the captions that say so."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image

import colours
from data import PIXELS, STYLES, Concept
from looks import LOOKS


@dataclass(frozen=True)
class Thing:
    concept: int
    style: str
    colour: str | None = None
    """None: its own."""


@dataclass(frozen=True)
class Scene:
    things: tuple[Thing, ...]
    ground: str
    below: bool = False
    """Whether the second of two things is below the first, not to its right."""
    look: str = "plain"
    """One of LOOKS."""


@dataclass(frozen=True)
class Recipe:
    """How often a scene is what."""

    top: int = 213
    """Concepts, in the order in which they are learned; 213 are those of common.txt."""
    styles: tuple[tuple[str, float], ...] = (("flat", 0.88), ("noto", 0.12))
    coloured: float = 0.3
    """Of those things that take another colour."""
    grounds: float = 0.4
    ground: str | None = None
    """The only one there is, beside white."""
    pairs: float = 0.15
    look: str = "plain"


def draw_thing(rng: random.Random, recipe: Recipe, concepts: list[Concept], among: list[int]) -> Thing:
    concept = rng.choice(among)
    names, weights = zip(*recipe.styles)
    style = rng.choices(names, weights)[0]
    if not concepts[concept].drawn[list(STYLES).index(style)]:
        style = next(name for name, drawn in zip(STYLES, concepts[concept].drawn) if drawn)
    recolour = style == "flat" and concepts[concept].recolours and rng.random() < recipe.coloured
    return Thing(concept, style, rng.choice(list(colours.HUES)) if recolour else None)


def random_scene(rng: random.Random, recipe: Recipe, concepts: list[Concept]) -> Scene:
    among = [i for i, concept in enumerate(concepts) if concept.place < recipe.top]
    things = [draw_thing(rng, recipe, concepts, among)]
    if rng.random() < recipe.pairs:
        other = draw_thing(rng, recipe, concepts, [i for i in among if i != things[0].concept])
        things.append(Thing(other.concept, things[0].style, other.colour if things[0].style == "flat" else None))
        if not concepts[other.concept].drawn[list(STYLES).index(things[0].style)]:
            things.pop()
    taken = {thing.colour for thing in things}
    grounds = [recipe.ground] if recipe.ground else [g for g in colours.GROUNDS if g != "white" and g not in taken]
    ground = rng.choice(grounds) if rng.random() < recipe.grounds else "white"
    return Scene(tuple(things), ground, rng.random() < 0.5, recipe.look)


def icon(thing: Thing, icons: np.ndarray, concepts: list[Concept]) -> np.ndarray:
    rgba = np.asarray(icons[thing.concept, list(STYLES).index(thing.style)])
    return colours.recolour(rgba, concepts[thing.concept].hue, thing.colour) if thing.colour else rgba


def draw(scene: Scene, icons: np.ndarray, concepts: list[Concept], size: int = PIXELS) -> np.ndarray:
    """[size, size, 3] in 0…255."""
    picture = Image.new("RGBA", (PIXELS, PIXELS), (*colours.ALL_GROUNDS[scene.ground], 255))
    pair, half = len(scene.things) == 2, PIXELS // 2
    for i, thing in enumerate(scene.things):
        drawing = Image.fromarray(LOOKS[scene.look](icon(thing, icons, concepts)))
        place = (0, 0)
        if pair:
            drawing = drawing.resize((half, half), Image.Resampling.BOX)
            place = (half // 2, i * half) if scene.below else (i * half, half // 2)
        picture.alpha_composite(drawing, place)
    if size != PIXELS:
        picture = picture.resize((size, size), Image.Resampling.BOX)
    return np.asarray(picture.convert("RGB"))


FRAMES = ["{}"] * 14 + ["a {}", "a {}", "the {}", "a picture of a {}", "an icon of a {}", "a cute {}", "{} emoji", "{} icon"]
STYLED = {
    "flat": ["{}, flat style", "flat {}"],
    "noto": ["{}, noto style", "{} in noto style", "noto style {}"],
    "twemoji": ["{}, twemoji style", "{} in twemoji style", "twemoji style {}"],
}
GROUNDED = ["{} on a {} background"] * 6 + ["{} on {}", "{}, {} background"]


def name_of(rng: random.Random, thing: Thing, concept: Concept) -> str:
    if thing.colour:
        return f"{thing.colour} {concept.plain}"
    return rng.choice(concept.words) if concept.words and rng.random() < 0.25 else concept.name


def caption(rng: random.Random, scene: Scene, concepts: list[Concept], grounded: bool = True) -> str:
    """`grounded`: whether it may name the ground."""
    names = [name_of(rng, thing, concepts[thing.concept]) for thing in scene.things]
    if len(names) == 2:
        between = "above" if scene.below else "left of"
        if rng.random() < 0.5:
            names.reverse()
            between = "below" if scene.below else "right of"
        text = f"a {names[0]} {between} a {names[1]}"
    else:
        text = rng.choice(FRAMES).format(names[0])
    style = scene.things[0].style
    if style != "flat" or rng.random() < 0.05:
        text = rng.choice(STYLED[style]).format(text)
    if grounded and (scene.ground != "white" or rng.random() < 0.05):
        text = rng.choice(GROUNDED).format(text, scene.ground)
    return text


def words(concepts: list[Concept]) -> list[str]:
    """Every word that captions are made of, with colours and the names of all concepts given."""
    fixed = [*FRAMES, *GROUNDED, *sum(STYLED.values(), []), "above below left right of", *colours.WORDS]
    named = [word for concept in concepts for word in (concept.name, concept.plain, *concept.words)]
    return sorted({part for text in (*fixed, *named) for part in text.replace("{}", "").split()} - {""})
