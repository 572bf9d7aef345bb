/**
 * The denoising UNet, module by module as CompVis wrote it and under its names.
 * https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/openaimodel.py
 */
import type { Var } from '../graph/graph';
import {
  add,
  attention,
  cast,
  chunk,
  concatChannels,
  conv,
  crop,
  dims,
  fromImage,
  fromTokens,
  gelu,
  groupNorm,
  layerNorm,
  linear,
  mul,
  silu,
  toImage,
  toTokens,
  upsample2x,
} from '../graph/nn';
import type { Scope } from '../graph/scope';

export interface UNetConfig {
  /** Attention heads of a block with this many channels. */
  readonly heads: (channels: number) => number;
}

export interface UNetInputs {
  /** Noisy latents [N, 4, h, w]. */
  readonly x: Var;
  /** Sinusoidal embedding of the timestep [N, model channels] in f32, as y and w (see `timestepEmbedding`). */
  readonly t: Var;
  /** Text encoding [N, tokens, width]. */
  readonly ctx: Var;
  /** What else SDXL is told, the prompt as a whole and sizes, [N, label width]. */
  readonly y: Var | null;
  /** The guidance scale, for a latent consistency model [N, guidance width] (see `guidanceEmbedding`). */
  readonly w: Var | null;
}

/** p: `unet` → [N, 4, h, w]. */
export function unet({ x, t, ctx, y, w }: UNetInputs, p: Scope, config: UNetConfig): Var {
  // Luo et al. (2023), arXiv 2310.04378, section 4.2
  const told = w ? add(t, linear(w, p('time_embed.cond_proj'))) : t;
  const time = linear(silu(linear(told, p('time_embed.0'))), p('time_embed.2'));
  const label = y && linear(silu(linear(y, p('label_emb.0.0'))), p('label_emb.0.2'));
  // Every ResBlock begins its emb_layers with this SiLU: taken once, here. Up to it all is in f32: a row for each picture
  // costs nothing, and with its long sums in f16 SDXL's prediction was twice as far off.
  const emb = cast(silu(label ? add(time, label) : time), x.target.dtype);
  const skips: Var[] = [];
  let h = fromImage(x);
  for (const block of p('input_blocks').children()) {
    h = sequential(h, emb, ctx, block, config);
    skips.push(h);
  }
  h = sequential(h, emb, ctx, p('middle_block'), config);
  for (const block of p('output_blocks').children()) {
    // In a net that was made smaller, an upsampling stands alone where its ResBlock was: it goes on with what comes in.
    if (block.has('0.in_layers')) h = concatChannels(h, skips.pop()!); // one for each input block
    h = sequential(h, emb, ctx, block, config, skips.at(-1));
  }
  h = groupNorm(h, p('out.0'), { activation: true });
  return toImage(conv(h, p('out.2')));
}

/**
 * TimestepEmbedSequential: each child says by its weights what it is.
 * @param next the skip connection the result will meet: its size is what an upsampling aims at.
 */
function sequential(x: Var, emb: Var, ctx: Var, p: Scope, config: UNetConfig, next?: Var): Var {
  for (const child of p.children()) {
    if (child.has('in_layers')) x = resBlock(x, emb, child);
    else if (child.has('transformer_blocks')) x = spatialTransformer(x, ctx, child, config);
    else if (child.has('op')) x = conv(x, child('op'), { stride: 2 });
    else if (child.has('conv')) x = upsample(x, child, next);
    else x = conv(x, child);
  }
  return x;
}

function upsample(x: Var, p: Scope, next?: Var): Var {
  const doubled = upsample2x(x);
  if (!next) return conv(doubled, p('conv'));
  // An odd size was rounded up on the way down: its double is a row or column too large, as in diffusers.
  const [, , h, w] = dims(next);
  return conv(crop(doubled, h, w), p('conv'));
}

function resBlock(x: Var, emb: Var, p: Scope): Var {
  let h = conv(groupNorm(x, p('in_layers.0'), { activation: true }), p('in_layers.2'));
  const shift = linear(emb, p('emb_layers.1'));
  h = conv(groupNorm(h, p('out_layers.0'), { shift, activation: true }), p('out_layers.3'));
  return add(p.has('skip_connection') ? conv(x, p('skip_connection')) : x, h);
}

function spatialTransformer(x: Var, ctx: Var, p: Scope, config: UNetConfig): Var {
  const heads = config.heads(dims(x)[1]);
  let h = linear(toTokens(groupNorm(x, p('norm'), { eps: 1e-6 })), p('proj_in')); // ldm's Normalize: eps 1e-6
  for (const block of p('transformer_blocks').children()) h = transformerBlock(h, ctx, block, heads);
  return add(fromTokens(linear(h, p('proj_out')), x), x);
}

function transformerBlock(x: Var, ctx: Var, p: Scope, heads: number): Var {
  // ldm's `disable_self_attn`: the first looks at the text as well, which the width of its keys tells.
  const looksAround = p('attn1.to_k').tensor('weight').shape[1] === x.shape[2];
  x = add(x, crossAttention(layerNorm(x, p('norm1')), looksAround ? null : ctx, p('attn1'), heads));
  x = add(x, crossAttention(layerNorm(x, p('norm2')), ctx, p('attn2'), heads));
  return add(x, feedForward(layerNorm(x, p('norm3')), p('ff')));
}

/** Self-attention when there is no context. */
function crossAttention(x: Var, ctx: Var | null, p: Scope, heads: number): Var {
  const [q, k, v] = [linear(x, p('to_q')), linear(ctx ?? x, p('to_k')), linear(ctx ?? x, p('to_v'))];
  return linear(attention(q, k, v, heads), p('to_out.0'));
}

/** GEGLU (https://arxiv.org/abs/2002.05202), then a linear layer. */
function feedForward(x: Var, p: Scope): Var {
  const [h, gate] = chunk(linear(x, p('net.0.proj')), 2) as [Var, Var];
  return linear(mul(h, gelu(gate)), p('net.2'));
}

/**
 * The sinusoidal embedding the UNet is given for timestep t: cosines, then sines.
 * "Attention is all you need" §3.5, in ldm's `timestep_embedding`.
 */
export function timestepEmbedding(t: number, width: number, maxPeriod = 10000): Float32Array {
  const half = width / 2;
  const embedding = new Float32Array(width);
  for (let i = 0; i < half; i++) {
    // Frequencies and angles are rounded to f32 as torch does: at t ≈ 1000 that is visible.
    const frequency = Math.fround(Math.exp((-Math.log(maxPeriod) * i) / half));
    const angle = Math.fround(t * frequency);
    embedding[i] = Math.cos(angle);
    embedding[half + i] = Math.sin(angle);
  }
  return embedding;
}

/**
 * What a latent consistency model is told of the guidance scale: sines, then cosines of diffusers'
 * `get_guidance_scale_embedding`, of which 0 stands for no guidance, a scale of 1.
 * @param width even, and at least 4.
 */
export function guidanceEmbedding(scale: number, width: number): Float32Array {
  const { fround } = Math;
  const half = width / 2;
  const embedding = new Float32Array(width);
  const step = fround(fround(Math.log(10000)) / (half - 1));
  for (let i = 0; i < half; i++) {
    // Rounded where torch rounds: the first angle is in the thousands.
    const angle = fround(fround((scale - 1) * 1000) * fround(Math.exp(fround(-i * step))));
    embedding[i] = Math.sin(angle);
    embedding[half + i] = Math.cos(angle);
  }
  return embedding;
}
