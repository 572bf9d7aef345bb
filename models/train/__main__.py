"""The training of Drobė's bundled model, a stage at a time; README.md says which, and in which order."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

from config import PRESETS, PROJECT, WORK

MODELS = PROJECT / "models"
BUNDLED = MODELS / "mini-sd.safetensors"
Settings = TypeVar("Settings")


def chosen(options: argparse.Namespace, settings: Settings) -> Settings:
    """The settings of a stage, with those that were given on the command line."""
    given = {field.name: getattr(options, field.name, None) for field in fields(settings)}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def styles(text: str) -> tuple[tuple[str, float], ...]:
    """flat:0.9,noto:0.1 as a recipe has it."""
    pairs = (part.split(":") for part in text.split(","))
    return tuple((style, float(weight)) for style, weight in pairs)


def stage_data(options: argparse.Namespace) -> None:
    """draws the icons of the npm packages and reads their names"""
    import data

    data.build(options.packages or options.work / "packages", options.work)


def stage_init(options: argparse.Namespace) -> None:
    """writes a checkpoint of the preset's sizes that knows nothing yet"""
    import torch

    import checkpoint
    from model import LatentDiffusion

    torch.manual_seed(0)
    checkpoint.save(LatentDiffusion(PRESETS[options.preset]), options.out, {"steps": 0})


def stage_grow(options: argparse.Namespace) -> None:
    """writes a checkpoint that draws pictures twice as large from the same latents"""
    import checkpoint
    import grow

    model = grow.grow(checkpoint.load(options.source), options.latent_size)
    checkpoint.save(model, options.out, checkpoint.training_of(options.source))


def stage_autoencoder(options: argparse.Namespace) -> None:
    """trains the VAE from nothing, and writes the checkpoint with it"""
    import train_autoencoder

    train_autoencoder.train(options.source, options.work, chosen(options, train_autoencoder.Settings()))
    train_autoencoder.export(options.source, options.work, options.out)


def stage_latents(options: argparse.Namespace) -> None:
    """encodes scenes with the checkpoint's VAE"""
    import latents
    import scenes

    recipe = chosen(options, scenes.Recipe())
    latents.build(options.source, options.work, recipe, options.shards, options.latent_size)


def stage_vae(options: argparse.Namespace) -> None:
    """fits a grown VAE to the latents"""
    import train_vae

    train_vae.train(options.source, options.work, chosen(options, train_vae.Settings()))


def stage_unet(options: argparse.Namespace) -> None:
    """trains UNet and text encoder on the latents"""
    import train_unet

    train_unet.train(options.source, options.work, chosen(options, train_unet.Settings()))


def stage_lora(options: argparse.Namespace) -> None:
    """trains a LoRA on the latents, and writes it"""
    import train_lora

    settings = chosen(options, train_lora.Settings())
    train_lora.train(options.source, options.work, settings)
    train_lora.export(options.source, options.work, options.out, settings)


def stage_embedding(options: argparse.Namespace) -> None:
    """trains a textual inversion for a word on the latents, and writes it"""
    import train_embedding

    settings = chosen(options, train_embedding.Settings())
    train_embedding.train(options.source, options.work, settings)
    train_embedding.export(options.source, options.work, options.out, settings)


def stage_edits(options: argparse.Namespace) -> None:
    """encodes pictures and what is asked of them, for --kind"""
    import edits
    import scenes

    edits.build(options.source, options.work, options.kind, chosen(options, scenes.Recipe()), options.shards)


def stage_edit(options: argparse.Namespace) -> None:
    """trains a checkpoint of --kind on those, and writes it"""
    import train_edits

    train_edits.train(options.source, options.work, options.kind, chosen(options, train_edits.Settings()))
    train_edits.export(options.source, options.work, options.kind, options.out)


def stage_control(options: argparse.Namespace) -> None:
    """trains a ControlNet for edges on those of --kind edges, and writes it"""
    import train_control

    train_control.train(options.source, options.work, chosen(options, train_control.Settings()))
    train_control.export(options.source, options.work, options.out)


def stage_large(options: argparse.Namespace) -> None:
    """draws the icons of the flat style four times as large"""
    import data

    data.build_large(options.packages or options.work / "packages", options.work)


def stage_upscaler(options: argparse.Namespace) -> None:
    """trains an upscaler on scenes of those, and writes it"""
    import train_upscaler

    train_upscaler.train(options.work, chosen(options, train_upscaler.Settings()))
    train_upscaler.export(options.work, options.out)


def stage_export(options: argparse.Namespace) -> None:
    """writes the checkpoint with what `vae` and `unet` have learned so far"""
    import train_unet
    import train_vae

    source = options.source
    if (options.work / "vae.pt").exists():
        train_vae.export(source, options.work, options.out)
        source = options.out
    if (options.work / "unet.pt").exists():
        train_unet.export(source, options.work, options.out)


def stage_evaluate(options: argparse.Namespace) -> None:
    """prints the numbers of a checkpoint"""
    import evaluate

    evaluate.evaluate(options.source, options.work)


def stage_pack(options: argparse.Namespace) -> None:
    """writes what `whole` needs of the icons into the folder --out"""
    import pack

    pack.pack(options.work, options.out)


def stage_whole(options: argparse.Namespace) -> None:
    """makes a checkpoint from nothing within --minutes, from the folder --packed; all that is to be kept goes to --out"""
    import whole

    whole.train(options.packed, options.work, options.out, options.minutes or 9, options.preset)


def stage_companions(options: argparse.Namespace) -> None:
    """prints the numbers of what goes with the checkpoint, in models/; with --out, draws a labelled sheet as well"""
    import companion_samples
    import companions

    companions.evaluate(MODELS, options.source, options.work, options.only)
    if options.out:
        companion_samples.draw(MODELS, options.source, options.work, options.out)


def stage_references(options: argparse.Namespace) -> None:
    """draws what goes with the checkpoint into the folder --out, from the picture before.png there, for the tests"""
    import companion_pictures

    companion_pictures.write(MODELS, options.source, options.out)


def stage_samples(options: argparse.Namespace) -> None:
    """draws a labelled sheet"""
    import samples

    samples.draw(options.source, options.out, options.prompts or samples.PROMPTS)


def stage_enlarged(options: argparse.Namespace) -> None:
    """draws a labelled sheet of enlarged pictures"""
    import enlarged_samples

    enlarged_samples.draw(MODELS, options.source, options.work, options.out)


def stage_pictures(options: argparse.Namespace) -> None:
    """draws the pictures of the folder --out anew, as its cases.json says; with --check, compares with them"""
    import pictures

    if options.check:
        raise SystemExit(pictures.check(options.source, options.out) > 1)
    pictures.write(options.source, options.out)


def stage_parity(options: argparse.Namespace) -> None:
    """writes reference numbers into the folder --out; with --check, compares with those that are there"""
    import parity

    if options.check:
        raise SystemExit(parity.check(options.source, options.out) > parity.TOLERANCE)
    parity.write(options.source, options.work, options.out)


STAGES = {name.removeprefix("stage_"): run for name, run in list(globals().items()) if name.startswith("stage_")}

WRITING = (
    "init", "grow", "autoencoder", "export", "lora", "embedding", "edit", "control", "upscaler", "references", "samples",
    "enlarged", "parity", "pictures", "pack", "whole",
)
"""Stages that want --out."""


def main() -> None:
    stages = "\n".join(f"  {name:12} {run.__doc__}" for name, run in STAGES.items())
    parser = argparse.ArgumentParser(
        prog="python models/train",
        description=f"{__doc__}\n\nstages:\n{stages}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stage", choices=STAGES, metavar="stage")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for everything in between")
    parser.add_argument("--from", dest="source", type=Path, default=BUNDLED, help="checkpoint to begin with, or to judge")
    parser.add_argument("--out", type=Path, help="file to write")
    parser.add_argument("--packages", type=Path, help="folder of the npm packages (data)")
    parser.add_argument("--packed", type=Path, help="what the stage pack wrote (whole)")
    parser.add_argument("--preset", choices=PRESETS, default="gpu", help="sizes of a new model (init, whole)")
    parser.add_argument("--latent-size", type=int, default=16, help="latents on a side (grow, latents)")
    parser.add_argument("--shards", type=int, default=10, help="of a thousand scenes (latents, edits)")
    parser.add_argument("--styles", type=styles, help="flat:0.9,noto:0.1 for example (latents)")
    parser.add_argument("--posed", type=float, help="share of scenes not in the middle, turned, mirrored (latents)")
    parser.add_argument("--coloured", type=float, help="share of things in another colour than their own (latents)")
    parser.add_argument("--pairs", type=float, help="share of scenes with two things (latents)")
    parser.add_argument("--grounds", type=float, help="share of scenes on another ground than white (latents, edits)")
    parser.add_argument("--ground", help="the only other ground (latents)")
    parser.add_argument("--look", choices=("plain", "outline"), help="of all scenes (latents)")
    parser.add_argument("--kind", choices=("inpaint", "instruct", "edges"), default="inpaint", help="(edits, edit)")
    parser.add_argument("--rank", type=int, help="of a LoRA (lora)")
    parser.add_argument("--word", help="to teach (embedding)")
    parser.add_argument("--vectors", type=int, help="that stand for it (embedding)")
    parser.add_argument("--like", help="words to begin with the mean of (embedding)")
    parser.add_argument("--minutes", type=float, help="length of a training, all its runs together (whole: of everything)")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--top", type=int, help="so many concepts (latents; unet: at the end)")
    parser.add_argument("--top-at-first", type=int, help="and at the beginning (unet)")
    parser.add_argument("--known", type=int, help="so many that are known already (unet)")
    parser.add_argument("--rehearsal", type=float, help="share of pictures of known ones (unet)")
    parser.add_argument("--styled", type=float, help="share of captions that name another style than flat (unet)")
    parser.add_argument("--noisy", type=float, help="share of timesteps from 400 on (unet)")
    parser.add_argument("--only", nargs="+", help="the names of those to judge (companions)")
    parser.add_argument("--prompts", nargs="+", help="instead of the usual ones (samples)")
    parser.add_argument("--check", action="store_true", help="compare, do not write (parity, pictures)")
    options = parser.parse_args()
    if options.stage in WRITING and options.out is None:
        parser.error(f"{options.stage} needs --out")
    if options.stage == "edit" and options.kind == "edges":
        parser.error("edges are for the stage control")
    options.work.mkdir(parents=True, exist_ok=True)
    STAGES[options.stage](options)


if __name__ == "__main__":
    main()
