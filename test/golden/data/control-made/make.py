"""Writes a folder beside this file for each net: python3 make.py

Nets that guide a UNet and that no other folder has: a ControlNet for Stable Diffusion 2.x, one for several kinds of hint
("Union", for SDXL), and T2I-Adapters of other builds. Their weights are copies of the golden models' and numbers of a formula,
which the test knows, too. What they give and what the UNet predicts is computed here in PyTorch, float64, by the names of the
weights alone:
  Zhang et al. (2023), arXiv 2302.05543, and its cldm.py; Mou et al. (2023), arXiv 2302.08453, and its adapter.py;
  https://github.com/xinsir6/ControlNetPlus/blob/main/models/controlnet_union.py
"""
import gzip
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load, save_file

torch.set_default_dtype(torch.float64)
torch.manual_seed(17)
HERE = Path(__file__).parent
T = 421


def formula(name, shape):
    """Numbers in disorder, of about the size that a trained layer's have."""
    count = math.prod(shape)
    wave = torch.sin(0.7391 * (torch.arange(count) ** 2 % 7919) + sum(map(ord, name)) % 97)
    if name.endswith(".bias"):
        return (0.1 * wave).reshape(shape)
    if len(shape) == 1:
        return (1 + 0.1 * wave).reshape(shape)
    return (1.7 / math.sqrt(count / shape[0]) * wave).reshape(shape)


class Net:
    """The modules of a UNet, or of half of one, by the names of their weights."""

    def __init__(self, weights, head_size):
        # As a file has them: in single precision.
        self.w = {name: w.float().double() for name, w in weights.items()}
        self.head_size = head_size

    def has(self, p):
        return any(name.startswith(p + ".") for name in self.w)

    def linear(self, x, p):
        w = self.w[p + ".weight"]
        return F.linear(x, w.reshape(w.shape[0], -1), self.w.get(p + ".bias"))

    def conv(self, x, p, stride=1):
        w = self.w[p + ".weight"]
        return F.conv2d(x, w, self.w[p + ".bias"], stride, w.shape[-1] // 2)

    def group_norm(self, x, p, eps=1e-5):
        return F.group_norm(x, 32, self.w[p + ".weight"], self.w[p + ".bias"], eps)

    def layer_norm(self, x, p):
        return F.layer_norm(x, x.shape[-1:], self.w[p + ".weight"], self.w[p + ".bias"])

    def mlp(self, x, first, second):
        return self.linear(F.silu(self.linear(x, first)), second)

    def res_block(self, x, emb, p):
        h = self.conv(F.silu(self.group_norm(x, p + ".in_layers.0")), p + ".in_layers.2")
        h = h + self.linear(F.silu(emb), p + ".emb_layers.1")[:, :, None, None]
        h = self.conv(F.silu(self.group_norm(h, p + ".out_layers.0")), p + ".out_layers.3")
        return h + (self.conv(x, p + ".skip_connection") if self.has(p + ".skip_connection") else x)

    def attend(self, x, context, p):
        heads = x.shape[-1] // self.head_size if self.head_size else 8
        q, k, v = (
            self.linear(y, f"{p}.to_{name}").unflatten(-1, (heads, -1)).transpose(1, 2)
            for y, name in ((x, "q"), (context, "k"), (context, "v"))
        )
        return self.linear(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2), p + ".to_out.0")

    def transformer(self, x, context, p):
        h = self.linear(self.group_norm(x, p + ".norm", 1e-6).flatten(2).transpose(1, 2), p + ".proj_in")
        i = 0
        while self.has(b := f"{p}.transformer_blocks.{i}"):
            n = self.layer_norm(h, b + ".norm1")
            h = h + self.attend(n, n, b + ".attn1")
            h = h + self.attend(self.layer_norm(h, b + ".norm2"), context, b + ".attn2")
            a, gate = self.linear(self.layer_norm(h, b + ".norm3"), b + ".ff.net.0.proj").chunk(2, -1)
            h = h + self.linear(a * F.gelu(gate), b + ".ff.net.2")
            i += 1
        return x + self.linear(h, p + ".proj_out").transpose(1, 2).reshape(x.shape)

    def block(self, x, emb, context, p):
        i = 0
        while self.has(c := f"{p}.{i}"):
            if self.has(c + ".in_layers"):
                x = self.res_block(x, emb, c)
            elif self.has(c + ".transformer_blocks"):
                x = self.transformer(x, context, c)
            elif self.has(c + ".op"):
                x = self.conv(x, c + ".op", 2)
            elif self.has(c + ".conv"):
                x = self.conv(F.interpolate(x, scale_factor=2.0), c + ".conv")
            else:
                x = self.conv(x, c)
            i += 1
        return x

    def emb(self, t, y):
        emb = self.mlp(t, "time_embed.0", "time_embed.2")
        return emb if y is None else emb + self.mlp(y, "label_emb.0.0", "label_emb.0.2")

    def down(self, x, emb, context, after=lambda x, i: x):
        skips = []
        while self.has(p := f"input_blocks.{len(skips)}"):
            x = after(self.block(x, emb, context, p), len(skips))
            skips.append(x)
        return skips, self.block(x, emb, context, "middle_block")

    def unet(self, x, emb, context, residuals=None, features=None):
        features = features or {}
        skips, x = self.down(x, emb, context, lambda x, i: x + features.get(i, 0))
        x = x + features.get(len(skips), 0)
        if residuals:
            x = x + residuals[-1]
            skips = [skip + residual for skip, residual in zip(skips, residuals)]
        for i in range(len(skips)):
            x = self.block(torch.cat([x, skips.pop()], 1), emb, context, f"output_blocks.{i}")
        return self.conv(F.silu(self.group_norm(x, "out.0")), "out.2")

    def controlnet(self, x, emb, context, hint, kind=None):
        for i in range(0, 16, 2):
            hint = self.conv(F.silu(hint) if i else hint, f"input_hint_block.{i}", 2 if i in (4, 8, 12) else 1)
        if kind is not None:
            emb, hint = self.union(emb, hint, kind)
        skips, middle = self.down(x, emb, context, lambda x, i: x + hint if i == 0 else x)
        return [self.conv(skip, f"zero_convs.{i}.0") for i, skip in enumerate(skips)] + [
            self.conv(middle, "middle_block_out.0")
        ]

    def union(self, emb, hint, kind):
        """Of one hint. The other token of the fusing transformer is the latents', whose answer is not used."""
        kinds = self.w["task_embedding"].shape[0]
        told = torch.cat([embedding(float(i == kind), 256) for i in range(kinds)])[None]
        emb = emb + self.mlp(told, "control_add_embedding.linear_1", "control_add_embedding.linear_2")
        width = hint.shape[1]
        tokens = torch.stack([hint.mean((2, 3)) + self.w["task_embedding"][kind], torch.ones(1, width)], 1)
        p = "transformer_layes.0"
        # As it is called there: batch_first is False, and the first axis is the batch.
        attention = torch.nn.MultiheadAttention(width, 8)
        attention.load_state_dict({n.removeprefix(p + ".attn."): w for n, w in self.w.items() if p + ".attn." in n})
        n = self.layer_norm(tokens, p + ".ln_1")
        tokens = tokens + attention(n, n, n, need_weights=False)[0]
        h = self.linear(self.layer_norm(tokens, p + ".ln_2"), p + ".mlp.c_fc")
        tokens = tokens + self.linear(h * torch.sigmoid(1.702 * h), p + ".mlp.c_proj")
        return emb, hint + self.linear(tokens[:, 0], "spatial_ch_projs")[:, :, None, None]


def embedding(t, width):
    """As the file's readers round it: frequencies and angles are singles."""
    frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2) / (width // 2)).float()
    angles = (torch.tensor(t, dtype=torch.float32) * frequencies).double()
    return torch.cat([angles.cos(), angles.sin()]).float().double()


def t2i(weights, picture, pixels, halving):
    net = Net(weights, 0)
    has, conv = net.has, net.conv
    x = F.pixel_unshuffle(picture, pixels)
    if has("conv_in"):
        x = conv(x, "conv_in")

    def block(x, p):
        if has(p + ".in_conv"):
            x = conv(x, p + ".in_conv")
        h = conv(F.relu(conv(x, p + ".block1")), p + ".block2")
        return h + (conv(x, p + ".skep") if has(p + ".skep") else x)

    light = has("body.0.body")
    features = []
    for level in range(4):
        first = f"body.{level if light else 2 * level}"
        if has(first + ".down_opt"):
            x = conv(x, first + ".down_opt.op", 2)
        elif level in halving:
            x = F.avg_pool2d(x, 2, 2, ceil_mode=True)
        if light:
            x = conv(x, first + ".in_conv")
            for i in range(2):
                x = block(x, f"{first}.body.{i}")
            x = conv(x, first + ".out_conv")
        else:
            x = block(block(x, first), f"body.{2 * level + 1}")
        features.append(x)
    return features


def conv_shapes(name, out, inner, kernel):
    return {f"{name}.weight": [out, inner, kernel, kernel], f"{name}.bias": [out]}


def adapter_shapes(pixels, channels, *, ksize=1, skep=False, down=()):
    shapes = conv_shapes("conv_in", channels[0], 3 * pixels**2, 3)
    for level, out in enumerate(channels):
        inner = channels[max(0, level - 1)]
        for i in range(2):
            p = f"body.{2 * level + i}"
            if level in down and i == 0:
                shapes |= conv_shapes(p + ".down_opt.op", inner, inner, 3)
            if skep or (inner != out and i == 0):
                shapes |= conv_shapes(p + ".in_conv", out, inner if i == 0 else out, ksize)
            if skep:
                shapes |= conv_shapes(p + ".skep", out, out, ksize)
            shapes |= conv_shapes(p + ".block1", out, out, 3) | conv_shapes(p + ".block2", out, out, ksize)
    return shapes


def light_shapes(channels):
    shapes = {}
    for level, out in enumerate(channels):
        inner = 192 if level == 0 else channels[level - 1]
        shapes |= conv_shapes(f"body.{level}.in_conv", out // 4, inner, 1)
        for i in range(2):
            for name in ("block1", "block2"):
                shapes |= conv_shapes(f"body.{level}.body.{i}.{name}", out // 4, out // 4, 3)
        shapes |= conv_shapes(f"body.{level}.out_conv", out, out // 4, 1)
    return shapes


def control_shapes(widths, middle):
    shapes = {}
    hints = [3, 16, 16, 32, 32, 96, 96, 256, widths[0]]
    for i, (inner, out) in enumerate(zip(hints, hints[1:])):
        shapes |= conv_shapes(f"input_hint_block.{2 * i}", out, inner, 3)
    for i, width in enumerate(widths):
        shapes |= conv_shapes(f"zero_convs.{i}.0", width, width, 1)
    return shapes | conv_shapes("middle_block_out.0", middle, middle, 1)


def union_shapes(kinds, width, time):
    p = "transformer_layes.0"
    matrix = lambda name, out, inner: {f"{name}.weight": [out, inner], f"{name}.bias": [out]}
    norm = lambda name: {f"{name}.weight": [width], f"{name}.bias": [width]}
    return (
        {"task_embedding": [kinds, width]}
        | {f"{p}.attn.in_proj_weight": [3 * width, width], f"{p}.attn.in_proj_bias": [3 * width]}
        | matrix(f"{p}.attn.out_proj", width, width)
        | norm(f"{p}.ln_1")
        | norm(f"{p}.ln_2")
        | matrix(f"{p}.mlp.c_fc", 4 * width, width)
        | matrix(f"{p}.mlp.c_proj", width, 4 * width)
        | matrix("spatial_ch_projs", width, width)
        | matrix("control_add_embedding.linear_1", time, 256 * kinds)
        | matrix("control_add_embedding.linear_2", time, time)
    )


def base(model):
    file = HERE.parent / "models" / model / "model.safetensors.gzip"
    tensors = load(gzip.decompress(file.read_bytes()))
    lead = "model.diffusion_model."
    return {name.removeprefix(lead): w for name, w in tensors.items() if name.startswith(lead)}


COPIED = ("time_embed.", "label_emb.", "input_blocks.", "middle_block.")


def case(name, model, head_size, shapes, *, copied=False, hint=(64, 64), scale=0.8, **said):
    weights = base(model)
    unet = Net(weights, head_size)
    made = {key: formula(key, shape) for key, shape in shapes.items()}
    context_width = next(w.shape[1] for key, w in weights.items() if key.endswith("attn2.to_k.weight"))
    h, w = hint[0] // 8, hint[1] // 8
    single = lambda *shape: torch.randn(shape).float().double()
    inputs = {
        "sample": single(1, 4, h, w),
        "encoder_hidden_states": single(1, 7, context_width),
    }
    picture = inputs["cond.0" if copied else "cond"] = torch.rand(1, 3, *hint).float().double()
    y = None
    if "label_emb.0.0.weight" in weights:
        sizes = [512.0, 384.0, 0.0, 64.0, 640.0, 320.0]
        inputs["time_ids"] = torch.tensor([sizes])
        inputs["text_embeds"] = single(1, weights["label_emb.0.0.weight"].shape[1] - 6 * 256)
        y = torch.cat([inputs["text_embeds"][0], *(embedding(size, 256) for size in sizes)])[None]
    x, context = inputs["sample"], inputs["encoder_hidden_states"]
    t = embedding(T, weights["time_embed.0.weight"].shape[1])[None]
    emb = unet.emb(t, y)
    if copied:
        own = made | {key: w for key, w in weights.items() if key.startswith(COPIED)}
        net = Net(own, head_size)
        residuals = [scale * r for r in net.controlnet(x, net.emb(t, y), context, picture, said.get("kind"))]
        maps = {f"down.{i}": r for i, r in enumerate(residuals[:-1])} | {"mid": residuals[-1]}
        outputs = maps | {"unet_out": unet.unet(x, emb, context, residuals=residuals)}
    else:
        features = t2i(made, picture, said["pixels"], said["halving"])
        places = dict(zip(said.pop("places"), [scale * f for f in features]))
        maps = {f"feature.{i}": f for i, f in enumerate(features)}
        outputs = maps | {"unet_out": unet.unet(x, emb, context, features=places)}
        del said["pixels"], said["halving"]
    without = unet.unet(x, emb, context)
    effect = (outputs["unet_out"] - without).norm() / without.norm()
    print(f"{name}: moves the prediction by {effect:.2f} of its size")
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    facts = {
        "base_model": f"models/{model}/model.safetensors",
        "made": shapes,
        "copied": copied,
        "timestep": T,
        **({"scales": [scale]} if copied else {"scale": scale}),
        **said,
        "tolerance": {key: {"suggested_atol": 2e-4 * value.abs().max().item()} for key, value in outputs.items()},
    }
    (folder / "case.json").write_text(json.dumps(facts, indent=1) + "\n")
    stored = {key: value.float().contiguous() for key, value in (inputs | outputs).items()}
    save_file(stored, folder / "expected.safetensors")


def widths_of(model):
    """Channels that each input block gives, and the middle block."""
    net = Net(base(model), 64)
    width = net.w["time_embed.0.weight"].shape[1]
    context = next(w.shape[1] for key, w in net.w.items() if key.endswith("attn2.to_k.weight"))
    time = net.w["time_embed.2.weight"].shape[0]
    skips, middle = net.down(torch.zeros(1, 4, 8, 8), torch.zeros(1, time), torch.zeros(1, 1, context))
    return width, time, [skip.shape[1] for skip in skips], middle.shape[1]


_, _, widths, middle = widths_of("sd2-v")
case("controlnet-sd2", "sd2-v", 64, control_shapes(widths, middle), copied=True)
width, time, widths, middle = widths_of("sdxl")
union = control_shapes(widths, middle) | union_shapes(8, width, time)
case("controlnet-union", "sdxl", 64, union, copied=True, kind=3)
case(
    "t2i-sdxl", "sdxl", 64, adapter_shapes(16, [64, 64, 128, 128]),
    pixels=16, halving=[2], places=[3, 5, 8, 9],
)
sd1 = dict(pixels=8, halving=[1, 2, 3], places=[2, 5, 8, 11])
case("t2i-sd1-convolved", "sd1", 0, adapter_shapes(8, [64, 64, 64, 96], ksize=3, skep=True, down=(1, 2, 3)), **sd1)
case("t2i-sd1-light", "sd1", 0, light_shapes([64, 64, 64, 96]), **sd1)
