"""
Nets that make hints, as transformers and PyTorch compute them: python3 make.py writes a folder for each. Depth Anything is
transformers' own; the others are modules written from what their papers say, and named as the published files name theirs.
Weights are random, in few different numbers, so that they pack well.

In each case: `image` → `output` is the net alone, as often as there are sizes; `picture` → `hint` is all of it, in bytes, with
what the community's tools do before and after.
"""

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save, save_file
from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

HERE = Path(__file__).parent


def coarse(net, gain=1.0):
    """Gives each weight one of some 15 numbers, of a deviation that keeps what goes through the net as large as it is."""
    for name, p in net.named_parameters():
        if p.dim() == 1 or "token" in name or "position" in name or name == "norm":
            lies_around = 1.0 if "norm" in name and "weight" in name else 0.5 if "lambda" in name else 0.0
            p.data = lies_around + (torch.randn_like(p) / 4 * 8).round() / 32
        else:
            fan_in = p[0].numel() if p.dim() > 2 else p.shape[1]
            step = 2.0 ** round(torch.log2(torch.tensor(gain / fan_in**0.5 / 2)).item())
            p.data = (torch.randn_like(p) * 2).round().clamp(-7, 7) * step
    return net.eval()


def bytes_of(plane):
    """As numpy turns numbers into bytes: the rest is cut off."""
    return plane.clamp(0, 255).to(torch.uint8).to(torch.int32).contiguous()


def painted(h, w):
    """A picture with soft tones and hard edges, [h, w, 3] in bytes."""
    y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    soft = torch.stack([110 + 80 * torch.sin(x / (5 + c)) * torch.cos(y / (8 - c)) for c in range(3)], -1)
    disc = ((x - w / 2) ** 2 + (y - h / 2) ** 2 < (min(h, w) / 3) ** 2).float()[..., None] * 60
    return (soft + disc + 3 * torch.randn(h, w, 3)).clamp(0, 255).to(torch.uint8)


def to_steps_of_64(planes):
    """The edge goes on to the right and below, as A1111's extension has it."""
    h, w = planes.shape[-2:]
    return F.pad(planes, (0, -w % 64, 0, -h % 64), mode="replicate")


# --- Depth Anything ------------------------------------------------------------------------------------------------


def depth_anything(width, heads, layers, taken, side, mlp):
    backbone = Dinov2Config(
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        mlp_ratio=mlp,
        image_size=14 * side,
        patch_size=14,
        out_indices=taken,
        apply_layernorm=True,
        reshape_hidden_states=False,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=width,
        neck_hidden_sizes=[8, 16, 24, 32],
        fusion_hidden_size=16,
        head_hidden_size=8,
    )
    net = coarse(DepthAnythingForDepthEstimation(config), 1.4)
    net.head.conv3.bias.data.fill_(1.5)
    return net


def viewed(picture):
    """As the nets' own processor has it: the shorter side about 518, both multiples of 14, cubic."""
    h, w = picture.shape[:2]
    scale = max(518 / h, 518 / w)

    def multiple(length):
        near = round(scale * length / 14) * 14
        return near if near >= 518 else -int(-scale * length // 14) * 14

    planes = picture.permute(2, 0, 1)[None] / 255
    planes = F.interpolate(planes, (multiple(h), multiple(w)), mode="bicubic", align_corners=False)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (planes - mean[:, None, None]) / std[:, None, None]


def depth_hint(net, picture):
    depth = net(viewed(picture)).predicted_depth[None]
    depth = F.interpolate(depth, picture.shape[:2], mode="bilinear", align_corners=False)[0, 0]
    return bytes_of((depth - depth.min()) / (depth.max() - depth.min()) * 255)


def published_names(net):
    """transformers keeps its nets under other names than its files."""
    with TemporaryDirectory() as folder:
        net.save_pretrained(folder)
        return load_file(Path(folder) / "model.safetensors")


def original_names(tensors):
    """What the paper's own code calls them."""
    out = {}
    parts = {}
    for name, t in tensors.items():
        if name.startswith("backbone."):
            name = name.replace("backbone.", "pretrained.").replace("encoder.layer.", "blocks.")
            for theirs, own in [
                ("embeddings.cls_token", "cls_token"),
                ("embeddings.mask_token", "mask_token"),
                ("embeddings.position_embeddings", "pos_embed"),
                ("embeddings.patch_embeddings.projection", "patch_embed.proj"),
                ("attention.output.dense", "attn.proj"),
                ("layer_scale1.lambda1", "ls1.gamma"),
                ("layer_scale2.lambda1", "ls2.gamma"),
                ("pretrained.layernorm", "pretrained.norm"),
            ]:
                name = name.replace(theirs, own)
            for which in ["query", "key", "value"]:
                if f"attention.attention.{which}." in name:
                    parts.setdefault(name.replace(f"attention.attention.{which}", "attn.qkv"), {})[which] = t
                    break
            else:
                out[name] = t
            continue
        for n in range(4):
            name = name.replace(f"neck.reassemble_stage.layers.{n}.projection", f"depth_head.projects.{n}")
            name = name.replace(f"neck.reassemble_stage.layers.{n}.resize", f"depth_head.resize_layers.{n}")
            name = name.replace(f"neck.convs.{n}", f"depth_head.scratch.layer{n + 1}_rn")
            name = name.replace(f"neck.fusion_stage.layers.{n}", f"depth_head.scratch.refinenet{4 - n}")
        for n in range(4):
            name = name.replace(f"refinenet{n + 1}.projection", f"refinenet{n + 1}.out_conv")
        name = name.replace("residual_layer", "resConfUnit").replace(".convolution", ".conv")
        for theirs, own in [("conv1", "output_conv1"), ("conv2", "output_conv2.0"), ("conv3", "output_conv2.2")]:
            if name.startswith(f"head.{theirs}"):
                name = name.replace(f"head.{theirs}", f"depth_head.scratch.{own}")
        out[name] = t
    for name, of in parts.items():
        out[name] = torch.cat([of["query"], of["key"], of["value"]])
    return out


# --- Informative drawings: Chan, Durand and Isola (2022), arXiv 2203.12691, and the generator of Johnson et al. (2016) ---


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        half = [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width)]
        other = [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width)]
        self.conv_block = nn.Sequential(*half, nn.ReLU(), *other)

    def forward(self, x):
        return x + self.conv_block(x)


class Drawer(nn.Module):
    def __init__(self, width, blocks):
        super().__init__()
        norm = nn.InstanceNorm2d
        self.model0 = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7), norm(width), nn.ReLU())
        down, up = [], []
        for i in (1, 2):
            down += [nn.Conv2d(i * width, 2 * i * width, 3, stride=2, padding=1), norm(2 * i * width), nn.ReLU()]
        for i in (2, 1):
            wide = nn.ConvTranspose2d(2 * i * width, i * width, 3, stride=2, padding=1, output_padding=1)
            up += [wide, norm(i * width), nn.ReLU()]
        self.model1 = nn.Sequential(*down)
        self.model2 = nn.Sequential(*[Block(4 * width) for _ in range(blocks)])
        self.model3 = nn.Sequential(*up)
        self.model4 = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(width, 1, 7), nn.Sigmoid())

    def forward(self, x):
        return self.model4(self.model3(self.model2(self.model1(self.model0(x)))))


def drawn_hint(net, picture):
    h, w = picture.shape[:2]
    lines = net(to_steps_of_64(picture.permute(2, 0, 1)[None] / 255))[0, 0, :h, :w]
    return 255 - bytes_of(lines * 255)


# --- HED: Xie and Tu (2015), arXiv 1504.06375: VGG-16, of which each stage gives edges ---


class Stage(nn.Module):
    def __init__(self, taken, given, count):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(given if i else taken, given, 3, padding=1) for i in range(count)])
        self.projection = nn.Conv2d(given, 1, 1)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return x, self.projection(x)


class HED(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.Parameter(torch.zeros(1, 3, 1, 1))
        widths = [3, width, 2 * width, 4 * width, 8 * width, 8 * width]
        for i, count in enumerate([2, 2, 3, 3, 3]):
            setattr(self, f"block{i + 1}", Stage(widths[i], widths[i + 1], count))

    def forward(self, x):
        size = x.shape[-2:]
        h, sides = x - self.norm, []
        for i in range(1, 6):
            h, side = getattr(self, f"block{i}")(F.max_pool2d(h, 2) if i > 1 else h)
            sides.append(F.interpolate(side, size, mode="bilinear", align_corners=False))
        return torch.sigmoid(torch.cat(sides, 1).mean(1, keepdim=True))


def edge_hint(net, picture):
    h, w = picture.shape[:2]
    return bytes_of(net(to_steps_of_64(picture.permute(2, 0, 1)[None].float()))[0, 0, :h, :w] * 255)


# --- cases ---------------------------------------------------------------------------------------------------------


def write(case, about, tensors, run, images, picture, hint):
    folder = HERE / case
    folder.mkdir(exist_ok=True)
    expected = {}
    for i, image in enumerate(images):
        expected[f"image{i}"], expected[f"output{i}"] = image, run(image)
        spread = expected[f"output{i}"]
        print(case, list(image.shape), "→", list(spread.shape), spread.min().item(), spread.max().item(), spread.std().item())
    expected["picture"], expected["hint"] = picture.to(torch.int32), hint
    print(case, "hint", hint.min().item(), hint.max().item(), hint.float().std().item())
    save_file({name: t.contiguous() for name, t in expected.items()}, folder / "expected.safetensors")
    halves = save({name: t.half().contiguous() for name, t in tensors.items()})
    (folder / f"{about['file']}.gzip").write_bytes(gzip.compress(halves, 9, mtime=0))
    (folder / "case.json").write_text(json.dumps(about, indent=1) + "\n")


@torch.no_grad()
def main():
    torch.manual_seed(1)
    for case, about, wide in [
        ("depth_v2", {"net": "Depth Anything", "hint": "depth_anything_v2", "file": "model.safetensors"}, 128),
        ("depth_v1", {"net": "Depth Anything", "hint": "depth_anything", "file": "depth_anything_vits14.safetensors"}, 64),
    ]:
        taken = [3, 6, 9, 12] if case == "depth_v2" else [9, 10, 11, 12]
        net = depth_anything(wide, wide // 64, 12, taken, 4, 1)
        own = published_names(net) if case == "depth_v2" else original_names(published_names(net))
        images = [torch.randn(1, 3, 56, 56), torch.randn(1, 3, 70, 98)]
        picture = painted(40, 53)
        write(case, about, own, lambda x: net(x).predicted_depth[:, None], images, picture, depth_hint(net, picture))

    net = coarse(Drawer(8, 3), 1.6)
    images = [torch.rand(1, 3, 32, 32), torch.rand(1, 3, 24, 40)]
    picture = painted(50, 75)
    about = {"net": "Informative drawings", "hint": "lineart_realistic", "file": "sk_model.safetensors"}
    write("lines", about, net.state_dict(), net, images, picture, drawn_hint(net, picture))

    net = coarse(HED(8), 1.2)
    net.norm.data = torch.tensor([104.0, 116.5, 122.5])[None, :, None, None]
    for i in range(1, 6):
        getattr(net, f"block{i}").projection.weight.data /= 64
    images = [torch.randint(0, 256, (1, 3, 32, 48)).float(), torch.randint(0, 256, (1, 3, 64, 16)).float()]
    about = {"net": "HED", "hint": "softedge_hed", "file": "ControlNetHED.safetensors"}
    write("edges", about, net.state_dict(), net, images, picture, edge_hint(net, picture))


main()
