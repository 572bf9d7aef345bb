"""
Edges of a picture as OpenCV's Canny finds them, pixel for pixel: what a ControlNet for edges is shown.
Canny, A Computational Approach to Edge Detection, 1986; https://docs.opencv.org/4.x/da/d22/tutorial_py_canny.html
"""

from __future__ import annotations

import numpy as np

LOW, HIGH = 100, 200
TAN_22 = 13573
"""Of 22.5 degrees, in units of 1 / 32768."""


def sobel(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes across and down of [h, w], 3 × 3; what lies beyond the rim is like the rim."""
    p = np.pad(plane.astype(np.int32), 1, mode="edge")
    down = p[:-2] + 2 * p[1:-1] + p[2:]
    across = p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]
    return down[:, 2:] - down[:, :-2], across[2:] - across[:-2]


def steepest(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The slopes of [h, w, c] in that channel where they are steepest, at each pixel."""
    slopes = [sobel(picture[..., channel]) for channel in range(picture.shape[-1])]
    x, y = (np.stack(part) for part in zip(*slopes))
    best = (abs(x) + abs(y)).argmax(0)[None]
    return np.take_along_axis(x, best, 0)[0], np.take_along_axis(y, best, 0)[0]


def ridges(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Where `size` is largest along the slope: of two neighbours alike, the right or lower one is the edge."""
    around = np.pad(size, 1)

    def beside(right: int, down: int) -> np.ndarray:
        h, w = size.shape
        return around[1 + down : 1 + down + h, 1 + right : 1 + right + w]

    flat = abs(x) * TAN_22
    steep = flat + (abs(x) << 16)
    rise = abs(y) << 15
    falling = (x ^ y) < 0
    before, after = np.where(falling, beside(1, -1), beside(-1, -1)), np.where(falling, beside(-1, 1), beside(1, 1))
    diagonal = (size > before) & (size > after)
    level = (size > beside(-1, 0)) & (size >= beside(1, 0))
    upright = (size > beside(0, -1)) & (size >= beside(0, 1))
    return np.where(rise < flat, level, np.where(rise > steep, upright, diagonal))


def grown(strong: np.ndarray, weak: np.ndarray) -> np.ndarray:
    """`strong`, with all of `weak` that hangs together with it, corners too."""
    while True:
        p = np.pad(strong, 1)
        h, w = strong.shape
        near = np.logical_or.reduce([p[y : y + h, x : x + w] for y in range(3) for x in range(3)])
        more = (near & weak) | strong
        if (more == strong).all():
            return strong
        strong = more


def canny(picture: np.ndarray, low: int = LOW, high: int = HIGH) -> np.ndarray:
    """[h, w, c] in 0…255 → [h, w] of False and True."""
    x, y = steepest(picture)
    size = abs(x) + abs(y)
    candidates = ridges(x, y, size) & (size > low)
    return grown(candidates & (size > high), candidates)
