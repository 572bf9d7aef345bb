"""What can be drawn: one thing or two, in a style, a colour and on a ground, and the captions that say so."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import colours
from data import STYLES, Concept
from easel import Pose, random_pose


@dataclass(frozen=True)
class Thing:
    concept: int
    style: str
    colour: str | None = None
    """None: its own."""
    pose: Pose = Pose()


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
    posed: float = 0.0
    """Share of scenes whose things stand elsewhere than in the middle, smaller, turned or mirrored."""
    look: str = "plain"


VARIED = Recipe(styles=(("flat", 0.45), ("noto", 0.3), ("twemoji", 0.25)), posed=0.9)
"""Many pictures for every word: what keeps one seed apart from another."""


def any_concept(rng: random.Random, recipe: Recipe, concepts: list[Concept], but: int | None = None) -> int:
    while True:
        concept = rng.randrange(len(concepts))
        if concept != but and concepts[concept].place < recipe.top:
            return concept


def draw_thing(rng: random.Random, recipe: Recipe, concepts: list[Concept], concept: int) -> Thing:
    names, weights = zip(*recipe.styles)
    style = rng.choices(names, weights)[0]
    if not concepts[concept].drawn[list(STYLES).index(style)]:
        style = next(name for name, drawn in zip(STYLES, concepts[concept].drawn) if drawn)
    recolour = style == "flat" and concepts[concept].recolours and rng.random() < recipe.coloured
    return Thing(concept, style, rng.choice(list(colours.HUES)) if recolour else None)


def stood(rng: random.Random, things: list[Thing], below: bool, posed: bool, concepts: list[Concept]) -> list[Thing]:
    """The things in their poses: one in the middle, or two in their halves."""
    share = 1 / len(things)
    placed = []
    for i, thing in enumerate(things):
        mirrors = concepts[thing.concept].mirrors
        pose = random_pose(rng, mirrors, share, 1 - 0.4 * share) if posed else Pose(share)
        if len(things) == 2:
            aside = (i - 0.5) * share
            pose = replace(pose, y=pose.y + aside) if below else replace(pose, x=pose.x + aside)
        placed.append(replace(thing, pose=pose))
    return placed


def random_scene(rng: random.Random, recipe: Recipe, concepts: list[Concept]) -> Scene:
    things = [draw_thing(rng, recipe, concepts, any_concept(rng, recipe, concepts))]
    if rng.random() < recipe.pairs:
        other = draw_thing(rng, recipe, concepts, any_concept(rng, recipe, concepts, things[0].concept))
        things.append(Thing(other.concept, things[0].style, other.colour if things[0].style == "flat" else None))
        if not concepts[other.concept].drawn[list(STYLES).index(things[0].style)]:
            things.pop()
    taken = {thing.colour for thing in things}
    grounds = [recipe.ground] if recipe.ground else [g for g in colours.GROUNDS if g != "white" and g not in taken]
    ground = rng.choice(grounds) if rng.random() < recipe.grounds else "white"
    below, posed = rng.random() < 0.5, rng.random() < recipe.posed
    return Scene(tuple(stood(rng, things, below, posed, concepts)), ground, below, recipe.look)


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


def caption(rng: random.Random, scene: Scene, concepts: list[Concept], grounded: bool = True, styled: float = 1) -> str:
    """`grounded`: whether it may name the ground; `styled`: how often it names another style than the flat one."""
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
    if rng.random() < (0.05 if style == "flat" else styled):
        text = rng.choice(STYLED[style]).format(text)
    if grounded and (scene.ground != "white" or rng.random() < 0.05):
        text = rng.choice(GROUNDED).format(text, scene.ground)
    return text


def words(concepts: list[Concept]) -> list[str]:
    """Every word that captions are made of, with colours and the names of all concepts given."""
    fixed = [*FRAMES, *GROUNDED, *sum(STYLED.values(), []), "above below left right of", *colours.WORDS]
    named = [word for concept in concepts for word in (concept.name, concept.plain, *concept.words)]
    return sorted({part for text in (*fixed, *named) for part in text.replace("{}", "").split()} - {""})
