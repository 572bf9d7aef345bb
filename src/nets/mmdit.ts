/**
 * The multimodal diffusion transformer of Stable Diffusion 3, block by block as in Figure 2 of the paper and under the names
 * of Stability AI's files: patches of a picture and words each have their own weights, and meet in attention.
 * Esser et al. (2024), arXiv 2403.03206. https://github.com/Stability-AI/sd3.5/blob/main/mmditx.py
 */
import { lastOf, tuple } from '../checked';
import { DrobeError } from '../errors';
import type { Range, Var } from '../graph/graph';
import {
  add,
  attention,
  bounded,
  cast,
  chunk,
  concat,
  conv,
  fromImage,
  fromPatches,
  linear,
  mul,
  normed,
  reshape,
  rmsNorm,
  shifted,
  silu,
  slice,
  tanhGelu,
  toTokens,
} from '../graph/nn';
import { shapeOf, type Scope } from '../graph/scope';

/** What an MMDiT reads in a step, for a batch of N. */
export interface MMDiTInputs {
  /** Noisy latents [N, 16, h, w]. */
  readonly x: Var;
  /** Sinusoidal embedding of the timestep [N, 256] in f32, as y (see `timestepEmbedding`). */
  readonly t: Var;
  /** The prompt token by token [N, words, context width]. */
  readonly context: Var;
  /** The pooled prompt [N, label width]. */
  readonly y: Var;
  /** 0 for each block that a member of the batch skips, else 1 [N, blocks]; null: no block is skipped. */
  readonly keep: Var | null;
}

/** Latents along each side of a patch. */
export const PATCH = 2;

/** What all blocks but the last have: what that makes of the words would be read by nothing. */
const GOES_ON = 'context_block.mlp';

/** Channels of an attention head, in every MMDiT that was published. */
const HEAD = 64;

/** p: `mmdit`. @returns [N, 16, h, w]. @throws DrobeError 'bad-request' for more patches than its table has positions, 'missing-weight' without its last block. */
export function mmdit({ x, t, context, y, keep }: MMDiTInputs, p: Scope): Var {
  const [, , h, w] = tuple(x.shape, 4);
  const [rows, columns] = [Math.ceil(h / PATCH), Math.ceil(w / PATCH)];
  const latents = fromImage(wholePatches(x));
  const patches = conv(latents, p('x_embedder.proj'), { stride: PATCH, pad: [0, 0, 0, 0] });
  // Every modulation begins with this SiLU, so it is computed once, here. Everything before it is in f32: one row for each picture.
  const c = cast(silu(add(embedded(t, p('t_embedder')), embedded(y, p('y_embedder')))), x.target.dtype);
  let tokens: Tokens = {
    image: add(toTokens(patches), positions(rows, columns, p)),
    words: linear(context, p('context_embedder'), { delicate: true }),
  };
  const blocks = p('joint_blocks').children();
  if (lastOf(blocks).has(GOES_ON))
    throw new DrobeError('missing-weight', { key: p('joint_blocks', blocks.length).path });
  for (const [i, block] of blocks.entries()) {
    tokens = jointBlock(tokens, c, block, keep && slice(keep, 1, i, i + 1));
  }
  const predicted = fromPatches(finalLayer(tokens.image, c, p('final_layer')), rows, columns, PATCH);
  return first(first(predicted, 2, h), 3, w);
}

/** Makes rows and columns even: after an odd number the first is repeated, as in ComfyUI. */
function wholePatches(x: Var): Var {
  return [2, 3].reduce((y, axis) => {
    return y.shape[axis]! % PATCH === 0 ? y : concat(axis, y, slice(y, axis, 0, 1)); // an image has four axes
  }, x);
}

const first = (x: Var, axis: number, count: number): Var =>
  x.shape[axis] === count ? x : slice(x, axis, 0, count);

function embedded(x: Var, p: Scope): Var {
  return linear(silu(linear(x, p('mlp.0'), { delicate: true })), p('mlp.2'), { delicate: true });
}

/** The position of each patch: the middle of a table [1, side · side, width], the only part of it that is fed. */
function positions(rows: number, columns: number, p: Scope): Var {
  const [, places, width] = shapeOf(p, 'pos_embed', 3);
  const side = Math.sqrt(places);
  if (Math.max(rows, columns) > side) {
    const reason = `the picture is too large for this model, which knows places for ${side} × ${side} patches of ${PATCH} × ${PATCH} latents`;
    throw new DrobeError('bad-request', { reason });
  }
  const top = Math.floor((side - rows) / 2);
  const left = Math.floor((side - columns) / 2);
  const ranges = Array.from({ length: rows }, (_, row): Range => {
    const from = (top + row) * side + left;
    return [from * width, (from + columns) * width];
  });
  return p.cut('pos_embed', ranges, [1, rows * columns, width]);
}

interface Tokens {
  /** [N, patches, width] */
  readonly image: Var;
  /** [N, words, width] */
  readonly words: Var;
}

/** @param keep [N, 1]: 0 where the block changes nothing. */
function jointBlock({ image, words }: Tokens, c: Var, p: Scope, keep: Var | null): Tokens {
  const [ofImage, ofWords] = [p('x_block'), p('context_block')];
  const told = modulations(c, ofImage, keep);
  // Nothing reads the words after the last block: there they are only attended to.
  const toldWords = ofWords.has('mlp') ? modulations(c, ofWords, keep) : null;
  const seen = normed(image);
  const [found, foundByWords] = jointAttention(
    qkv(modulated(seen, told.attn), ofImage('attn')),
    qkv(modulated(normed(words), toldWords?.attn ?? shiftAndScale(c, ofWords)), ofWords('attn')),
  );
  let x = add(image, gated(linear(found, ofImage('attn.proj')), told.attn));
  // In the first blocks of 3.5-medium patches also attend among themselves.
  if (told.attn2) x = add(x, gated(selfAttention(modulated(seen, told.attn2), ofImage('attn2')), told.attn2));
  return {
    image: feedForward(x, told.mlp, ofImage),
    words: toldWords
      ? bounded(
          feedForward(
            add(words, gated(linear(foundByWords, ofWords('attn.proj')), toldWords.attn)),
            toldWords.mlp,
            ofWords,
          ),
        )
      : words,
  };
}

interface Shift {
  readonly shift: Var;
  readonly scale: Var;
}
/** How the timestep and the pooled prompt modulate a part of a block: adaLN-Zero of arXiv 2212.09748. All [N, 1, width]. */
interface Modulation extends Shift {
  readonly gate: Var;
}

function modulations(
  c: Var,
  p: Scope,
  keep: Var | null,
): { attn: Modulation; mlp: Modulation; attn2: Modulation | undefined } {
  const [rows, width] = shapeOf(p('adaLN_modulation.1'), 'weight', 2);
  const parts = chunk(linear(c, p('adaLN_modulation.1')), rows / width).map(forTokens);
  const at = (i: number): Modulation => {
    const [shift, scale, gate] = tuple(parts.slice(i, i + 3), 3);
    return { shift, scale, gate: keep ? mul(gate, forTokens(keep)) : gate };
  };
  return { attn: at(0), mlp: at(3), attn2: parts.length > 6 ? at(6) : undefined };
}

function shiftAndScale(c: Var, p: Scope): Shift {
  const each = (name: string): Var => forTokens(linear(c, p('adaLN_modulation', name)));
  return { shift: each('shift'), scale: each('scale') };
}

/** The same for all tokens: [N, width] → [N, 1, width]. */
const forTokens = (x: Var): Var => reshape(x, x.shape[0]!, 1, x.shape[1]!); // it has two axes

const modulated = (x: Var, { shift, scale }: Shift): Var => add(mul(x, shifted(scale, 1)), shift);
const gated = (x: Var, { gate }: Modulation): Var => mul(x, gate);

/** [N, tokens, width] each. */
type Qkv = readonly [q: Var, k: Var, v: Var];

function qkv(x: Var, p: Scope): Qkv {
  const ofHeads = (y: Var, norm: string): Var => (p.has(norm) ? headNorm(y, p(norm)) : y);
  return [ofHeads(linear(x, p('q')), 'ln_q'), ofHeads(linear(x, p('k')), 'ln_k'), linear(x, p('v'))];
}

/** Each head by itself. */
function headNorm(x: Var, p: Scope): Var {
  const [n, tokens, width] = tuple(x.shape, 3);
  return reshape(rmsNorm(reshape(x, n, tokens, width / HEAD, HEAD), p), n, tokens, width);
}

/** One attention over the tokens of both, taken apart again. */
function jointAttention(image: Qkv, words: Qkv): [ofImage: Var, ofWords: Var] {
  const [q, k, v] = tuple(
    image.map((own, i) => concat(1, own, words[i]!)), // three of each
    3,
  );
  const [, all, width] = tuple(q.shape, 3);
  const patches = image[0].shape[1]!; // it has three axes
  const mixed = attention(q, k, v, width / HEAD);
  return [slice(mixed, 1, 0, patches), slice(mixed, 1, patches, all)];
}

function selfAttention(x: Var, p: Scope): Var {
  const [q, k, v] = qkv(x, p);
  return linear(attention(q, k, v, q.shape[2]! / HEAD), p('proj')); // it has three axes
}

function feedForward(x: Var, told: Modulation, p: Scope): Var {
  const h = tanhGelu(linear(modulated(normed(x), told), p('mlp.fc1')));
  return add(x, gated(linear(h, p('mlp.fc2')), told));
}

/** [N, patches, 2 · 2 · channels] */
function finalLayer(x: Var, c: Var, p: Scope): Var {
  return linear(modulated(normed(x), shiftAndScale(c, p)), p('linear'), { delicate: true });
}
