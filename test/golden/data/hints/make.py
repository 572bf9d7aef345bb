"""Reference numbers of OpenCV and numpy: python3 make.py (opencv-python-headless 5) writes the files beside it."""

import gzip
import json
from pathlib import Path

import cv2
import numpy as np
from safetensors.numpy import save

here = Path(__file__).parent
rng = np.random.RandomState(17)


def drawn(height, width):
    """Shapes, slopes and noise: edges of every direction and strength, in colours."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    image = np.stack([128 + 100 * np.sin(x / 9), 128 + 100 * np.cos((x + y) / 13), 255 * y / max(height - 1, 1)], 2)
    image = np.ascontiguousarray(image.clip(0, 255).astype(np.uint8))
    for _ in range(6):
        centre = (int(rng.randint(width)), int(rng.randint(height)))
        colour = tuple(int(v) for v in rng.randint(0, 256, 3))
        cv2.ellipse(image, centre, (max(width // 5, 1), max(height // 8, 1)), rng.randint(180), 0, 360, colour, -1)
        cv2.line(image, centre, (int(rng.randint(width)), int(rng.randint(height))), colour[::-1], 1)
    noise = rng.randint(-12, 13, image.shape) * (x > 0.75 * width)[:, :, None]
    return (image.astype(int) + noise).clip(0, 255).astype(np.uint8)


def blurred(image, sigma):
    return cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma)


def scribble(image, threshold):
    # In whole numbers that hold it: the extension's own bytes overflow where a line is very dark.
    darker = np.ceil(np.min(blurred(image, 5.0) - blurred(image, 0.5), axis=2).clip(0, 255))
    return np.where(2 * darker > threshold, 255, 0).astype(np.uint8)


def line_art(image):
    darker = np.min(blurred(image, 6.0) - image.astype(np.float32), axis=2).clip(0, 255)
    darker = darker / max(16, np.median(darker[darker > 8])) * 127
    return darker.clip(0, 255).astype(np.uint8)


def colour_grid(image):
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 64, height // 64), interpolation=cv2.INTER_CUBIC)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def shuffled(image, seed):
    np.random.seed(seed)
    height, width = image.shape[:2]

    def field(grain=256):
        noise = np.random.uniform(0, 1, (height // grain + 2, width // grain + 2, 1))
        noise = cv2.resize(noise, (width + 2 * grain, height + 2 * grain), interpolation=cv2.INTER_CUBIC)
        noise = noise[grain : grain + height, grain : grain + width]
        noise = noise - noise.min()
        return noise / noise.max()

    flow = np.stack([field() * (width - 1), field() * (height - 1)], 2).astype(np.float32)
    return cv2.remap(image, flow, None, cv2.INTER_LINEAR)


def recolour(image, code, channel, gamma):
    tones = cv2.cvtColor(image, code)[:, :, channel].astype(np.float32) / 255
    return (tones**gamma * 255).clip(0, 255).astype(np.uint8)


def downsampled(image, times):
    height, width = image.shape[:2]
    return cv2.resize(image, (int(width / times), int(height / times)), interpolation=cv2.INTER_AREA)


def at_resolution(image, side):
    height, width = image.shape[:2]
    k = side / min(height, width)
    size = (int(np.round(width * k)), int(np.round(height * k)))
    return cv2.resize(image, size, interpolation=cv2.INTER_CUBIC if k > 1 else cv2.INTER_AREA)


def fitted(image, width, height, mode):
    """Pictures of many colours: of those every program makes the same."""
    k = (max if mode == "crop" else min)(width / image.shape[1], height / image.shape[0])
    size = (width, height)
    if mode != "stretch":
        size = (int(np.round(image.shape[1] * k)), int(np.round(image.shape[0] * k)))
    smaller = size[0] * size[1] < image.shape[0] * image.shape[1]
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    if mode == "stretch":
        return scaled
    if mode == "crop":
        x, y = (size[0] - width) // 2, (size[1] - height) // 2
        return scaled[y : y + height, x : x + width]
    edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    out = np.tile(np.median(edges, axis=0).astype(np.uint8), (height, width, 1))
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    out[y : y + size[1], x : x + size[0]] = scaled
    return out


pictures = {"drawn": drawn(36, 51), "tall": drawn(40, 3), "pixel": drawn(1, 1)}
pictures["grid"] = drawn(10, 14).repeat(14, 0).repeat(14, 1)[:131, :190]
tensors = {}
cases = []


def keep(name, image):
    tensors[name] = np.ascontiguousarray(image.astype(np.int32))
    return name


def case(kind, picture, result, **numbers):
    result = keep(f"{len(cases):02d}-{kind}", result)
    cases.append({"kind": kind, "picture": picture, "result": result, **numbers})


for name, image in pictures.items():
    keep(name, image)
    case("canny", name, cv2.Canny(image, 100, 200), a=100, b=200)
for a, b in [(40, 90), (200, 100), (1, 255)]:
    case("canny", "drawn", cv2.Canny(pictures["drawn"], a, b), a=a, b=b)
drawing, grid = pictures["drawn"], pictures["grid"]
for sigma in [0.3, 4, 64]:
    case("blur_gaussian", "drawn", cv2.GaussianBlur(drawing, (0, 0), sigma), a=sigma, b=0)
case("blur_gaussian", "tall", cv2.GaussianBlur(pictures["tall"], (0, 0), 3), a=3, b=0)
case("scribble_xdog", "drawn", scribble(drawing, 32), a=32, b=0)
case("lineart_standard", "drawn", line_art(drawing), a=0, b=0)
case("threshold", "drawn", np.where(drawing.min(axis=2) > 60, 255, 0).astype(np.uint8), a=60, b=0)
case("grey", "drawn", cv2.cvtColor(drawing, cv2.COLOR_RGB2GRAY), a=0, b=0)
for gamma in [1, 0.6]:
    case("recolor_luminance", "drawn", recolour(drawing, cv2.COLOR_BGR2LAB, 0, gamma), a=gamma, b=0)
    case("recolor_intensity", "drawn", recolour(drawing, cv2.COLOR_BGR2HSV, 2, gamma), a=gamma, b=0)
case("invert", "drawn", 255 - drawing, a=0, b=0)
case("color", "grid", colour_grid(grid), a=0, b=0)
for times in [2, 1.7]:
    case("tile_resample", "drawn", downsampled(drawing, times), a=times, b=0)
case("shuffle", "drawn", shuffled(drawing, 5), a=5, b=0)
for side in [18, 25, 50]:
    case("resolution", "drawn", at_resolution(drawing, side), side=side)
for mode in ["stretch", "crop", "fill"]:
    for width, height in [(24, 24), (60, 48)]:
        case(mode, "drawn", fitted(drawing, width, height, mode), width=width, height=height)
(here / "expected.safetensors.gzip").write_bytes(gzip.compress(save(tensors), 9, mtime=0))
(here / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
