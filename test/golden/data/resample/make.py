"""Reference numbers of torch's interpolate and Pillow's resize: python3 make.py writes expected.json."""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

torch.manual_seed(7)
cases = []
for size, target in [((6, 5), (12, 10)), ((6, 5), (9, 8)), ((12, 9), (5, 4)), ((4, 7), (4, 7))]:
    x = torch.randn(1, 2, *size)
    flat = lambda t: [round(v, 7) for v in t.flatten().tolist()]
    outputs = {
        "nearest": F.interpolate(x, target, mode="nearest"),
        "nearest-exact": F.interpolate(x, target, mode="nearest-exact"),
        "bilinear": F.interpolate(x, target, mode="bilinear"),
        "bicubic": F.interpolate(x, target, mode="bicubic"),
        "bilinear antialiased": F.interpolate(x, target, mode="bilinear", antialias=True),
        "bicubic antialiased": F.interpolate(x, target, mode="bicubic", antialias=True),
        "lanczos": torch.stack([
            torch.from_numpy(np.array(Image.fromarray(plane.numpy(), mode="F").resize(target[::-1], Image.LANCZOS)))
            for plane in x[0]
        ]),
    }
    cases.append({
        "from": dict(zip("hw", size)),
        "to": dict(zip("hw", target)),
        "input": flat(x),
        "outputs": {name: flat(output) for name, output in outputs.items()},
    })
Path(__file__).with_name("expected.json").write_text(json.dumps(cases) + "\n")
