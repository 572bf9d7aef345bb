"""Makes the case of two pictures that count in parts of what is drawn: ip-adapter-sd1/cases/masked.

The UNet is the one of test/bench/reference.py, first compared with diffusers' numbers in cases/forward. Masks are brought to
the size of an attention's feature map by torch's bicubic and multiplied to what was found in the picture before that is
added, as diffusers' IPAdapterAttnProcessor and IPAdapterMaskProcessor do.

    python3 masks.py   # torch, safetensors, pillow; beside it lie ip-adapter-sd1 and its base model
"""

import gzip
import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from safetensors.torch import load, load_file, save_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "bench"))
import reference  # noqa: E402

FROM = HERE / "ip-adapter-sd1"
SEED, TIMESTEP, SCALES = 11, 421, (0.7, 0.9)
HEIGHT, WIDTH, CONTEXT, TOKENS = 64, 128, 128, 4  # in pixels; of the UNet's text and of a picture


class File:
    """As safetensors' safe_open."""

    def __init__(self, path):
        self.tensors = load(gzip.decompress(path.read_bytes()))
        self.keys, self.get_tensor = self.tensors.keys, self.tensors.__getitem__


def downsampled(mask, queries):
    """[H, W] → [queries, 1]"""
    ratio = mask.shape[1] / mask.shape[0]
    height = int(math.sqrt(queries / ratio))
    height += int(queries % height != 0)
    size = (height, queries // height)
    return F.interpolate(mask[None, None], size=size, mode="bicubic").reshape(-1, 1)


class Adapted:
    """The UNet, whose attentions to the text look at pictures, too."""

    def __init__(self, model, adapter):
        self.model = reference.Scope(model)("model")("diffusion_model")
        p = reference.Scope(adapter)
        places = [self.model(name).children() for name in ("input_blocks", "output_blocks")]
        places = [*places[0], *places[1], self.model("middle_block")]
        blocks = [
            b
            for place in places
            for child in place.children()
            if child.has("transformer_blocks")
            for b in child("transformer_blocks").children()
        ]
        self.own = {b("attn2").prefix: pair for b, pair in zip(blocks, p("ip_adapter").children(), strict=True)}
        reference.cross_attention = self.attend
        self.pictures = ()

    def attend(self, x, context, p, heads):
        linear, attention = reference.linear, reference.attention
        q, k, v = linear(x, p("to_q")), linear(context, p("to_k")), linear(context, p("to_v"))
        found = attention(q, k, v, heads)
        pair = self.own.get(p.prefix)
        for tokens, scale, mask in self.pictures if pair else ():
            own = attention(q, linear(tokens, pair("to_k_ip")), linear(tokens, pair("to_v_ip")), heads)
            found = found + scale * own * (1 if mask is None else downsampled(mask, q.shape[1]))
        return linear(found, p("to_out.0"))

    def __call__(self, sample, timestep, context, pictures):
        self.pictures = pictures
        t = torch.full((len(sample),), timestep)
        return reference.unet(sample, t, context, None, self.model, lambda channels: 8)


def masks():
    """A hard one, and a soft one of another size."""
    hard = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(hard).ellipse((10, 5, 70, 59), fill=255)
    soft = Image.new("L", (WIDTH // 2, HEIGHT // 2))
    soft.putdata([round(255 * x / (WIDTH // 2 - 1)) for _ in range(HEIGHT // 2) for x in range(WIDTH // 2)])
    return hard, soft


@torch.no_grad()
def make():
    torch.manual_seed(SEED)
    net = Adapted(
        File(HERE.parent / "models/sd1/model.safetensors.gzip"), File(FROM / "ip-adapter_sd15.safetensors.gzip")
    )
    known = load_file(FROM / "cases/forward/expected.safetensors")
    about = json.loads((FROM / "cases/forward/case.json").read_text())
    same = net(
        known["sample"], about["timestep"], known["encoder_hidden_states"], [(known["ip_tokens"], about["scale"], None)]
    )
    worst = (same - known["unet_out"]).abs().max().item() / known["unet_out"].abs().max().item()
    print(f"without masks, against diffusers: {worst:.1e}")
    assert worst < 1e-4, worst

    case = FROM / "cases/masked"
    case.mkdir(exist_ok=True)
    pictures = masks()
    for n, picture in enumerate(pictures):
        picture.save(case / f"mask_{n}.png")
    read = [
        torch.tensor(list(picture.tobytes())).reshape(picture.height, picture.width).float() / 255
        for picture in pictures
    ]
    sample = torch.randn(2, 4, HEIGHT // 8, WIDTH // 8)
    context = torch.randn(2, 77, CONTEXT)
    tokens = torch.randn(len(read), 2, TOKENS, CONTEXT)
    expected = {"sample": sample, "encoder_hidden_states": context, "ip_tokens": tokens}
    expected["unet_out"] = net(sample, TIMESTEP, context, list(zip(tokens, SCALES, read)))
    plain = net(sample, TIMESTEP, context, [(t, s, None) for t, s in zip(tokens, SCALES)])
    effect = ((plain - expected["unet_out"]).norm() / plain.norm()).item()
    for by in (1, 2, 4, 8):
        places = (HEIGHT // 8 // by) * (WIDTH // 8 // by)
        expected[f"shares.{places}"] = torch.stack([downsampled(mask, places) for mask in read])
    save_file({key: value.contiguous() for key, value in expected.items()}, case / "expected.safetensors")
    facts = {
        "family": "ip_masked",
        "timestep": TIMESTEP,
        "scales": SCALES,
        "masks": [f"mask_{n}.png" for n in range(len(read))],
        "seed": SEED,
        "effect_of_masks": effect,
        "without_masks_against_diffusers": worst,
        "torch": torch.__version__,
        "note": "attn(q, text k/v) + sum of scale * mask * attn(q, k/v of a picture), before to_out; unet_out [2, 4, h, w], "
        "ip_tokens [pictures, 2, tokens, width], shares.N: masks at N places [pictures, N, 1]",
    }
    (case / "case.json").write_text(json.dumps(facts, indent=1) + "\n")


make()
