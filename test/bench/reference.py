"""
Stable Diffusion 1.x, 2.x and XL in PyTorch: text encoders, UNet, VAE decoder and DDIM as the papers' own code has
them, straight from a checkpoint in CompVis' names. A weight is read when it is used, so SDXL fits into any memory.
What 3.x has of its own is in reference_sd3.py.

  python3 test/bench/reference.py                   checks this reference against diffusers' numbers in test/golden
  python3 test/bench/reference.py FILE RECORDING    compares what the browser recorded (numbers.spec.ts) with it
  --double computes in float64 instead of float32.
Both fail where numbers differ by 1e-3 of the largest, which is what the golden tests allow.

Needs torch and, for checkpoints, safetensors.
"""
import gzip
import json
import math
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F

DTYPE = torch.float64 if '--double' in sys.argv else torch.float32


class Scope:
    """A place in the state dict: p('to_q') lies below p, p['weight'] is a tensor of it."""

    def __init__(self, file, prefix='', names=None):
        self.file, self.prefix = file, prefix
        everything = file.keys() if names is None else names
        self.names = [name for name in everything if name.startswith(prefix)]
        # Asked once: what is timed is the net, not the search.
        self.places, self.known, self.numbered = {}, {}, None

    def __call__(self, name):
        if name not in self.places:
            self.places[name] = Scope(self.file, f'{self.prefix}{name}.', self.names)
        return self.places[name]

    def __getitem__(self, name):
        return self.file.get_tensor(self.prefix + name).to(DTYPE)

    def has(self, start):
        if start not in self.known:
            self.known[start] = any(name.startswith(self.prefix + start) for name in self.names)
        return self.known[start]

    def children(self):
        if self.numbered is None:
            below = {int(name[len(self.prefix):].split('.')[0]) for name in self.names}
            self.numbered = [self(str(i)) for i in sorted(below)]
        return self.numbered


class Rounded:
    """A scope whose linear layers have weights of 8 bits a number, in blocks of 32 as src/weights/values/pack.ts makes them."""

    def __init__(self, scope):
        self.scope = scope

    def __call__(self, name):
        return self.scope(name) if name == 'text_projection' else Rounded(self.scope(name))

    def __getitem__(self, name):
        weight, place = self.scope[name], self.scope.prefix
        # Of `linear`, and no table. What a UNet makes of texts is made once, by weights as they are.
        linear = name == 'weight' and (weight.dim() == 2 or place.endswith(('proj_in.', 'proj_out.')))
        if not linear or place.endswith(('attn2.to_k.', 'attn2.to_v.')):
            return weight
        return in_8_bits(weight.flatten(1)).view_as(weight)

    def has(self, start):
        return self.scope.has(start)

    def children(self):
        return [Rounded(child) for child in self.scope.children()]


def in_8_bits(weight):
    blocks = weight.float().unflatten(-1, (-1, 32))
    farthest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    scale = farthest / -128
    codes = (blocks * torch.where(scale == 0, 0, 1 / scale) + 128.5).clamp(max=255).floor()
    return ((codes - 128) * scale).flatten(-2).to(weight.dtype)


class Joined:
    """Files as if they were one: each one's tensors below a name."""

    def __init__(self, files):
        from safetensors import safe_open

        opened = [(safe_open(path, 'pt'), below) for path, below in files.items()]
        self.places = {below + name: (file, name) for file, below in opened for name in file.keys()}

    def keys(self):
        return self.places.keys()

    def get_tensor(self, name):
        file, own = self.places[name]
        return file.get_tensor(own)


# --- modules ---------------------------------------------------------------------------------------------------


def linear(x, p):
    """nn.Linear, or a 1×1 convolution of tokens."""
    return F.linear(x, p['weight'].flatten(1), p['bias'] if p.has('bias') else None)


def conv(x, p, **how):
    return F.conv2d(x, p['weight'], p['bias'], padding=p['weight'].shape[-1] // 2, **how)


def group_norm(x, p, eps):
    return F.group_norm(x, 32, p['weight'], p['bias'], eps)


def layer_norm(x, p):
    return F.layer_norm(x, x.shape[-1:], p['weight'], p['bias'])


def attention(q, k, v, heads, causal=False):
    q, k, v = (t.unflatten(-1, (heads, -1)).transpose(1, 2) for t in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)


def embed_timestep(t, width):
    """ldm's timestep_embedding: cosines, then sines. t: [N]. Always in float32, as there."""
    steps = torch.arange(width // 2, dtype=torch.float32, device=t.device)
    frequencies = torch.exp(-math.log(10000) * steps / (width // 2))
    angles = t[:, None].float() * frequencies
    return torch.cat([angles.cos(), angles.sin()], -1).to(DTYPE)


# --- text encoders ---------------------------------------------------------------------------------------------


def clip_layer(x, p, heads):
    """transformers' CLIPEncoderLayer with quick_gelu."""
    h, a = layer_norm(x, p('layer_norm1')), p('self_attn')
    q, k, v = (linear(h, a(name)) for name in ('q_proj', 'k_proj', 'v_proj'))
    x = x + linear(attention(q, k, v, heads, causal=True), a('out_proj'))
    h = linear(layer_norm(x, p('layer_norm2')), p('mlp.fc1'))
    return x + linear(h * torch.sigmoid(1.702 * h), p('mlp.fc2'))


def open_clip_layer(x, p, heads):
    """open_clip's ResidualAttentionBlock."""
    a = p('attn')
    q, k, v = F.linear(layer_norm(x, p('ln_1')), a['in_proj_weight'], a['in_proj_bias']).chunk(3, -1)
    x = x + linear(attention(q, k, v, heads, causal=True), a('out_proj'))
    return x + linear(F.gelu(linear(layer_norm(x, p('ln_2')), p('mlp.c_fc'))), p('mlp.c_proj'))


def clip_text(ids, p, skip=0, norm=True):
    """p: text_model. skip: layers at the end that are not read. → [N, 77, width]"""
    e = p('embeddings')
    x = F.embedding(ids, e['token_embedding.weight']) + e['position_embedding.weight']
    layers = p('encoder.layers').children()
    for layer in layers[: len(layers) - skip]:
        x = clip_layer(x, layer, x.shape[-1] // 64)
    return layer_norm(x, p('final_layer_norm')) if norm else x


def open_clip_text(ids, p, norm=True):
    """What goes into the last layer [N, 77, width], and of the whole prompt what comes out [N, projection]."""
    x = F.embedding(ids, p['token_embedding.weight']) + p['positional_embedding']
    *layers, last = p('transformer.resblocks').children()
    for layer in layers:
        x = open_clip_layer(x, layer, x.shape[-1] // 64)
    end = layer_norm(open_clip_layer(x, last, x.shape[-1] // 64), p('ln_final'))
    pooled = end[torch.arange(len(ids)), ids.argmax(-1)] @ p['text_projection']
    return layer_norm(x, p('ln_final')) if norm else x, pooled


# --- UNet ------------------------------------------------------------------------------------------------------


def res_block(x, emb, p):
    h = conv(F.silu(group_norm(x, p('in_layers.0'), 1e-5)), p('in_layers.2'))
    h = h + linear(F.silu(emb), p('emb_layers.1'))[:, :, None, None]
    h = conv(F.silu(group_norm(h, p('out_layers.0'), 1e-5)), p('out_layers.3'))
    return h + (conv(x, p('skip_connection')) if p.has('skip_connection') else x)


def cross_attention(x, context, p, heads):
    q, k, v = linear(x, p('to_q')), linear(context, p('to_k')), linear(context, p('to_v'))
    return linear(attention(q, k, v, heads), p('to_out.0'))


def spatial_transformer(x, context, p, heads):
    h = linear(group_norm(x, p('norm'), 1e-6).flatten(2).transpose(1, 2), p('proj_in'))
    for b in p('transformer_blocks').children():
        n = layer_norm(h, b('norm1'))
        h = h + cross_attention(n, n, b('attn1'), heads)
        h = h + cross_attention(layer_norm(h, b('norm2')), context, b('attn2'), heads)
        value, gate = linear(layer_norm(h, b('norm3')), b('ff.net.0.proj')).chunk(2, -1)
        h = h + linear(value * F.gelu(gate), b('ff.net.2'))
    return x + linear(h, p('proj_out')).transpose(1, 2).unflatten(2, x.shape[2:])


def block(x, emb, context, p, heads):
    """TimestepEmbedSequential."""
    for child in p.children():
        if child.has('in_layers'):
            x = res_block(x, emb, child)
        elif child.has('transformer_blocks'):
            x = spatial_transformer(x, context, child, heads(x.shape[1]))
        elif child.has('op'):
            x = conv(x, child('op'), stride=2)
        elif child.has('conv'):
            x = conv(F.interpolate(x, scale_factor=2, mode='nearest'), child('conv'))
        else:
            x = conv(x, child)
    return x


def unet(x, t, context, label, p, heads):
    """p: model.diffusion_model. t: [N]; label: [N, width], or None."""
    time = linear(embed_timestep(t, p['time_embed.0.weight'].shape[1]), p('time_embed.0'))
    emb = linear(F.silu(time), p('time_embed.2'))
    if label is not None:
        emb = emb + linear(F.silu(linear(label, p('label_emb.0.0'))), p('label_emb.0.2'))
    skips = []
    for b in p('input_blocks').children():
        x = block(x, emb, context, b, heads)
        skips.append(x)
    x = block(x, emb, context, p('middle_block'), heads)
    for b in p('output_blocks').children():
        x = block(torch.cat([x, skips.pop()], 1), emb, context, b, heads)
    return conv(F.silu(group_norm(x, p('out.0'), 1e-5)), p('out.2'))


# --- VAE -------------------------------------------------------------------------------------------------------


def resnet_block(x, p):
    h = conv(F.silu(group_norm(x, p('norm1'), 1e-6)), p('conv1'))
    h = conv(F.silu(group_norm(h, p('norm2'), 1e-6)), p('conv2'))
    return h + (conv(x, p('nin_shortcut')) if p.has('nin_shortcut') else x)


def attn_block(x, p):
    h = group_norm(x, p('norm'), 1e-6).flatten(2).transpose(1, 2)
    h = attention(linear(h, p('q')), linear(h, p('k')), linear(h, p('v')), 1)
    return x + linear(h, p('proj_out')).transpose(1, 2).unflatten(2, x.shape[2:])


def decode(z, p):
    """p: first_stage_model. z: latents divided by the scale factor → picture in −1…1."""
    d = p('decoder')
    h = conv(conv(z, p('post_quant_conv')) if p.has('post_quant_conv') else z, d('conv_in'))
    mid = d('mid')
    h = resnet_block(attn_block(resnet_block(h, mid('block_1')), mid('attn_1')), mid('block_2'))
    for level in reversed(d('up').children()):
        for b in level('block').children():
            h = resnet_block(h, b)
        if level.has('upsample'):
            h = conv(F.interpolate(h, scale_factor=2, mode='nearest'), level('upsample.conv'))
    return conv(F.silu(group_norm(h, d('norm_out'), 1e-6)), d('conv_out'))


# --- a checkpoint ----------------------------------------------------------------------------------------------


class Checkpoint:
    def __init__(self, root, bits=None):
        self.root = root
        self.net = (Rounded if bits == 8 else lambda scope: scope)(root('model.diffusion_model'))
        self.family = 'sdxl' if root.has('conditioner.') else 'sd2' if root.has('cond_stage_model.model.') else 'sd1'
        self.scale = 0.13025 if self.family == 'sdxl' else 0.18215
        self.heads = (lambda _: 8) if self.family == 'sd1' else (lambda channels: channels // 64)

    def encode(self, ids):
        """ids: of each text encoder [N, 77] → context [N, 77, width], and the prompt as a whole or None."""
        if self.family == 'sd1':
            return clip_text(ids[0], self.root('cond_stage_model.transformer.text_model')), None
        if self.family == 'sd2':
            return open_clip_text(ids[0], self.root('cond_stage_model.model'))[0], None
        first = clip_text(ids[0], self.root('conditioner.embedders.0.transformer.text_model'), skip=1, norm=False)
        second, pooled = open_clip_text(ids[1], self.root('conditioner.embedders.1.model'), norm=False)
        return torch.cat([first, second], -1), pooled

    def label(self, pooled, sizes):
        """What SDXL is told beside the context. sizes: [N, 6]."""
        if pooled is None:
            return None
        each = (self.root['model.diffusion_model.label_emb.0.0.weight'].shape[1] - pooled.shape[1]) // 6
        return torch.cat([pooled, embed_timestep(sizes.flatten(), each).view(len(sizes), -1)], -1)

    def unet(self, x, t, context, label):
        times = torch.full((len(x),), t)
        return unet(x, times, context, label, self.net, self.heads)

    def decode(self, latents):
        return decode(latents / self.scale, self.root('first_stage_model'))

    def draw(self, ids, noise, steps, guidance, width, height, prediction='epsilon'):
        """
        Song et al. (2021), arXiv 2010.02502, equation 12 with eta 0; timesteps as diffusers' DDIMScheduler has them.
        ids: of each text encoder [prompt, negative prompt] → what each stage said, by the browser's names.
        """
        said = {}
        context, pooled = self.encode(ids)
        for n in range(2):
            said[f'context.{n}'] = context[n]
            if pooled is not None:
                said[f'pooled.{n}'] = pooled[n]
        asked = [0] if guidance <= 1 else [1, 0]  # negative first
        sizes = torch.tensor([[height, width, 0, 0, height, width]] * 2)
        label = self.label(pooled, sizes)
        alphas = (1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2).cumprod(0)
        x, stride = noise.to(DTYPE), 1000 // steps
        for i in range(steps):
            t = (steps - 1 - i) * stride + 1
            said[f'unet.{i}.latents'] = torch.cat([x] * len(asked))
            answers = said[f'unet.{i}.prediction'] = self.unet(
                said[f'unet.{i}.latents'], t, context[asked], None if label is None else label[asked]
            )
            out = answers[:1] if len(asked) == 1 else answers[:1] + guidance * (answers[1:] - answers[:1])
            a, after = (alphas[max(s, 0)].to(DTYPE) for s in (t, t - stride))
            x0 = a.sqrt() * x - (1 - a).sqrt() * out if prediction == 'v' else (x - (1 - a).sqrt() * out) / a.sqrt()
            noise = (x - a.sqrt() * x0) / (1 - a).sqrt()
            x = after.sqrt() * x0 + (1 - after).sqrt() * noise
        said['latents'] = x
        said['image'] = self.decode(x)
        return said


# --- comparisons -----------------------------------------------------------------------------------------------


def compare(what, actual, expected):
    difference = (actual.double() - expected.double()).abs()
    worst = (difference.max() / expected.abs().max()).item()
    rms = (difference.square().mean().sqrt() / expected.double().square().mean().sqrt()).item()
    spread = f'{expected.mean().item():7.3f} ±{expected.double().std().item():7.3f}'
    print(f'{what:24} worst {worst:.1e} of the largest, rms {rms:.1e} of the rms; they are {spread}')
    return worst if worst == worst else math.inf  # NaN is no agreement


def require(worst, limit=1e-3):
    if worst >= limit:
        sys.exit(f'{worst:.1e} is more than {limit:.0e}')


def seeded_noise(shape, seed):
    return torch.randn(shape, generator=torch.Generator('cpu').manual_seed(seed))


def picture_bytes(image):
    return ((image.double() / 2 + 0.5).clamp(0, 1) * 255).round()


def compare_recording(path, recording):
    """What the browser said against what we say; only ids, the seed and sizes are taken from it."""
    from safetensors import safe_open
    from safetensors.torch import load_file

    recorded = load_file(recording)
    with safe_open(recording, 'pt') as file:
        job = json.loads(file.metadata()['job'])
    root = Scope(safe_open(path, 'pt'))
    bits = (job.get('thrift') or {}).get('bits')
    if root.has('model.diffusion_model.joint_blocks.'):
        import reference_sd3

        sd3 = reference_sd3.Checkpoint(root, bits)
        return require(max(compare(*answer) for answer in sd3.answers(recorded)))
    checkpoint = Checkpoint(root, bits)
    ids = [recorded[f'ids.{i}'].long() for i in range(2) if f'ids.{i}' in recorded]
    shape = (1, 4, job['height'] // 8, job['width'] // 8)
    noise = seeded_noise(shape, job['seed'])
    said = checkpoint.draw(
        ids, noise, job['steps'], job['guidance'], job['width'], job['height'], job.get('prediction', 'epsilon')
    )
    worst = max(compare(name, recorded[name], expected) for name, expected in said.items())
    difference = (picture_bytes(recorded['image']) - picture_bytes(said['image'])).abs()
    print(f'picture: mean difference {difference.mean().item():.5f}, worst {difference.max().item():.0f} of 255')
    require(worst)


def check_reference():
    """This reference against diffusers, on the miniatures of the golden tests."""
    import reference_sd3

    worst = 0.0
    text = 'text_encoders.clip_{}.transformer.'
    models = {name: {'model': ''} for name in ('sd1', 'sd2-v', 'sdxl')}
    models['sd3'] = {'model_t5': ''}
    models['sd35m'] = {'model_bare': '', 'clip_l': text.format('l'), 'clip_g': text.format('g')}
    for name, files in models.items():
        folder = Path(__file__).parent.parent / 'golden/data/models' / name
        with tempfile.TemporaryDirectory() as unpacked:
            for file in files:
                bytes = gzip.decompress((folder / f'{file}.safetensors.gzip').read_bytes())
                (Path(unpacked) / file).write_bytes(bytes)
            joined = Joined({Path(unpacked) / file: below for file, below in files.items()})
            root, cases = Scope(joined), folder / 'cases'
            if name.startswith('sd3'):
                compared = reference_sd3.golden_cases(reference_sd3.Checkpoint(root), cases)
            else:
                compared = golden_cases(Checkpoint(root), cases, name)
            for what, actual, expected in compared:
                worst = max(worst, compare(f'{name} {what}', actual, expected))
    require(worst)


def golden_cases(checkpoint, cases, name):
    from safetensors.torch import load_file

    def of(case):
        return load_file(cases / case / 'expected.safetensors')

    text = of('text')
    ids = [text['input_ids'].long()]
    if name == 'sdxl':
        second = of('text2')
        context, pooled = checkpoint.encode([*ids, second['input_ids'].long()])
        yield 'text', context, torch.cat([text['hidden_minus_2'], second['hidden_minus_2']], -1)
        yield 'pooled', pooled, second['pooled_projected']
    else:
        yield 'text', checkpoint.encode(ids)[0], text['last_hidden_state']

    case = of('unet')
    context, x = case['encoder_hidden_states'].to(DTYPE), case['sample'].to(DTYPE)
    label = checkpoint.label(case['text_embeds'].to(DTYPE), case['time_ids']) if name == 'sdxl' else None
    for t in (981, 500, 1):
        yield f'unet t={t}', checkpoint.unet(x, t, context, label), case[f'out.t{t}']
    case = of('vae')
    yield 'vae', checkpoint.decode(case['z'].to(DTYPE) * checkpoint.scale), case['decoded']

    case = of('txt2img_ddim')
    told = json.loads((cases / 'txt2img_ddim/case.json').read_text())
    call, tokens = told['call'], told['token_ids']
    ids = [
        torch.tensor(tokens[f'prompt_ids{n}'] + tokens[f'negative_prompt_ids{n}'])
        for n in ('', '_2')
        if f'prompt_ids{n}' in tokens
    ]
    prediction = 'v' if told['prediction_type'] == 'v_prediction' else 'epsilon'
    noise = seeded_noise(case['init_latents'].shape, told['init_latents_seed'])
    yield 'noise', noise, case['init_latents']
    said = checkpoint.draw(
        ids, noise, call['num_inference_steps'], call['guidance_scale'], call['width'], call['height'], prediction
    )
    yield 'first step', said['unet.0.prediction'], case['unet_first_output']
    yield 'latents', said['latents'], case['final_latents']
    if 'image_raw' in case:
        yield 'picture', said['image'], case['image_raw']


def main(arguments):
    match arguments:
        case []:
            check_reference()
        case [path, recording]:
            compare_recording(path, recording)
        case _:
            sys.exit(__doc__)


if __name__ == '__main__':
    with torch.inference_mode():
        main([argument for argument in sys.argv[1:] if argument != '--double'])
