/**
 * T5's encoder as transformers' T5EncoderModel names it, version 1.1 with gated GELU: Stable Diffusion 3 reads long prompts
 * through it. Raffel et al. (2020), arXiv 1910.10683; Shazeer (2020), arXiv 2002.05202.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/t5/modeling_t5.py
 */
import type { Var } from '../graph/graph';
import {
  add,
  attention,
  cast,
  linear,
  mul,
  reshape,
  rmsNorm,
  rowsOf,
  scaled,
  tanhGelu,
  transpose,
} from '../graph/nn';
import { shapeOf, type Scope } from '../graph/scope';

/** The name of its table of tokens [tokens, width], of which a prompt needs few rows: it never goes to the device. */
export const T5_TABLE = 't5.shared.weight';

/** Small distances have a row each, larger ones share rows over growing ranges; all from this one on share the last. */
const LARGEST_DISTANCE = 128;

/** A range of its blocks; the end is not included. */
export type Blocks = readonly [from: number, to: number];

/**
 * In half precision the sums that run through the blocks overflow: they are in f32, and products in the target's type.
 * @param tokens [N, length, width]: the rows of `T5_TABLE`, or the output of the blocks before, in f32. Padding is read like
 * any token.
 * @param p `t5`.
 * @param part the blocks to run; absent: all.
 * @returns [N, length, width] in f32.
 */
export function t5Encoder(tokens: Var, p: Scope, part?: Blocks): Var {
  const encoder = p('encoder');
  const blocks = encoder('block').children();
  const [from, to] = part ?? [0, blocks.length];
  // All blocks use the first block's distances.
  const bias = relativeBias(
    tokens.shape[1]!,
    encoder('block.0.layer.0.SelfAttention.relative_attention_bias'),
  );
  let x = tokens;
  for (const block of blocks.slice(from, to)) {
    const [attn, mlp] = [block('layer.0'), block('layer.1')];
    x = add(x, selfAttention(rmsNorm(x, attn('layer_norm')), bias, attn('SelfAttention')));
    x = add(x, feedForward(rmsNorm(x, mlp('layer_norm')), mlp('DenseReluDense')));
  }
  return to < blocks.length ? x : rmsNorm(x, encoder('final_layer_norm'));
}

function selfAttention(x: Var, bias: Var, p: Scope): Var {
  const h = cast(x, x.target.dtype);
  const heads = bias.shape[1]!; // it has four axes
  const mixed = attention(linear(h, p('q')), linear(h, p('k')), linear(h, p('v')), heads, bias, 1);
  return cast(linear(mixed, p('o')), 'f32');
}

/** The factor by which the last product is scaled down in half precision, so that it does not overflow; a power of two is exact. */
const LESS = 2 ** -6;

function feedForward(x: Var, p: Scope): Var {
  const h = cast(x, x.target.dtype);
  const gate = tanhGelu(linear(h, p('wi_0')));
  const less = mul(gate, scaled(linear(h, p('wi_1')), LESS));
  return scaled(cast(linear(less, p('wo')), 'f32'), 1 / LESS);
}

/** What each head adds to its scores, by the distance between tokens: [1, heads, length, length]. */
function relativeBias(length: number, p: Scope): Var {
  const [buckets, heads] = shapeOf(p, 'weight', 2);
  const at = Array.from({ length: length ** 2 }, (_, i) =>
    bucketOf((i % length) - Math.floor(i / length), buckets),
  );
  const rows = rowsOf(p.tensor('weight'), at);
  return transpose(reshape(rows, 1, length, length, heads), 0, 3, 1, 2);
}

/** The row for a distance, forward or backward: each direction has half of the rows. */
export function bucketOf(distance: number, buckets: number): number {
  const half = buckets / 2;
  const exact = half / 2;
  const far = Math.abs(distance);
  const side = distance > 0 ? half : 0;
  if (far < exact) return side + far;
  // Rounded as in torch: some distances are exactly where a range begins.
  const { fround, log } = Math;
  const share = fround(fround(log(far / exact)) / fround(log(LARGEST_DISTANCE / exact)));
  return side + Math.min(half - 1, exact + Math.floor(share * (half - exact)));
}
