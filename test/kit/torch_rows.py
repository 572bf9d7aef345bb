"""
The rows that PyTorch does: the same nets with the same weights and inputs as full-size.ts makes of the same formula. Told a
row a line on standard input, it answers a line on file descriptor 3, as process.ts expects.
"""
import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

sys.argv, arguments = sys.argv[:1], sys.argv[1:]
parser = argparse.ArgumentParser()
parser.add_argument('--kit', default='.')
parser.add_argument('--work', default='/tmp/drobe-kit')
parser.add_argument('--scale', default='full')
options = parser.parse_args(arguments)
work = Path(options.work)
answers = os.fdopen(3, 'w')


class Missing(Exception):
    """Something this machine lacks."""


def answer(**said):
    print(json.dumps(said), file=answers, flush=True)


try:
    import torch

    sys.path.insert(0, options.kit)
    import reference
except ImportError as error:
    answer(missing=f'no PyTorch: {error}')
    sys.exit()
if torch.cuda.is_available():
    device = 'cuda'
elif options.scale == 'small':
    device = 'cpu'
else:
    answer(missing='PyTorch has no CUDA here')
    sys.exit()

# What is compared must be single precision where it says so.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
HALF = torch.float16
# A CPU has half precision only by detours.
TIMED = HALF if device == 'cuda' else torch.float32
STRIDE, SEED = 4099, 7919
BATCH, TOKENS, WORDS, TIMESTEP = 2, 77, 49408, 500
RUNS, SECONDS = 20, 8
BELOW = {'unet': 'model.diffusion_model.', 'vae': 'first_stage_model.', 'text': 'cond_stage_model.'}


class Weights(torch.nn.Module):
    """
    By formula, as formula.ts has them: in half precision, as a checkpoint stores them, then as `dtype`. They are a
    module's, so that whoever compiles or exports a net takes them for weights and not for constants to compute with.
    """

    def __init__(self, family, below, dtype):
        super().__init__()
        file = work / f'{family}.json'
        if not file.exists():
            raise Missing(f'nobody has written {file.name}')
        normals = torch.frombuffer(bytearray((work / 'normals.f32').read_bytes()), dtype=torch.float32)
        self.normals = normals.to(device)
        self.named = {}
        for place, (name, shape) in enumerate(json.loads(file.read_text())):
            if name.startswith(below):
                self.named[name] = name.replace('.', '_')
                self.register_buffer(self.named[name], self.tensor(name, shape, place, dtype))

    def tensor(self, name, shape, place, dtype):
        pool = self.normals.roll(-(place * STRIDE) % -len(self.normals)).double()
        if name.endswith('bias'):
            pool = 0.1 * pool
        elif len(shape) <= 1:
            pool = 1 + 0.1 * pool
        else:
            pool = pool * (1 / math.sqrt(math.prod(shape[1:])))
        values = tiled(pool.float().to(HALF), shape).to(dtype)
        return values.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else values

    def keys(self):
        return self.named.keys()

    def get_tensor(self, name):
        return getattr(self, self.named[name])


def tiled(pool, shape):
    count = math.prod(shape)
    return pool.repeat(-(-count // len(pool)))[:count].view(shape).clone()


class Net(torch.nn.Module):
    """One of the checkpoint's nets, with inputs and outputs in single precision as the browser's graphs have them."""

    def __init__(self, family, kind, dtype):
        super().__init__()
        weights = Weights(family, BELOW[kind], dtype)
        self.weights, self.root = weights, reference.Scope(weights)
        self.family, self.kind, self.dtype, self.normals = family, kind, dtype, weights.normals

    def heads(self, channels):
        return 8 if self.family == 'sd1' else channels // 64

    def forward(self, *inputs):
        reference.DTYPE = self.dtype
        if self.kind == 'text':
            return reference.clip_text(inputs[0], self.root('cond_stage_model.transformer.text_model')).float()
        x = inputs[0].to(self.dtype)
        if self.kind == 'vae':
            return reference.decode(x, self.root('first_stage_model')).float()
        t, context, *label = inputs[1:]
        p = self.root('model.diffusion_model')
        y = label[0].to(self.dtype) if label else None
        return reference.unet(x, t, context.to(self.dtype), y, p, self.heads).float()

    def inputs(self, side):
        def filled(seed, *shape):
            return tiled(self.normals.roll(-(seed * SEED) % -len(self.normals)), shape)

        if self.kind == 'text':
            places = torch.arange(BATCH * TOKENS, device=device)
            ids = places * 7919 % (WORDS - 2)
            ids[places % TOKENS == 0], ids[places % TOKENS == TOKENS - 1] = WORDS - 2, WORDS - 1
            return (ids.view(BATCH, TOKENS),)
        if self.kind == 'vae':
            latents = self.root('first_stage_model.post_quant_conv')['weight'].shape[1]
            return (filled(1, 1, latents, side, side),)
        p = self.root('model.diffusion_model')
        channels = p['input_blocks.0.0.weight'].shape[1]
        width = next(p[n[len(p.prefix):]].shape[1] for n in p.names if n.endswith('attn2.to_k.weight'))
        given = [filled(1, BATCH, channels, side, side), torch.full((BATCH,), TIMESTEP, device=device)]
        given.append(filled(2, BATCH, TOKENS, width))
        if p.has('label_emb'):
            given.append(filled(3, BATCH, p['label_emb.0.0.weight'].shape[1]))
        return tuple(given)


# --- rows ------------------------------------------------------------------------------------------------------


def there():
    facts = {'PyTorch': torch.__version__, 'device': device, 'python': sys.version.split()[0]}
    if device == 'cuda':
        facts |= {'card': torch.cuda.get_device_name(), 'CUDA': torch.version.cuda}
        facts |= {'cuDNN': torch.backends.cudnn.version()}
    return {'facts': facts | {package: version_of(package) for package in ('onnx', 'onnxscript', 'triton')}}


def version_of(package):
    try:
        return str(__import__(package).__version__)
    except Exception as error:
        return f'none ({type(error).__name__})'


def has(package):
    return not version_of(package).startswith('none')


nets = {}


def net_of(family, kind, dtype):
    """Kept, but for those of another family: a card may not have room for all."""
    key = family, kind, dtype
    if key not in nets:
        for other in [other for other in nets if other[:2] != key[:2]]:
            del nets[other]
        if device == 'cuda':
            torch.cuda.empty_cache()
        nets[key] = Net(family, kind, dtype)
    return nets[key]


def synchronize():
    if device == 'cuda':
        torch.cuda.synchronize()


def clock(work):
    synchronize()
    begun = time.perf_counter()
    result = work()
    synchronize()
    return 1000 * (time.perf_counter() - begun), result


def timed(forward, inputs):
    if device == 'cuda':
        torch.cuda.reset_peak_memory_stats()
    first, output = clock(lambda: forward(*inputs))
    for _ in range(2):
        forward(*inputs)
    steps, end = [], time.perf_counter() + SECONDS
    while len(steps) < RUNS and (len(steps) < 3 or time.perf_counter() < end):
        steps.append(clock(lambda: forward(*inputs))[0])
    if not output.isfinite().all():
        raise ValueError('it gives numbers that are none')
    facts = {'first run ms': f'{first:.0f}', 'ms a run': f'{statistics.median(steps):.1f}'}
    facts |= {'least': f'{min(steps):.1f}', 'most': f'{max(steps):.1f}', 'runs': len(steps)}
    facts['numbers'] = f"{'f16' if TIMED == HALF else 'f32'}, channels last, SDPA"
    if device == 'cuda':
        facts['MB at most'] = f'{torch.cuda.max_memory_allocated() / 1e6:.0f}'
    return {'facts': facts}


def eager(family, kind, side, **_):
    net = net_of(family, kind, TIMED)
    return timed(net, net.inputs(side))


def compiled(family, kind, side, **_):
    net = net_of(family, kind, TIMED)
    inputs = net.inputs(side)
    net(*inputs)  # places are found before anything is traced
    try:
        return timed(torch.compile(net), inputs)
    except Exception as error:
        if 'compiler' not in str(error).lower():
            raise
        raise Missing(f'PyTorch finds no compiler: {str(error).strip().splitlines()[0]}') from error


def compare(family, kind, side, dtype, **_):
    """What our net said against PyTorch in single precision, and how far PyTorch in half precision is from that."""
    file = work / f'{family}-{kind}-{dtype}.f32'
    if not file.exists():
        raise Missing('our net has said nothing')
    ours = torch.frombuffer(bytearray(file.read_bytes()), dtype=torch.float32)
    single, half = (said_by(family, kind, side, d) for d in (torch.float32, HALF))
    if len(ours) != len(single):
        raise ValueError(f'{len(ours)} numbers, not {len(single)}')
    facts = {'PyTorch f16 from f32': f'{worst(half, single):.1e}', 'ours from PyTorch f16': f'{worst(ours, half):.1e}'}
    facts['largest'] = f'{single.abs().max().item():.2f}'
    return {'worst': worst(ours, single), 'facts': facts}


def say(family, kind, side, **_):
    """Writes down what the net says in single precision, to FAMILY-KIND.torch.f32."""
    said = said_by(family, kind, side, torch.float32)
    (work / f'{family}-{kind}.torch.f32').write_bytes(said.numpy().tobytes())
    return {'facts': {'numbers': len(said), 'largest': f'{said.abs().max().item():.2f}'}}


def said_by(family, kind, side, dtype):
    net = Net(family, kind, dtype)
    said = net(*net.inputs(side)).flatten().cpu()
    del net
    if device == 'cuda':
        torch.cuda.empty_cache()
    return said


def worst(actual, expected):
    difference = ((actual - expected).abs().max() / expected.abs().max()).item()
    return difference if difference == difference else 1e30  # NaN is no agreement, and no JSON


def export(family, kind, side, **_):
    """To FAMILY-KIND.onnx, its weights beside it. By the exporter of today, or the one before where its package is missing."""
    net = net_of(family, kind, TIMED)
    inputs = net.inputs(side)
    net(*inputs)
    given = {'unet': ['latents', 'timestep', 'context', 'label'], 'vae': ['latents'], 'text': ['ids']}[kind]
    path = work / f'{family}-{kind}.onnx'
    for old in work.glob(f'{path.name}*'):
        old.unlink()
    if kind == 'unet':
        inputs = (inputs[0], reference_embedding(net, inputs[1]), *inputs[2:])
    exporter, how = ('torch.export', by_torch_export) if has('onnxscript') else ('TorchScript', by_torch_script)
    try:
        took, _ = clock(lambda: how(Exportable(net), inputs, path, given[: len(inputs)]))
    except ImportError as error:
        raise Missing(f'torch.onnx needs more: {error}') from error
    size = sum(file.stat().st_size for file in work.glob(f'{path.name}*'))
    return {'facts': {'exporter': exporter, 'export ms': f'{took:.0f}', 'MB': f'{size / 1e6:.0f}'}}


def by_torch_export(net, inputs, path, names):
    torch.onnx.export(net, inputs, path, input_names=names, dynamo=True, external_data=True, verbose=False)


def by_torch_script(net, inputs, path, names):
    """Writes one file, or one for each tensor where that is too large; `onnx` puts them beside it as the other does."""
    import onnx

    with tempfile.TemporaryDirectory(dir=work) as folder, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        once = Path(folder) / path.name
        torch.onnx.export(net, inputs, once, input_names=names, dynamo=False)
        data = {'location': f'{path.name}.data', 'all_tensors_to_one_file': True, 'size_threshold': 1024}
        onnx.save_model(onnx.load(once), path, save_as_external_data=True, **data)


def reference_embedding(net, t):
    """The browser's graph is fed the embedded timestep, and so is the exported one."""
    reference.DTYPE = torch.float32
    width = net.root('model.diffusion_model')['time_embed.0.weight'].shape[1]
    return reference.embed_timestep(t, width)


class Exportable(torch.nn.Module):
    """The net, fed as the browser's graph is."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, *inputs):
        if self.net.kind != 'unet':
            return self.net(*inputs)
        embedding = inputs[1].to(self.net.dtype)
        kept, reference.embed_timestep = reference.embed_timestep, lambda t, width: embedding
        try:
            return self.net(*inputs)
        finally:
            reference.embed_timestep = kept


CALLS = {'there': there, 'eager': eager, 'compiled': compiled, 'compare': compare, 'say': say, 'export': export}

answer(ready=True)
for line in sys.stdin:
    row = json.loads(line)
    try:
        with torch.no_grad():
            answer(measured=CALLS[row['call']](**row['given']))
    except Missing as error:
        answer(missing=str(error))
    except Exception as error:
        answer(failed=f'{type(error).__name__}: {error}'[:1000])
