/**
 * T5's encoder as transformers' T5EncoderModel names it, version 1.1 with gated GELU: what Stable Diffusion 3 reads long prompts
 * with. Raffel et al. (2020), arXiv 1910.10683; Shazeer (2020), arXiv 2002.05202.
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
import type { Scope } from '../graph/scope';

/** The name of its table of tokens [tokens, width], of which a prompt needs few rows: it never travels. */
export const T5_TABLE = 't5.shared.weight';

/** Up to this many tokens apart distances are told by themselves; from then on in steps that grow, up to the largest. */
const LARGEST_DISTANCE = 128;

/** Some of its blocks: from one to before another. */
export type Blocks = readonly [from: number, to: number];

/**
 * In half precision what blocks add up overflows: that much is in f32, and what is multiplied in the target's type.
 * @param tokens [N, length, width]: the rows of `T5_TABLE`, or what the blocks before give, in f32. Padding is read as any
 * token is.
 * @param p `t5`.
 * @param part the blocks that are asked; absent: all.
 * @returns [N, length, width] in f32.
 */
export function t5Encoder(tokens: Var, p: Scope, part?: Blocks): Var {
  const encoder = p('encoder');
  const blocks = encoder('block').children();
  const [from, to] = part ?? [0, blocks.length];
  // The first block's distances are those of all.
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

/** So much smaller is what half precision multiplies last, where it would overflow: a power of two, and exact. */
const LESS = 2 ** -6;

function feedForward(x: Var, p: Scope): Var {
  const h = cast(x, x.target.dtype);
  const gate = tanhGelu(linear(h, p('wi_0')));
  const less = mul(gate, scaled(linear(h, p('wi_1')), LESS));
  return scaled(cast(linear(less, p('wo')), 'f32'), 1 / LESS);
}

/** What each head adds to its scores by how far a token is from another: [1, heads, length, length]. */
function relativeBias(length: number, p: Scope): Var {
  const [buckets, heads] = p.shape('weight') as [number, number];
  const at = Array.from({ length: length ** 2 }, (_, i) =>
    bucketOf((i % length) - Math.floor(i / length), buckets),
  );
  const rows = rowsOf(p.tensor('weight'), at);
  return transpose(reshape(rows, 1, length, length, heads), 0, 3, 1, 2);
}

/** The row for a token so far behind another, or before it: half of the rows are for either. */
export function bucketOf(distance: number, buckets: number): number {
  const half = buckets / 2;
  const exact = half / 2;
  const far = Math.abs(distance);
  const side = distance > 0 ? half : 0;
  if (far < exact) return side + far;
  // Rounded where torch rounds: some distances are just where a step begins.
  const { fround, log } = Math;
  const share = fround(fround(log(far / exact)) / fround(log(LARGEST_DISTANCE / exact)));
  return side + Math.min(half - 1, exact + Math.floor(share * (half - exact)));
}
