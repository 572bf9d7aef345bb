/**
 * The denoising UNet, module by module as CompVis wrote it and under its names.
 * https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/openaimodel.py
 */
import { lastOf } from '../checked';
import { DrobeError } from '../errors';
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

/** What the weights of a UNet do not tell. */
export interface UNetConfig {
  /** Attention heads of a block with this many channels. */
  readonly heads: (channels: number) => number;
}

/** The keys and values of an attention, each [N, tokens, channels]. */
export interface KeysAndValues {
  readonly k: Var;
  readonly v: Var;
}

/** Keys and values for the attention at p: `keysAndValues` of the text's encoding, or computed beforehand. */
export type Text = (p: Scope) => KeysAndValues;

/** What a UNet reads in a step, for a batch of N. */
export interface UNetInputs {
  /** Noisy latents [N, 4, h, w]. */
  readonly x: Var;
  /** Sinusoidal embedding of the timestep [N, model channels] in f32, as y and w (see `timestepEmbedding`). */
  readonly t: Var;
  /** Keys and values of the text, for each attention to it. */
  readonly text: Text;
  /** SDXL's label, the pooled prompt and sizes, [N, label width]. */
  readonly y: Var | null;
  /** The guidance scale, for a latent consistency model [N, guidance width] (see `guidanceEmbedding`). */
  readonly w: Var | null;
  /** Changes that adapters make to its values; absent: none. */
  readonly additions?: Partial<Additions>;
}

/** Changes to a UNet's values from outside, for adapters, of which its blocks know nothing. */
export interface Additions {
  /** Changes the embedding that all blocks receive, [N, channels] in f32 (nets for several kinds of hint). */
  readonly emb: (x: Var) => Var;
  /** Changes the output of this input block, for the next block and for its skip connection (T2I-Adapter). */
  readonly block: (x: Var, index: number) => Var;
  /** Changes the skip connections where output blocks read them; the last number is the middle block's output (ControlNet). */
  readonly skip: (x: Var, index: number) => Var;
  /** Changes the result of the attention to the text at p for q, both [N, S, channels], before `to_out` (IP-Adapter). */
  readonly attended: (x: Var, q: Var, p: Scope, heads: number) => Var;
}

const same = (x: Var): Var => x;
const NOTHING: Additions = { emb: same, block: same, skip: same, attended: same };

/** What a UNet gives in a step. */
export interface UNetOutputs {
  /** [N, 4, h, w]. */
  readonly prediction: Var;
  /** The deep feature, input of the outermost output blocks from all blocks further in: a feature map, as it lies in memory. */
  readonly deep: Var;
}

/** p: `unet`. @throws DrobeError 'missing-weight', also for whole blocks that are not there. */
export function unet(inputs: UNetInputs, p: Scope, config: UNetConfig): UNetOutputs {
  mustPair(p);
  const told = toldTo(inputs, p, config);
  const { up } = blocksOf(p);
  const { skips, middle } = encoded(inputs.x, told, p);
  const deep = ascend(told.additions.skip(middle, skips.length), up.inner, skips, told);
  return { prediction: head(ascend(deep, up.outer, skips, told), p), deep };
}

/** The feature maps of the way down. */
export interface Encoded {
  /** Of each input block. */
  readonly skips: Var[];
  readonly middle: Var;
}

/** Only the way down and the middle, of which a ControlNet is a copy. p: the parent of `input_blocks` and `middle_block`. */
export function unetEncoder(inputs: UNetInputs, p: Scope, config: UNetConfig): Encoded {
  return encoded(inputs.x, toldTo(inputs, p, config), p);
}

function encoded(x: Var, told: Told, p: Scope): Encoded {
  const skips = descend(fromImage(x), p('input_blocks').children(), told);
  return { skips, middle: sequential(lastOf(skips), told, p('middle_block')) };
}

/**
 * Only the outermost blocks, with a deep feature from another step in place of the others: it changes little from step
 * to step (DeepCache: Ma et al., 2023, arXiv 2312.00858).
 * @param deep as `unet` gives it.
 * @returns [N, 4, h, w].
 */
export function outerUNet(inputs: UNetInputs, deep: Var, p: Scope, config: UNetConfig): Var {
  const told = toldTo(inputs, p, config);
  const { down, up } = blocksOf(p);
  const skips = descend(fromImage(inputs.x), down, told);
  return head(ascend(deep, up.outer, skips, told), p);
}

/** How many input blocks count as outermost, with the output blocks that read their skips: the paper's first skip branch. */
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

/** Each block on the way down is read by one on the way up, however many there are: else some of either are gone. */
function mustPair(p: Scope): void {
  const [down, up] = [p('input_blocks'), p('output_blocks')];
  const [given, read] = [down.children().length, up.children().filter(meetsSkip).length];
  if (given !== read) throw new DrobeError('missing-weight', { key: (given < read ? down : up).path });
}

/** False for an upsampling whose ResBlock was removed, in a net made smaller: it reads no skip connection. */
const meetsSkip = (block: Scope): boolean => block.has('0.in_layers');

/** Inputs of every block. */
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
  // Every ResBlock begins its emb_layers with this SiLU, so it is computed once, here. Everything before it is in f32: one
  // row for each picture costs nothing, and with its long sums in f16 SDXL's prediction was twice as far off.
  const emb = cast(silu(additions.emb(label ? add(time, label) : time)), x.target.dtype);
  return { emb, text, config, additions };
}

/** The output of each block, for the skip connections. */
function descend(x: Var, blocks: readonly Scope[], told: Told): Var[] {
  const skips: Var[] = [];
  for (const [i, block] of blocks.entries()) {
    x = told.additions.block(sequential(x, told, block), i);
    skips.push(x);
  }
  return skips;
}

/** @param skips is consumed from its end, one for each block that reads one. */
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
 * TimestepEmbedSequential: the weights of each child tell its kind.
 * @param next the skip connection that joins the result: an upsampling is cut to its size.
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
  // An odd size was rounded up on the way down, so that doubling it gives a row or column too many, as in diffusers.
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

/** CrossAttention; self-attention if keys and values are made from x. */
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

/** From a text's encoding [N, tokens, width], or for self-attention from the input itself. */
export const keysAndValues = (x: Var, p: Scope): KeysAndValues => ({
  k: linear(x, p('to_k')),
  v: linear(x, p('to_v')),
});

/** ldm's `disable_self_attn`: the first attention reads the text, too; the width of its keys tells. */
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
 * The guidance scale as an input of a latent consistency model: sines, then cosines of diffusers'
 * `get_guidance_scale_embedding`, where 0 means no guidance, a scale of 1.
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
