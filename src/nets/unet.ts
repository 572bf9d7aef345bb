/**
 * The denoising UNet, module by module as CompVis wrote it and under its names.
 * https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/openaimodel.py
 */
import type { Var } from '../graph/graph';
import {
  add,
  attention,
  cast,
  concatChannels,
  conv,
  crop,
  dims,
  fromImage,
  fromTokens,
  geglu,
  groupNorm,
  layerNorm,
  linear,
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

/** What an attention compares with, and what it takes from there: both [N, tokens, channels]. */
export interface KeysAndValues {
  readonly k: Var;
  readonly v: Var;
}

/** What the attention at p looks at: `keysAndValues` of the text's encoding, or what was made of it beforehand. */
export type Text = (p: Scope) => KeysAndValues;

export interface UNetInputs {
  /** Noisy latents [N, 4, h, w]. */
  readonly x: Var;
  /** Sinusoidal embedding of the timestep [N, model channels] in f32, as y and w (see `timestepEmbedding`). */
  readonly t: Var;
  /** Keys and values of the text, for each attention to it. */
  readonly text: Text;
  /** What else SDXL is told, the prompt as a whole and sizes, [N, label width]. */
  readonly y: Var | null;
  /** The guidance scale, for a latent consistency model [N, guidance width] (see `guidanceEmbedding`). */
  readonly w: Var | null;
  /** What adapters do to its values; absent: nothing. */
  readonly additions?: Partial<Additions>;
}

/** What is done to a UNet's values from outside: what adapters ask for, which the blocks do not know. */
export interface Additions {
  /** To what all blocks are told of the timestep, [N, channels] in f32 (nets for several kinds of hint). */
  readonly emb: (x: Var) => Var;
  /** To what the input block of this number gives, on to the next one and into its skip connection (T2I-Adapter). */
  readonly block: (x: Var, index: number) => Var;
  /** To the skip connections as the output blocks meet them, and to what the middle block gives, the last number (ControlNet). */
  readonly skip: (x: Var, index: number) => Var;
  /** To what the attention to the text at p found for q, both [N, S, channels], before its `to_out` (IP-Adapter). */
  readonly attended: (x: Var, q: Var, p: Scope, heads: number) => Var;
}

const same = (x: Var): Var => x;
const NOTHING: Additions = { emb: same, block: same, skip: same, attended: same };

export interface UNetOutputs {
  /** [N, 4, h, w]. */
  readonly prediction: Var;
  /** What comes up to the outermost blocks from all that is further in: a feature map, as it lies in memory. */
  readonly deep: Var;
}

/** p: `unet`. */
export function unet(inputs: UNetInputs, p: Scope, config: UNetConfig): UNetOutputs {
  const told = toldTo(inputs, p, config);
  const { up } = blocksOf(p);
  const { skips, middle } = encoded(inputs.x, told, p);
  const deep = ascend(told.additions.skip(middle, skips.length), up.inner, skips, told);
  return { prediction: head(ascend(deep, up.outer, skips, told), p), deep };
}

/** What the way down gives: feature maps. */
export interface Encoded {
  /** Of each input block. */
  readonly skips: Var[];
  readonly middle: Var;
}

/** The way down alone, and the middle: what a ControlNet is a copy of. p: that of `input_blocks` and `middle_block`. */
export function unetEncoder(inputs: UNetInputs, p: Scope, config: UNetConfig): Encoded {
  return encoded(inputs.x, toldTo(inputs, p, config), p);
}

function encoded(x: Var, told: Told, p: Scope): Encoded {
  const skips = descend(fromImage(x), p('input_blocks').children(), told);
  return { skips, middle: sequential(skips.at(-1)!, told, p('middle_block')) }; // there is an input block
}

/**
 * The outermost blocks alone, between which a deep feature from another step stands in for the rest: it changes little
 * from step to step (DeepCache: Ma et al., 2023, arXiv 2312.00858).
 * @param deep as `unet` gives it.
 * @returns [N, 4, h, w].
 */
export function outerUNet(inputs: UNetInputs, deep: Var, p: Scope, config: UNetConfig): Var {
  const told = toldTo(inputs, p, config);
  const { down, up } = blocksOf(p);
  const skips = descend(fromImage(inputs.x), down, told);
  return head(ascend(deep, up.outer, skips, told), p);
}

/** Input blocks that are outermost, and output blocks that meet them: the paper's first skip branch. */
const OUTERMOST = 2;

interface Blocks {
  /** The outermost input blocks. */
  readonly down: readonly Scope[];
  readonly up: { readonly inner: readonly Scope[]; readonly outer: readonly Scope[] };
}

function blocksOf(p: Scope): Blocks {
  const up = p('output_blocks').children();
  const first = up.findLastIndex((_, i) => up.slice(i).filter(meetsSkip).length === OUTERMOST);
  return {
    down: p('input_blocks').children().slice(0, OUTERMOST),
    up: { inner: up.slice(0, first), outer: up.slice(first) },
  };
}

/** In a net that was made smaller, an upsampling stands alone where its ResBlock was: it goes on with what comes in. */
const meetsSkip = (block: Scope): boolean => block.has('0.in_layers');

/** What every block is told. */
interface Told {
  readonly emb: Var;
  readonly text: Text;
  readonly config: UNetConfig;
  readonly additions: Additions;
}

function toldTo({ x, t, text, y, w, additions: asked }: UNetInputs, p: Scope, config: UNetConfig): Told {
  const additions = { ...NOTHING, ...asked };
  // Luo et al. (2023), arXiv 2310.04378, section 4.2
  const guided = w ? add(t, linear(w, p('time_embed.cond_proj'))) : t;
  const time = linear(silu(linear(guided, p('time_embed.0'))), p('time_embed.2'));
  const label = y && linear(silu(linear(y, p('label_emb.0.0'))), p('label_emb.0.2'));
  // Every ResBlock begins its emb_layers with this SiLU: taken once, here. Up to it all is in f32: a row for each picture
  // costs nothing, and with its long sums in f16 SDXL's prediction was twice as far off.
  const emb = cast(silu(additions.emb(label ? add(time, label) : time)), x.target.dtype);
  return { emb, text, config, additions };
}

/** What each block gives: the skip connections. */
function descend(x: Var, blocks: readonly Scope[], told: Told): Var[] {
  const skips: Var[] = [];
  for (const [i, block] of blocks.entries()) {
    x = told.additions.block(sequential(x, told, block), i);
    skips.push(x);
  }
  return skips;
}

/** @param skips of which the last are taken off, one for each block that meets one. */
function ascend(x: Var, blocks: readonly Scope[], skips: Var[], told: Told): Var {
  for (const block of blocks) {
    if (meetsSkip(block)) {
      const skip = skips.pop()!; // one for each input block
      x = concatChannels(x, told.additions.skip(skip, skips.length));
    }
    x = sequential(x, told, block, skips.at(-1));
  }
  return x;
}

function head(x: Var, p: Scope): Var {
  return toImage(conv(groupNorm(x, p('out.0'), { activation: true }), p('out.2')));
}

/**
 * TimestepEmbedSequential: each child says by its weights what it is.
 * @param next the skip connection the result will meet: its size is what an upsampling aims at.
 */
function sequential(x: Var, told: Told, p: Scope, next?: Var): Var {
  for (const child of p.children()) {
    if (child.has('in_layers')) x = resBlock(x, told.emb, child);
    else if (child.has('transformer_blocks')) x = spatialTransformer(x, told, child);
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

function spatialTransformer(x: Var, told: Told, p: Scope): Var {
  const heads = told.config.heads(dims(x)[1]);
  const normed = groupNorm(x, p('norm'), { eps: 1e-6 }); // ldm's Normalize: eps 1e-6
  let h = linear(toTokens(normed), p('proj_in'), { delicate: true });
  for (const block of p('transformer_blocks').children()) h = transformerBlock(h, told, block, heads);
  return add(fromTokens(linear(h, p('proj_out'), { delicate: true }), x), x);
}

function transformerBlock(x: Var, { text, additions }: Told, p: Scope, heads: number): Var {
  const [attn1, attn2] = [p('attn1'), p('attn2')];
  const h = layerNorm(x, p('norm1'));
  x = add(x, attend(h, readsText(attn1) ? text(attn1) : keysAndValues(h, attn1), attn1, heads));
  x = add(x, attend(layerNorm(x, p('norm2')), text(attn2), attn2, heads, additions.attended));
  return add(x, feedForward(layerNorm(x, p('norm3')), p('ff')));
}

/** CrossAttention: to itself, where keys and values are of x. */
function attend(
  x: Var,
  { k, v }: KeysAndValues,
  p: Scope,
  heads: number,
  attended: Additions['attended'] = same,
): Var {
  const q = linear(x, p('to_q'));
  return linear(attended(attention(q, k, v, heads), q, p, heads), p('to_out.0'));
}

/** Of a text's encoding [N, tokens, width], or of what attention to itself is about. */
export const keysAndValues = (x: Var, p: Scope): KeysAndValues => ({
  k: linear(x, p('to_k')),
  v: linear(x, p('to_v')),
});

/** ldm's `disable_self_attn`: the first attention looks at the text as well, which the width of its keys tells. */
const readsText = (p: Scope): boolean => p('to_k').shape('weight')[1] !== p('to_q').shape('weight')[1];

/** Every attention to the text, in the order of the UNet. p: `unet`. */
export function textAttentions(p: Scope): Scope[] {
  const places = [...p('input_blocks').children(), p('middle_block'), ...p('output_blocks').children()];
  return places
    .flatMap((place) => place.children())
    .flatMap((child) => child('transformer_blocks').children())
    .flatMap((block) => [...(readsText(block('attn1')) ? [block('attn1')] : []), block('attn2')]);
}

function feedForward(x: Var, p: Scope): Var {
  return linear(geglu(x, p('net.0.proj')), p('net.2'));
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
