"""Files of torch.save and what is in them: python3 make.py writes the files and case.json beside it."""

import hashlib
import json
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

here = Path(__file__).parent
torch.manual_seed(23)
names = {
    torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip
files = []


def write(file, saved, tensors=None, code=None, name=None, **options):
    """`tensors` is what is to be found, in this order; `code` the error otherwise, `name` what it wants to be run."""
    torch.save(saved, here / file, **options)
    case = {"file": file}
    if tensors is None:
        files.append({**case, "code": code, "name": name})
        return
    found = [
        {
            "name": key,
            "dtype": names[value.dtype],
            "shape": list(value.shape),
            "sha256": hashlib.sha256(value.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes()).hexdigest()
            if value.numel()
            else hashlib.sha256(b"").hexdigest(),
        }
        for key, value in tensors.items()
    ]
    files.append({**case, "tensors": found})


net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.PReLU(4), nn.BatchNorm2d(4))
state = net.state_dict()
weights = {f"body.{i}.weight": torch.randn(4, 4, 3, 3) for i in range(3)}
better = {key: value + 1 for key, value in weights.items()}

write("module.pth", state, state)
write("params.pth", {"params": weights}, weights)
write("params-ema.pth", {"params": weights, "params_ema": better}, better)
write("protocol-4.pth", {"params": weights}, weights, pickle_protocol=4)
kinds = {str(names[dtype]): torch.arange(6).to(dtype).reshape(2, 3) for dtype in names}
write("kinds.pt", kinds, kinds)
whole = torch.randn(6, 5)
odd = {"whole": whole, "rows": whole[2:4], "tied": whole, "one": torch.tensor(7.5), "none": torch.zeros(0, 3), "long": whole[:1]}
write("views.pt", odd, odd)
parameters = OrderedDict((key, nn.Parameter(value)) for key, value in weights.items())
write("parameters.pt", parameters, parameters)
half = {f"model.diffusion_model.{key}": value.half() for key, value in weights.items()}
checkpoint = {"epoch": 3, "global_step": 2**40, "lr": 0.5, "loops": {"fit": [1, None, True]}, "state_dict": half}
write("checkpoint.ckpt", checkpoint, half)
toy = load_file(here.parent / "lora/textual_inversion_diffusers_4vec/learned_embeds.safetensors")
write("toy.pt", toy, toy)
vectors = {"*": torch.randn(2, 8)}
inversion = {"string_to_token": {"*": 265}, "string_to_param": vectors, "name": "word", "step": 500, "sd_checkpoint": None}
write("inversion.pt", inversion, vectors)

old = {"_use_new_zipfile_serialization": False}
write("old.pth", {"params_ema": better, "params": weights}, better, **old)
write("old-module.pth", state, state, **old)
write("old-kinds.pt", {**kinds, **odd}, {**kinds, **odd}, **old)

write("transposed.pth", {"turned": whole.t()}, code="bad-pickle")
write("expanded.pth", {"wide": torch.randn(1, 5).expand(4, 5)}, code="bad-pickle")
write("no-tensors.pth", {"epoch": 3}, code="bad-pickle")
write("list.pth", [whole], code="bad-pickle")
write("module-itself.pth", net, code="pickle-asks", name="torch.nn.modules.container.Sequential")
write("numpy.pth", {**weights, "best": np.float64(0.25)}, weights)


class Command:
    def __reduce__(self):
        return os.system, ("echo this was run",)


write("command.pth", {**weights, "_": Command()}, code="pickle-asks", name="posix.system")
write("command-4.pth", {**weights, "_": Command()}, code="pickle-asks", name="posix.system", pickle_protocol=4)
write("old-command.pth", {**weights, "_": Command()}, code="pickle-asks", name="posix.system", **old)
torch.jit.script(nn.PReLU()).save(here / "script.pt")
(here / "plain.pt").write_bytes(pickle.dumps({"a": [1.5, 2.5]}))
files.append({"file": "plain.pt", "code": "file-is-pickle", "name": None})
files.append({"file": "script.pt", "code": "pickle-asks", "name": "__torch__.torch.nn.modules.activation.PReLU"})
adapter = {"image_proj": {"proj.weight": torch.arange(6.0).reshape(2, 3)}, "ip_adapter": {"1.to_k_ip.weight": torch.ones(2, 2)}}
write("ip-adapter.bin", adapter, {f"{part}.{key}": value for part, own in adapter.items() for key, value in own.items()})
(here / "case.json").write_text(json.dumps({"torch": torch.__version__, "files": files}, indent=1) + "\n")
