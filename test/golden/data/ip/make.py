"""Makes the cases of IP-Adapters that read all states of a picture: plus and full.

The vision tower is transformers'; what becomes of its states is written here after the paper's code
(https://github.com/tencent-ailab/IP-Adapter/blob/main/ip_adapter/resampler.py and ip_adapter.py).

    python3 make.py   # torch, transformers, safetensors; beside it lies ip-adapter-sd1, whose tower and base model it takes
"""

import gzip
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load, save, save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

HERE = Path(__file__).parent
FROM = HERE / "ip-adapter-sd1"
WIDTH, TOKENS, INNER, HEADS = 128, 5, 64, 2  # of the UNet's text, of a picture, of the resampler and its heads
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])


def packed(path):
    return load(gzip.decompress(path.read_bytes()))


def tower():
    config = CLIPVisionConfig(**json.loads((FROM / "image_encoder/config.json").read_text()))
    model = CLIPVisionModelWithProjection(config).eval()
    weights = packed(FROM / "image_encoder/model.safetensors.gzip")
    missing, _ = model.load_state_dict({k: v.float() for k, v in weights.items()}, strict=False)
    assert not [key for key in missing if "position_ids" not in key], missing
    return model, weights


def open_clip(weights):
    """The same tower in OpenCLIP's names: queries, keys and values in one, its projection turned."""
    named = {
        "visual.class_embedding": weights["vision_model.embeddings.class_embedding"],
        "visual.conv1.weight": weights["vision_model.embeddings.patch_embedding.weight"],
        "visual.positional_embedding": weights["vision_model.embeddings.position_embedding.weight"],
        "visual.proj": weights["visual_projection.weight"].T.contiguous(),
    }
    for end in ("weight", "bias"):
        named[f"visual.ln_pre.{end}"] = weights[f"vision_model.pre_layrnorm.{end}"]
        named[f"visual.ln_post.{end}"] = weights[f"vision_model.post_layernorm.{end}"]
    layers = {int(key.split(".")[3]) for key in weights if ".encoder.layers." in key}
    for i in layers:
        own, theirs = f"vision_model.encoder.layers.{i}", f"visual.transformer.resblocks.{i}"
        for end in ("weight", "bias"):
            parts = [weights[f"{own}.self_attn.{which}_proj.{end}"] for which in "qkv"]
            named[f"{theirs}.attn.in_proj_{end}"] = torch.cat(parts)
            for a, b in (
                ("self_attn.out_proj", "attn.out_proj"),
                ("layer_norm1", "ln_1"),
                ("layer_norm2", "ln_2"),
                ("mlp.fc1", "mlp.c_fc"),
                ("mlp.fc2", "mlp.c_proj"),
            ):
                named[f"{theirs}.{b}.{end}"] = weights[f"{own}.{a}.{end}"]
    return named


def linear(name, rows, columns, bias):
    made = {f"{name}.weight": torch.randn(rows, columns) / math.sqrt(columns)}
    if bias:
        made[f"{name}.bias"] = torch.randn(rows) * 0.1
    return made


def norm(name, width):
    return {f"{name}.weight": 1 + torch.randn(width) * 0.1, f"{name}.bias": torch.randn(width) * 0.1}


def plus_weights(seen):
    w = {"latents": torch.randn(1, TOKENS, INNER) / math.sqrt(INNER)}
    w |= linear("proj_in", INNER, seen, True) | linear("proj_out", WIDTH, INNER, True) | norm("norm_out", WIDTH)
    for i in range(2):
        at, ff = f"layers.{i}.0", f"layers.{i}.1"
        w |= norm(f"{at}.norm1", INNER) | norm(f"{at}.norm2", INNER) | linear(f"{at}.to_q", HEADS * 64, INNER, False)
        w |= linear(f"{at}.to_kv", 2 * HEADS * 64, INNER, False) | linear(f"{at}.to_out", INNER, HEADS * 64, False)
        w |= norm(f"{ff}.0", INNER) | linear(f"{ff}.1", 4 * INNER, INNER, False) | linear(f"{ff}.3", INNER, 4 * INNER, False)
    return w


def plus(x, w):
    def lin(name, v):
        return F.linear(v, w[f"{name}.weight"], w.get(f"{name}.bias"))

    def ln(name, v):
        return F.layer_norm(v, v.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"])

    latents, x = w["latents"].repeat(len(x), 1, 1), lin("proj_in", x)
    for i in range(2):
        at, ff = f"layers.{i}.0", f"layers.{i}.1"
        states, own = ln(f"{at}.norm1", x), ln(f"{at}.norm2", latents)
        k, v = lin(f"{at}.to_kv", torch.cat((states, own), dim=-2)).chunk(2, dim=-1)
        q, k, v = (t.reshape(len(x), -1, HEADS, 64).transpose(1, 2) for t in (lin(f"{at}.to_q", own), k, v))
        scale = 64**-0.25
        weight = torch.softmax((q * scale) @ (k * scale).transpose(-2, -1), dim=-1)
        out = (weight @ v).permute(0, 2, 1, 3).reshape(len(x), TOKENS, -1)
        latents = lin(f"{at}.to_out", out) + latents
        latents = lin(f"{ff}.3", F.gelu(lin(f"{ff}.1", ln(f"{ff}.0", latents)))) + latents
    return ln("norm_out", lin("proj_out", latents))


def full_weights(seen):
    return linear("proj.0", seen, seen, True) | linear("proj.2", WIDTH, seen, True) | norm("proj.3", WIDTH)


def full(x, w):
    h = F.linear(F.gelu(F.linear(x, w["proj.0.weight"], w["proj.0.bias"])), w["proj.2.weight"], w["proj.2.bias"])
    return F.layer_norm(h, (WIDTH,), w["proj.3.weight"], w["proj.3.bias"])


@torch.no_grad()
def make(name, seed, weights_of, run, tokens_every=1):
    torch.manual_seed(seed)
    model, vision = tower()
    config = json.loads((FROM / "image_encoder/config.json").read_text())
    # As they lie in the file: in half precision.
    proj = {key: value.half() for key, value in weights_of(config["hidden_size"]).items()}
    pairs = {k: v for k, v in packed(FROM / "ip-adapter_sd15.safetensors.gzip").items() if k.startswith("ip_adapter.")}
    out = HERE / name
    (out / "image_encoder").mkdir(parents=True, exist_ok=True)
    case = out / "cases/embeds"
    case.mkdir(parents=True, exist_ok=True)
    file = save({f"image_proj.{k}": v.contiguous() for k, v in proj.items()} | pairs)
    (out / f"{name}.safetensors.gzip").write_bytes(gzip.compress(file, 9, mtime=0))
    encoder = save(open_clip(vision))
    (out / "image_encoder/model.safetensors.gzip").write_bytes(gzip.compress(encoder, 9, mtime=0))
    (out / "image_encoder/config.json").write_text(json.dumps(config, indent=1) + "\n")

    picture = Image.open(FROM / "cases/embeds/image_1_resized_cropped.png").convert("RGB")
    picture.save(case / "image_0.png")
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(224, 224, 3).float() / 255
    image = ((pixels - MEAN) / DEVIATION).permute(2, 0, 1)[None]
    states = model(torch.cat((image, torch.zeros_like(image))), output_hidden_states=True).hidden_states[-2]
    tokens = run(states, {k: v.float() for k, v in proj.items()})
    # Of 257 states some are enough to compare.
    some = tokens[:, ::tokens_every]
    expected = {
        "states": states[:1, ::32].contiguous(),
        "ip_tokens": some[:1].contiguous(),
        "ip_tokens_uncond": some[1:].contiguous(),
    }
    save_file(expected, case / "expected.safetensors")
    facts = {"family": "ip_states", "states_every": 32, "tokens_every": tokens_every, "torch": torch.__version__}
    (case / "case.json").write_text(json.dumps(facts, indent=1) + "\n")
    about = {
        "family": "ip_adapter",
        "base_model": "../../models/sd1/model.safetensors.gz",
        "files": {
            "ip_adapter": {"unpacked": f"{name}.safetensors"},
            "image_encoder": {"unpacked": "model.safetensors"},
        },
        "seed": seed,
    }
    (out / "case.json").write_text(json.dumps(about, indent=1) + "\n")


make("ip-adapter-plus", 7, plus_weights, plus)
make("ip-adapter-full", 8, full_weights, full, 32)
