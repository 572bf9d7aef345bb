"""Writes cases.safetensors: small weights, LoRAs of many kinds for them, and the weights with each merged.

    pip install torch==2.13.0 safetensors==0.8.0 && python make.py

A case has `NAME/weight`, the tensors of one module as `NAME/lora/…`, and `NAME/merged/STRENGTH`. Formulas:
- LoCon, LoHa and LoKr, plain and Tucker: LyCORIS (Yeh et al., 2023, arXiv 2309.14859), https://github.com/KohakuBlueleaf/LyCORIS
  `lycoris/functional/{locon,loha,lokr,general}.py`.
- Whole weights, IA3 (Liu et al., 2022, arXiv 2205.05638), GLoRA (Chavan et al., 2023, arXiv 2306.07967) and OFT (Qiu et al.,
  2023, arXiv 2306.07280): LyCORIS `lycoris/modules/{full,ia3,glora,diag_oft}.py`. At a strength s all of them go the part s
  of the way from W. (LyCORIS does so, too, but with OFT's `rescale`, which it applies in full at any strength,
  and with BOFT, of which it weakens every factor; A1111 goes the part s of the way.)
- `oft_R` (Qiu et al., 2025, arXiv 2506.19847): as OneTrainer's node for ComfyUI, Koratahiu/ComfyUI-OFTv2, `node/oftv2_loader.py`.
- Single numbers beside a product: LyCORIS `lycoris/utils/__init__.py`, extract_diff.
- BOFT (Liu et al., 2023, arXiv 2311.06243), `oft_diag` and the GLoRA that multiplies from the other side: as A1111
  (`extensions-builtin/Lora/network_oft.py`, `network_glora.py`) and ComfyUI (`comfy/weight_adapter/boft.py`, `glora.py`).
- DoRA: m · (W + ΔW) / ‖W + ΔW‖ (Liu et al., 2024, arXiv 2402.09353), in LyCORIS `apply_weight_decompose`; at a strength s
  ComfyUI goes the part s of the way from W. (Its own norm on the output axis is that of W alone; the paper, LyCORIS and
  PEFT take that of W + ΔW.)
"""

import torch
from safetensors.torch import save_file

torch.manual_seed(0)
out, inner, rank, alpha = 6, 4, 3, 2.0
eps = torch.finfo(torch.float32).eps
tensors = {}


def locon(up, down, mid=None):
    up, down = up.flatten(1), down.flatten(1)
    return up @ down if mid is None else torch.einsum("m n ..., i m, n j -> i j ...", mid, up, down)


def tucker(t, a, b):
    return torch.einsum("i j ..., j r, i p -> p r ...", t, b, a)


def kron(w1, w2):
    return torch.kron(w1.reshape(*w1.shape, *[1] * (w2.dim() - 2)), w2.contiguous())


def case(name, shape, parts, difference, length=None, axis="output"):
    weight = torch.randn(shape)
    moved = weight + difference.reshape(shape)
    if length is not None:
        parts = {**parts, **length}
        (m,) = length.values()
        if axis == "output":
            norm = moved.flatten(1).norm(dim=1)
            moved = moved * (m.flatten() / (norm + eps)).reshape(-1, *[1] * (len(shape) - 1))
        else:
            norm = moved.transpose(0, 1).flatten(1).norm(dim=1)
            moved = moved * (m.flatten() / (norm + eps)).reshape(1, -1, *[1] * (len(shape) - 2))
    tensors[f"{name}/weight"] = weight
    for part, tensor in parts.items():
        tensors[f"{name}/lora/{part}"] = tensor
    for strength in (1.0, 0.6, -0.5):
        tensors[f"{name}/merged/{strength}"] = weight + strength * (moved - weight)


def lengths(*shape, key="dora_scale"):
    return {key: 1 + torch.rand(shape)}


scale = {"alpha": torch.tensor(alpha)}
linear, conv = (out, inner), (out, inner, 3, 3)
r = torch.randn

for name, shape, length, axis in (
    ("lora", linear, None, "output"),
    ("dora by output", linear, lengths(out, 1), "output"),
    ("dora by input", linear, lengths(1, inner), "input"),
    ("dora of PEFT", linear, lengths(out, key="lora_magnitude_vector"), "output"),
    ("dora of a convolution by output", conv, lengths(out, 1, 1, 1), "output"),
    ("dora of a convolution by input", conv, lengths(1, inner, 1, 1), "input"),
    ("dora of a square by input", (out, out), lengths(1, out), "input"),
):
    up, down = r(out, rank, *[1] * (len(shape) - 2)), r(rank, *shape[1:])
    parts = {"lora_up.weight": up, "lora_down.weight": down, **scale}
    case(name, shape, parts, alpha / rank * locon(up, down), length, axis)

up, down, mid = r(out, rank, 1, 1), r(rank, inner, 1, 1), r(rank, rank, 3, 3)
parts = {"lora_up.weight": up, "lora_down.weight": down, "lora_mid.weight": mid, **scale}
case("LoCon, Tucker", conv, parts, alpha / rank * locon(up, down, mid))
case("LoCon, Tucker, DoRA", conv, parts, alpha / rank * locon(up, down, mid), lengths(out, 1, 1, 1))

w = [r(out, rank), r(rank, inner), r(out, rank), r(rank, inner)]
parts = dict(zip(("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"), w)) | scale
case("LoHa", linear, parts, alpha / rank * (w[0] @ w[1]) * (w[2] @ w[3]))
case("LoHa, DoRA", linear, parts, alpha / rank * (w[0] @ w[1]) * (w[2] @ w[3]), lengths(out, 1))

w = [r(rank, out), r(rank, inner), r(rank, out), r(rank, inner)]
t1, t2 = r(rank, rank, 3, 3), r(rank, rank, 3, 3)
parts = dict(zip(("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"), w))
parts |= {"hada_t1": t1, "hada_t2": t2, **scale}
case("LoHa, Tucker", conv, parts, alpha / rank * tucker(t1, w[0], w[1]) * tucker(t2, w[2], w[3]))

w1, w2 = r(2, 2), r(3, 2)
case("LoKr, whole", linear, {"lokr_w1": w1, "lokr_w2": w2, **scale}, kron(w1, w2))
w2 = r(3, 2, 3, 3)
case("LoKr of a convolution, whole", conv, {"lokr_w1": w1, "lokr_w2": w2}, kron(w1, w2), lengths(out, 1, 1, 1))

a, b = r(3, 1), r(1, 2)
case("LoKr, in part", linear, {"lokr_w1": w1, "lokr_w2_a": a, "lokr_w2_b": b, **scale}, alpha * kron(w1, a @ b))
a1, b1, a, b = r(2, 2), r(2, 2), r(3, 2), r(2, 2)
parts = {"lokr_w1_a": a1, "lokr_w1_b": b1, "lokr_w2_a": a, "lokr_w2_b": b, **scale}
case("LoKr, in full", linear, parts, alpha / 2 * kron(a1 @ b1, a @ b))
a, b, t = r(2, 3), r(2, 2), r(2, 2, 3, 3)
parts = {"lokr_w1": w1, "lokr_w2_a": a, "lokr_w2_b": b, "lokr_t2": t, **scale}
case("LoKr, Tucker", conv, parts, alpha / 2 * kron(w1, tucker(t, a, b)))

w = r(linear)
case("a whole weight", linear, {"set_weight": w}, 0 * w, None)
tensors["a whole weight/weight"] = w + r(linear)
for strength in (1.0, 0.6, -0.5):
    there = tensors["a whole weight/weight"]
    tensors[f"a whole weight/merged/{strength}"] = there + strength * (w - there)


def changed(name, shape, parts, change):
    """One that depends on the weight that is there."""
    case(name, shape, parts, torch.zeros(shape))
    weight = tensors[f"{name}/weight"]
    for strength in (1.0, 0.6, -0.5):
        tensors[f"{name}/merged/{strength}"] = weight + strength * (change(weight) - weight)


def ia3(weight, on_input):
    if on_input:
        return lambda there: there * (1 + weight)
    return lambda there: (there.transpose(0, 1) * (1 + weight)).transpose(0, 1)


for name, shape, length, on_input in (
    ("IA3 of outputs", linear, (out,), 0),
    ("IA3 of inputs", linear, (inner,), 1),
    ("IA3 of a convolution's outputs", conv, (1, out, 1, 1), 0),
    ("IA3 of a convolution's inputs", conv, (1, inner, 1, 1), 1),
    ("IA3 of a square's inputs", (out, out), (out,), 1),
):
    w = r(length)
    changed(name, shape, {"weight": w, "on_input": torch.tensor(on_input)}, ia3(w, on_input))


def glora(a1, a2, b):
    def change(there):
        a = torch.einsum("o i ..., i j -> o j ...", there, a1)
        a = torch.einsum("o i ..., i j -> o j ...", a, a2)
        return there + alpha / rank * (a + b.reshape(there.shape))

    return change


for name, shape, middle in (
    ("GLoRA", linear, None),
    ("GLoRA of a convolution", conv, None),
    ("GLoRA of a convolution, Tucker", conv, r(rank, rank, 3, 3)),
):
    ones = [1] * (len(shape) - 2)
    a1, a2, b1 = r(inner, rank, *ones), r(rank, inner, *ones), r(out, rank, *ones)
    b2 = r(rank, inner, *(ones if middle is not None else shape[2:]))
    parts = {"a1.weight": a1, "a2.weight": a2, "b1.weight": b1, "b2.weight": b2, **scale}
    if middle is not None:
        parts["bm.weight"] = middle
    changed(name, shape, parts, glora(a1.flatten(1), a2.flatten(1), locon(b1, b2, middle)))


def oft(blocks, constraint, rescale):
    identity = torch.eye(blocks.shape[1])
    q = blocks - blocks.transpose(1, 2)
    norm = q.norm() + 1e-8
    if 0 < constraint * out < norm:
        q = q * constraint * out / norm
    turn = (identity + q) @ (identity - q).inverse()

    def change(there):
        cut = there.reshape(*blocks.shape[:2], *there.shape[1:])
        return rescale * torch.einsum("k n m, k n ... -> k m ...", turn, cut).reshape(there.shape)

    return change


for name, shape, constraint, rescale in (
    ("OFT", linear, 0.0, None),
    ("OFT, held back", linear, 0.05, None),
    ("OFT of a convolution, rescaled", conv, 0.0, 1 + torch.rand(out, 1, 1, 1)),
):
    blocks = r(3, 2, 2)
    parts = {"oft_blocks": blocks, "alpha": torch.tensor(constraint)}
    if rescale is not None:
        parts["rescale"] = rescale
    changed(name, shape, parts, oft(blocks, constraint, 1 if rescale is None else rescale))


def diag_oft(turn):
    def change(there):
        cut = there.reshape(*turn.shape[:2], *there.shape[1:])
        return torch.einsum("k n m, k n ... -> k m ...", turn, cut).reshape(there.shape)

    return change


blocks = torch.eye(2) + 0.3 * r(3, 2, 2)
changed("OFT of the first LyCORIS", linear, {"oft_diag": blocks}, diag_oft(blocks))


def boft(blocks, constraint, rescale):
    times, _, side, _ = blocks.shape
    identity = torch.eye(side)
    q = blocks - blocks.transpose(-1, -2)
    norm = q.norm() + 1e-8
    if 0 < constraint * out8 < norm:
        q = q * constraint * out8 / norm
    turns = (identity + q) @ (identity - q).inverse()

    def change(there):
        for i in range(times):
            k = 2**i * side // 2
            there = there.unflatten(0, (-1, 2, k)).transpose(1, 2).flatten(0, 2).unflatten(0, (-1, side))
            there = torch.einsum("b i j, b j ... -> b i ...", turns[i], there)
            there = there.flatten(0, 1).unflatten(0, (-1, k, 2)).transpose(1, 2).flatten(0, 2)
        return rescale * there

    return change


out8 = 16
for name, shape, sizes, constraint, rescale in (
    ("BOFT", (out8, inner), (3, 4, 4, 4), 0.0, None),
    ("BOFT of a convolution, held back, rescaled", (out8, inner, 3, 3), (2, 8, 2, 2), 0.1, 1 + torch.rand(out8, 1, 1, 1)),
):
    blocks = r(sizes)
    parts = {"oft_blocks": blocks, "alpha": torch.tensor(constraint)}
    if rescale is not None:
        parts["rescale"] = rescale
    changed(name, shape, parts, boft(blocks, constraint, 1 if rescale is None else rescale))

for name, shape in (("GLoRA of the first LyCORIS", linear), ("GLoRA of the first LyCORIS, square", (out, out))):
    a1, a2, b1, b2 = r(rank, shape[1]), r(shape[1], rank), r(rank, shape[1]), r(shape[0], rank)
    parts = {"a1.weight": a1, "a2.weight": a2, "b1.weight": b1, "b2.weight": b2, **scale}
    changed(name, shape, parts, glora(a2, a1, b2 @ b1))



def oft_of_inputs(above, length, spatial, scaled=False):
    count, n = above.shape
    side = int((1 + (1 + 8 * n) ** 0.5) / 2)
    q = torch.zeros(count, side, side)
    rows, columns = torch.triu_indices(side, side, 1)
    q[:, rows, columns] = above / (2 * (side - 1) ** 0.5 if scaled else 1)
    q = q - q.transpose(1, 2)
    turn = torch.eye(side) + 2 * q + 2 * q @ q + 2 * q @ q @ q + q @ q @ q @ q

    def change(there):
        cut = there.reshape(there.shape[0], -1, side)
        by = turn if spatial else turn.transpose(1, 2)
        return torch.einsum("ork,rkc->orc", cut, by.expand(cut.shape[1], -1, -1)).reshape(there.shape) * length

    return change


for name, shape, sizes, length, scaled in (
    ("OFT of inputs", (out, 8), (2, 6), None, False),
    ("OFT of inputs, all blocks alike", (out, 8), (1, 6), None, False),
    ("OFT of inputs, scaled", (out, 8), (2, 6), None, True),
    ("OFT of a convolution's inputs, longer", conv, (9, 6), 0.3 * r(out), False),
):
    above = 0.3 * r(sizes)
    parts = {"oft_R.weight": above}
    if scaled:
        parts["oft_R.scaled_oft"] = torch.tensor(1.0)
    if length is not None:
        parts["dora_log_multiplier"] = length
    times = 1 if length is None else length.exp().reshape(-1, *[1] * (len(shape) - 1))
    changed(name, shape, parts, oft_of_inputs(above, times, len(shape) == 4, scaled))

up, down = r(out, rank), r(rank, inner)
rest = torch.zeros(out, inner)
rest[[0, 2, 5], [1, 3, 0]] = torch.tensor([3.0, -2.0, 1.5])
sparse = rest.to_sparse().coalesce()
parts = {"lora_up.weight": up, "lora_down.weight": down, "alpha": torch.tensor(float(rank))}
parts |= {"bias_indices": sparse.indices(), "bias_values": sparse.values(), "bias_size": torch.tensor(rest.shape)}
case("LoCon with single numbers", linear, parts, up @ down + rest)

up, down = r(out, rank), r(rank, inner)
parts = {"lora_up.weight": up, "lora_down.weight": down, **scale}
case("dora of ai-toolkit", linear, parts, alpha / rank * locon(up, down), lengths(out, key="magnitude"), "output")

tensors = {name: tensor.to(torch.float32).contiguous().clone() for name, tensor in tensors.items()}
save_file(tensors, "cases.safetensors")
