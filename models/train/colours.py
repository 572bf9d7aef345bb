"""Colours by name: grounds to draw on, and icons in another colour than their own."""

from __future__ import annotations

import numpy as np

GROUNDS: dict[str, tuple[int, int, int]] = {
    "white": (255, 255, 255),
    "red": (236, 74, 74),
    "orange": (247, 160, 70),
    "yellow": (253, 220, 92),
    "green": (120, 200, 110),
    "blue": (92, 160, 240),
    "purple": (165, 115, 220),
    "pink": (250, 165, 205),
    "black": (28, 28, 32),
    "gray": (160, 164, 170),
}
"""sRGB, 0…255."""

UNTAUGHT: dict[str, tuple[int, int, int]] = {"teal": (0, 140, 140)}
"""Grounds whose words the model was never taught: a textual inversion adds them."""

ALL_GROUNDS = {**GROUNDS, **UNTAUGHT}

HUES = {"red": 0, "orange": 28, "yellow": 50, "green": 125, "blue": 212, "purple": 275, "pink": 328}
"""Degrees."""

WORDS = {*GROUNDS, *HUES, "brown", "grey", "gold"}


def rgb_to_hsv(rgb: np.ndarray) -> np.ndarray:
    """[…, 3] in 0…1 → hue in degrees, saturation and value in 0…1."""
    high, low = rgb.max(-1), rgb.min(-1)
    span = high - low + 1e-9
    r, g, b = np.moveaxis(rgb, -1, 0)
    sector = np.where(high == r, (g - b) / span % 6, np.where(high == g, (b - r) / span + 2, (r - g) / span + 4))
    return np.stack([sector * 60 % 360, (high - low) / (high + 1e-9), high], -1)


def hsv_to_rgb(hsv: np.ndarray) -> np.ndarray:
    """https://en.wikipedia.org/wiki/HSL_and_HSV#HSV_to_RGB_alternative"""
    hue, saturation, value = np.moveaxis(hsv, -1, 0)

    def channel(n: int) -> np.ndarray:
        k = (n + hue / 60) % 6
        return value - value * saturation * np.clip(np.minimum(k, 4 - k), 0, 1)

    return np.stack([channel(5), channel(3), channel(1)], -1)


def dominant_hue(rgba: np.ndarray) -> tuple[int, float]:
    """The hue (degrees) that covers most of an icon [h, w, 4] (0…255), and the share of the icon it covers."""
    opacity = rgba[..., 3] / 255
    hue, saturation, value = np.moveaxis(rgb_to_hsv(rgba[..., :3] / 255), -1, 0)
    weight = opacity * (saturation > 0.35) * (value > 0.25)
    if weight.sum() < 1:
        return 0, 0.0
    histogram = np.bincount((hue // 5).astype(int).ravel() % 72, weight.ravel(), 72)
    smooth = sum(np.roll(histogram, shift) for shift in range(-4, 5))
    return int(smooth.argmax()) * 5 + 2, float(smooth.max() / opacity.sum())


def recolour(rgba: np.ndarray, hue: int, colour: str) -> np.ndarray:
    """Turns what is near `hue` in an icon [h, w, 4] to the named colour and leaves the rest alone."""
    hsv = rgb_to_hsv(rgba[..., :3] / 255)
    off = (hsv[..., 0] - hue + 180) % 360 - 180
    turned = hsv.copy()
    turned[..., 0] = (HUES[colour] + off * 0.6) % 360
    if colour == "pink":  # a light red
        turned[..., 1] *= 0.55
    if colour in ("pink", "yellow"):
        turned[..., 2] = np.clip(turned[..., 2] * 1.1 + 0.1, 0, 1)
    painted = hsv_to_rgb(np.where((np.abs(off) < 32)[..., None], turned, hsv))
    return np.concatenate([(painted * 255).round().astype(np.uint8), rgba[..., 3:]], -1)
