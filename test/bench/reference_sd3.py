"""
Stable Diffusion 3.x in PyTorch: the MMDiT (Esser et al., 2024, arXiv 2403.03206) and T5's encoder (Raffel et al., 2020,
arXiv 1910.10683), straight from a checkpoint in its makers' names. Beside reference.py, which see.
"""
import json
import math

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from reference import DTYPE, Rounded, attention, decode, embed_timestep, linear


def plain_norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


def rms_norm(x, weight):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * weight


def modulated(x, shift, scale):
    return plain_norm(x) * (1 + scale) + shift


def mlp(x, p, act):
    return linear(act(linear(x, p('0'))), p('2'))


def gelu(x):
    return F.gelu(x, approximate='tanh')


# --- MMDiT -----------------------------------------------------------------------------------------------------


def heads_of(x, p):
    """qkv of [N, tokens, width] → three of [N, tokens, heads, 64], queries and keys normed where there are norms."""
    q, k, v = linear(x, p('qkv')).unflatten(-1, (3, -1, 64)).unbind(2)
    if p.has('ln_q'):
        q, k = rms_norm(q, p['ln_q.weight']), rms_norm(k, p['ln_k.weight'])
    return q, k, v


def attended(q, k, v):
    q, k, v = (each.transpose(1, 2) for each in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def feed_forward(x, p):
    return linear(gelu(linear(x, p('mlp.fc1'))), p('mlp.fc2'))


def joint_block(x, context, c, p):
    xp, cp = p('x_block'), p('context_block')
    changes = linear(F.silu(c), xp('adaLN_modulation.1'))[:, None].chunk(9 if xp.has('attn2.') else 6, -1)
    shift, scale, gate, mlp_shift, mlp_scale, mlp_gate, *second = changes
    of_context = linear(F.silu(c), cp('adaLN_modulation.1'))[:, None]
    last = not cp.has('mlp.')
    context_changes = of_context.chunk(2 if last else 6, -1)

    own = heads_of(modulated(x, shift, scale), xp('attn'))
    theirs = heads_of(modulated(context, *context_changes[:2]), cp('attn'))
    both = attended(*(torch.cat(pair, 1) for pair in zip(own, theirs)))
    out, context_out = both[:, : x.shape[1]], both[:, x.shape[1] :]
    after = x + gate * linear(out, xp('attn.proj'))
    if second:
        shift, scale, gate = second
        alone = attended(*heads_of(modulated(x, shift, scale), xp('attn2')))
        after = after + gate * linear(alone, xp('attn2.proj'))
    after = after + mlp_gate * feed_forward(modulated(after, mlp_shift, mlp_scale), xp)
    if last:
        return after, None
    _, _, gate, mlp_shift, mlp_scale, mlp_gate = context_changes
    context = context + gate * linear(context_out, cp('attn.proj'))
    return after, context + mlp_gate * feed_forward(modulated(context, mlp_shift, mlp_scale), cp)


def positions(p, h, w):
    """The middle of the table, h rows of w."""
    table = p['pos_embed']
    side = math.isqrt(table.shape[1])
    top, left = (side - h) // 2, (side - w) // 2
    return table.view(side, side, -1)[top : top + h, left : left + w].flatten(0, 1)


def mmdit(x, time, context, pooled, p):
    """p: model.diffusion_model. time: the timestep's embedding [N, 256]."""
    h, w = x.shape[2] // 2, x.shape[3] // 2
    patches = F.conv2d(x, p['x_embedder.proj.weight'], p['x_embedder.proj.bias'], stride=2)
    x = patches.flatten(2).transpose(1, 2) + positions(p, h, w)
    c = mlp(time, p('t_embedder.mlp'), F.silu) + mlp(pooled, p('y_embedder.mlp'), F.silu)
    context = linear(context, p('context_embedder'))
    for block in p('joint_blocks').children():
        x, context = joint_block(x, context, c, block)
    shift, scale = linear(F.silu(c), p('final_layer.adaLN_modulation.1'))[:, None].chunk(2, -1)
    out = linear(modulated(x, shift, scale), p('final_layer.linear'))
    return out.view(len(x), h, w, 2, 2, -1).permute(0, 5, 1, 3, 2, 4).flatten(4, 5).flatten(2, 3)


# --- text encoders ---------------------------------------------------------------------------------------------


def clip(ids, p, act):
    """What goes into the last layer [N, 77, width], and the prompt as a whole [N, width]. p: transformer."""
    m = p('text_model')
    x = F.embedding(ids, m['embeddings.token_embedding.weight']) + m['embeddings.position_embedding.weight']
    *layers, last = m('encoder.layers').children()
    for layer in layers:
        x = clip_layer(x, layer, act)
    norm = m('final_layer_norm')
    end = F.layer_norm(clip_layer(x, last, act), x.shape[-1:], norm['weight'], norm['bias'])
    pooled = end[torch.arange(len(ids)), (ids == 49407).int().argmax(-1)]
    return x, linear(pooled, p('text_projection')) if p.has('text_projection.') else pooled


def clip_layer(x, p, act):
    def normed(name):
        return F.layer_norm(x, x.shape[-1:], p[f'{name}.weight'], p[f'{name}.bias'])

    h, a = normed('layer_norm1'), p('self_attn')
    q, k, v = (linear(h, a(name)) for name in ('q_proj', 'k_proj', 'v_proj'))
    x = x + linear(attention(q, k, v, x.shape[-1] // 64, causal=True), a('out_proj'))
    return x + linear(act(linear(normed('layer_norm2'), p('mlp.fc1'))), p('mlp.fc2'))


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def t5_buckets(tokens, buckets=32, furthest=128):
    """[tokens, tokens]: of each distance between two tokens the row of the table, half of them for either direction."""
    distance = torch.arange(tokens)[None] - torch.arange(tokens)[:, None]
    half, exact = buckets // 2, buckets // 4
    far = distance.abs().clamp(min=exact).double() / exact
    steps = exact + (far.log() / math.log(furthest / exact) * (half - exact)).long()
    row = torch.where(distance.abs() < exact, distance.abs(), steps.clamp(max=half - 1))
    return row + half * (distance > 0)


def t5(ids, p):
    """p: transformer. → [N, tokens, width]"""
    x = F.embedding(ids, p['shared.weight'])
    e = p('encoder')
    bias = e['block.0.layer.0.SelfAttention.relative_attention_bias.weight']
    bias = bias[t5_buckets(ids.shape[1])].permute(2, 0, 1)  # [heads, tokens, tokens]
    for block in e('block').children():
        p = block('layer.0')
        h, a = rms_norm(x, p['layer_norm.weight']), p('SelfAttention')
        q, k, v = (linear(h, a(name)).unflatten(-1, (len(bias), -1)).transpose(1, 2) for name in 'qkv')
        weights = (q @ k.transpose(-1, -2) + bias).softmax(-1)
        x = x + linear((weights @ v).transpose(1, 2).flatten(2), a('o'))
        p = block('layer.1')
        h, d = rms_norm(x, p['layer_norm.weight']), p('DenseReluDense')
        x = x + linear(gelu(linear(h, d('wi_0'))) * linear(h, d('wi_1')), d('wo'))
    return rms_norm(x, e['final_layer_norm.weight'])


# --- a checkpoint ----------------------------------------------------------------------------------------------


class Checkpoint:
    """In the names of Stability AI's own files, all of it in one."""

    def __init__(self, root, bits=None):
        rounded = Rounded if bits == 8 else lambda scope: scope
        self.net = rounded(root('model.diffusion_model'))
        self.vae = root('first_stage_model')
        encoders = root('text_encoders')
        self.clips = [(encoders('clip_l.transformer'), quick_gelu), (rounded(encoders('clip_g.transformer')), F.gelu)]
        self.t5 = rounded(encoders('t5xxl.transformer')) if encoders.has('t5xxl.') else None

    def encode(self, ids):
        """ids: of both text encoders of CLIP, [N, 77] each → their states [N, 77, width], and the prompt as a whole."""
        states, pooled = zip(*(clip(each, p, act) for each, (p, act) in zip(ids, self.clips)))
        return states, torch.cat(pooled, -1)

    def predict(self, latents, time, context, pooled):
        return mmdit(latents, time, context, pooled, self.net)

    def decode(self, latents):
        return decode(latents / 1.5305 + 0.0609, self.vae)


    def answers(self, recorded):
        """What the browser recorded of each stage, our answer to the same question, and by which name it is told."""
        ids = [recorded[f'ids.{i}'].long() for i in range(2)]
        states, pooled = self.encode(ids)
        for n in range(len(pooled)):
            context = torch.cat([each[n] for each in states], -1)
            yield f'context.{n}', recorded[f'context.{n}'][:, : context.shape[-1]], context
            yield f'pooled.{n}', recorded[f'pooled.{n}'], pooled[n]
        for run in range(sum(name.endswith('.prediction') for name in recorded)):
            asked = [recorded[f'mmdit.{run}.{name}'].to(DTYPE) for name in ('latents', 'timestep', 'context', 'label')]
            yield f'mmdit.{run}', recorded[f'mmdit.{run}.prediction'], self.predict(*asked)
        yield 'image', recorded['image'], self.decode(recorded['latents'].to(DTYPE))


def golden_cases(checkpoint, cases):
    """Of a folder of cases: what it is, our numbers, theirs."""

    def of(case):
        return load_file(cases / case / 'expected.safetensors')

    text = of('text')
    states, pooled = checkpoint.encode([text[f'clip_{which}_ids'].long() for which in 'lg'])
    yield 'clip_l', states[0], text['clip_l_hidden']
    yield 'clip_g', states[1], text['clip_g_hidden']
    yield 'pooled', pooled, text['pooled']
    for length in (77, 256) if checkpoint.t5 else ():
        yield f't5, {length} tokens', t5(text[f't5_{length}_ids'].long(), checkpoint.t5), text[f't5_{length}']
    for case in sorted(cases.glob('mmdit*')):
        told, numbers = json.loads((case / 'case.json').read_text()), of(case.name)
        with_context = numbers if 'encoder_hidden_states' in numbers else of('mmdit')
        context = F.pad(with_context['encoder_hidden_states'], (0, 0, 0, told['append_zero_tokens']))
        for t in told['timesteps']:
            time = embed_timestep(torch.full((len(context),), t), 256)
            inputs = numbers['sample'], time, context, numbers['pooled_projections']
            yield f'{case.name} t={t}', checkpoint.predict(*(x.to(DTYPE) for x in inputs)), numbers[f'out.t{t}']
    for case in sorted(cases.glob('vae*')):
        numbers = of(case.name)
        yield case.name, decode(numbers['z'].to(DTYPE), checkpoint.vae), numbers['decoded']
