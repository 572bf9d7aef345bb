"""
Upscalers that the other cases lack, as PyTorch computes them: python3 make.py writes a folder for each. The modules are
written from the papers and named as the published files name theirs; weights are random.
"""

import gzip
import json
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save, save_file

HERE = Path(__file__).parent


def conv(taken, given, kernel=3, bias=True):
    return nn.Conv2d(taken, given, kernel, padding=kernel // 2, bias=bias)


def block(taken, given, kernel=3):
    """A convolution that stands in a sequence, as in ESRGAN's first code: its name ends in 0."""
    return nn.Sequential(conv(taken, given, kernel))


def active(x):
    return F.leaky_relu(x, 0.2)


def twice(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Dense(nn.Module):
    def __init__(self, width, growth, make, plus=False):
        super().__init__()
        for i in range(1, 6):
            setattr(self, f"conv{i}", make(width + (i - 1) * growth, growth if i < 5 else width))
        self.conv1x1 = conv(width, growth, 1, bias=False) if plus else None

    def forward(self, x):
        x1 = active(self.conv1(x))
        x2 = active(self.conv2(torch.cat([x, x1], 1)))
        if self.conv1x1:
            x2 = x2 + self.conv1x1(x)
        x3 = active(self.conv3(torch.cat([x, x1, x2], 1)))
        x4 = active(self.conv4(torch.cat([x, x1, x2, x3], 1)))
        if self.conv1x1:
            x4 = x4 + x2
        return self.conv5(torch.cat([x, x1, x2, x3, x4], 1)) * 0.2 + x


class RRDB(nn.Module):
    def __init__(self, width, growth, make, word="RDB", plus=False):
        super().__init__()
        for i in range(1, 4):
            self.add_module(f"{word}{i}", Dense(width, growth, make, plus))

    def forward(self, x):
        h = x
        for dense in self.children():
            h = dense(h)
        return h * 0.2 + x


class RealESRGAN(nn.Module):
    def __init__(self, width, growth, blocks, ups, fold=1):
        super().__init__()
        self.fold = fold
        self.conv_first = conv(3 * fold**2, width)
        self.body = nn.Sequential(*[RRDB(width, growth, conv, "rdb") for _ in range(blocks)])
        self.conv_body = conv(width, width)
        self.ups = ups
        for i in range(1, ups + 1):
            setattr(self, f"conv_up{i}", conv(width, width))
        self.conv_hr = conv(width, width)
        self.conv_last = conv(width, 3)

    def forward(self, x):
        x = self.conv_first(F.pixel_unshuffle(x, self.fold))
        x = x + self.conv_body(self.body(x))
        for i in range(1, self.ups + 1):
            x = active(getattr(self, f"conv_up{i}")(twice(x)))
        return self.conv_last(active(self.conv_hr(x)))


class Trunk(nn.Module):
    """What stands inside of a short cut: blocks, and a convolution after them."""

    def __init__(self, width, growth, blocks, plus):
        super().__init__()
        rows = [RRDB(width, growth, block, plus=plus) for _ in range(blocks)]
        self.sub = nn.Sequential(*rows, conv(width, width))


class OldESRGAN(nn.Module):
    """One sequence, in which what has no weights has a number, too."""

    def __init__(self, width, growth, blocks, ups, plus):
        super().__init__()
        self.ups = ups
        tail = {3 * i + 3: conv(width, width) for i in range(ups)}
        tail[3 * ups + 2] = conv(width, width)
        tail[3 * ups + 4] = conv(width, 3)
        self.model = nn.ModuleDict(
            {str(i): m for i, m in {0: conv(3, width), 1: Trunk(width, growth, blocks, plus), **tail}.items()}
        )

    def forward(self, x):
        x = self.model["0"](x)
        x = x + self.model["1"].sub(x)
        for i in range(self.ups):
            x = active(self.model[str(3 * i + 3)](twice(x)))
        return self.model[str(3 * self.ups + 4)](active(self.model[str(3 * self.ups + 2)](x)))


class SPSR(nn.Module):
    def __init__(self, width, growth, blocks, ups):
        super().__init__()
        self.ups = ups
        tail = {3 * i + 3: conv(width, width) for i in range(ups)}
        self.model = nn.ModuleDict(
            {str(i): m for i, m in {0: conv(3, width), 1: Trunk(width, growth, blocks, False), **tail}.items()}
        )
        self.HR_conv0_new = block(width, width)
        self.HR_conv1_new = block(width, width)
        self.b_fea_conv = block(3, width)
        for i in range(1, 5):
            setattr(self, f"b_concat_{i}", block(2 * width, width))
            setattr(self, f"b_block_{i}", RRDB(2 * width, growth, block))
        self.b_LR_conv = block(width, width)
        branch = {3 * i + 1: conv(width, width) for i in range(ups)}
        branch[3 * ups] = conv(width, width)
        branch[3 * ups + 2] = conv(width, width)
        self.b_module = nn.ModuleDict({str(i): m for i, m in branch.items()})
        self.conv_w = block(width, 3, 1)  # gives the gradient of the larger picture, for the training
        self.f_concat = block(2 * width, width)
        self.f_block = RRDB(2 * width, growth, block)
        self.f_HR_conv0 = block(width, width)
        self.f_HR_conv1 = block(width, 3)

    def forward(self, image):
        padded = F.pad(image, (1, 1, 1, 1))
        down = padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]
        across = padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]
        gradient = (down**2 + across**2 + 1e-6).sqrt()
        first = x = self.model["0"](image)
        seen = []
        for row in self.model["1"].sub:
            x = row(x)
            seen.append(x)
        x = first + x
        for i in range(self.ups):
            x = active(self.model[str(3 * i + 3)](twice(x)))
        x = self.HR_conv1_new(active(self.HR_conv0_new(x)))
        edges = h = self.b_fea_conv(gradient)
        for i in range(1, 5):
            h = torch.cat([h, seen[5 * i - 1]], 1)
            h = getattr(self, f"b_concat_{i}")(getattr(self, f"b_block_{i}")(h))
        h = edges + self.b_LR_conv(h)
        for i in range(self.ups):
            h = active(self.b_module[str(3 * i + 1)](twice(h)))
        h = self.b_module[str(3 * self.ups + 2)](active(self.b_module[str(3 * self.ups)](h)))
        x = self.f_concat(self.f_block(torch.cat([h, x], 1)))
        return self.f_HR_conv1(active(self.f_HR_conv0(x)))


class Compact(nn.Module):
    def __init__(self, width, convs, scale):
        super().__init__()
        self.scale = scale
        rows = [conv(3, width), nn.PReLU(width)]
        for _ in range(convs):
            rows += [conv(width, width), nn.PReLU(width)]
        self.body = nn.Sequential(*rows, conv(width, 3 * scale**2))

    def forward(self, x):
        nearest = F.interpolate(x, scale_factor=self.scale, mode="nearest")
        return F.pixel_shuffle(self.body(x), self.scale) + nearest


CASES = {
    "own_x1": (RealESRGAN(8, 4, 2, 2, fold=4), 1, torch.float16, "params_ema."),
    "own_x8": (RealESRGAN(8, 4, 1, 3), 8, torch.float32, ""),
    "own_plus_x2": (OldESRGAN(8, 4, 2, 1, plus=True), 2, torch.bfloat16, "netG.module."),
    "own_spsr_x4": (SPSR(4, 4, 21, 2), 4, torch.float16, ""),
    "own_compact_x2": (Compact(12, 3, 2), 2, torch.float32, "params."),
}

for seed, (name, (net, scale, dtype, wrapper)) in enumerate(CASES.items()):
    generator = torch.Generator().manual_seed(seed)
    for key, weight in net.named_parameters():
        fan = weight[0].numel() if weight.dim() > 1 else 4
        weight.data = (torch.randn(weight.shape, generator=generator) * (1.4 / fan) ** 0.5 * 0.7).to(dtype).float()
    image = torch.rand(1, 3, 12, 16, generator=generator)
    with torch.no_grad():
        output = net(image)
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    stored = {wrapper + key: weight.to(dtype) for key, weight in net.state_dict().items()}
    (folder / "net.safetensors.gzip").write_bytes(gzip.compress(save(stored), mtime=0))
    save_file({"image": image, "output": output}, folder / "expected.safetensors")
    case = {
        "family": "upscaler",
        "scale": scale,
        "files": {"net": {"unpacked": "net.safetensors"}},
        "dtype": str(dtype).removeprefix("torch."),
        "seed": seed,
    }
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
    print(name, tuple(output.shape), output.abs().max().item())
