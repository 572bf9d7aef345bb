/** Attention, by the kernel that a machine has for it, or written out. */
import { tuple } from '../checked';
import { add, cast, scaled } from './arithmetic';
import { constant, op, type Var } from './graph';
import { concat, reshape, slice, transpose } from './shapes';

const ms = { domain: 'com.microsoft' } as const;

/**
 * In WebAssembly, ONNX Runtime's CPU kernel counts the multiplications of a head, 2·S·L·d, in 32 bits, and fails beyond
 * that: in the VAE at 512 pixels. Half of the limit, as slices differ in size.
 */
const MAX_COUNT = 2 ** 29;

/**
 * softmax(q·kᵀ/√d)·v with the heads side by side in the last axis, as nn.MultiheadAttention has them.
 * q: [N, S, heads·d]; k, v: [N, L, heads·d] → [N, S, heads·d]
 * @param mask [S, L] or broadcastable, added to the scores.
 * @param scale of q·kᵀ, where it is not 1/√d.
 */
export function attention(q: Var, k: Var, v: Var, heads: number, mask?: Var, scale?: number): Var {
  const [n, s, width] = tuple(q.shape, 3);
  const scores = s * k.shape[1]!;
  const room = Math.ceil((n * heads * scores * 4) / q.target.maxScoreBytes);
  const count = q.target.layout === 'nchw' ? Math.ceil((scores * (width / heads)) / MAX_COUNT) : 1;
  const slices = Math.min(s, Math.max(room, count));
  if (slices > 1 && !mask) {
    const rows = Math.ceil(s / slices);
    const parts: Var[] = [];
    for (let from = 0; from < s; from += rows) {
      parts.push(attentionOnce(slice(q, 1, from, Math.min(s, from + rows)), k, v, heads, undefined, scale));
    }
    return concat(1, ...parts);
  }
  return attentionOnce(q, k, v, heads, mask, scale);
}

function attentionOnce(q: Var, k: Var, v: Var, heads: number, mask?: Var, scale?: number): Var {
  const [n, s, width] = tuple(q.shape, 3);
  const l = k.shape[1]!;
  const d = width / heads;
  if (q.target.fusedAttention && !mask && scale === undefined) {
    return op('MultiHeadAttention', [q, k, v], q.shape, { num_heads: heads }, ms);
  }
  const split = (x: Var, length: number, ...perm: number[]): Var =>
    transpose(reshape(x, n, length, heads, d), ...perm);
  const scores = op(
    'MatMul',
    [split(scaled(q, scale ?? d ** -0.5), s, 0, 2, 1, 3), split(k, l, 0, 2, 3, 1)],
    [n, heads, s, l],
  );
  const biased = mask ? add(scores, mask) : scores;
  const weights = op('Softmax', [biased], biased.shape, { axis: -1 });
  // ONNX Runtime accumulates in the type of the operands: in f16 a mean over hundreds of tokens loses more than all else
  // here.
  const values = split(v, l, 0, 2, 1, 3);
  const mixed = op('MatMul', [cast(weights, 'f32'), cast(values, 'f32')], [n, heads, s, d]);
  return cast(reshape(transpose(mixed, 0, 2, 1, 3), n, s, width), q.dtype === 'f16' ? 'f16' : 'f32');
}

/** [length, length], −∞-like above the diagonal: a token sees itself and what came before. */
export function causalMask(length: number, like: Var): Var {
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data.fill(-65504, i * length + i + 1, (i + 1) * length);
  return cast(constant(data, [length, length], like.target), like.dtype === 'f16' ? 'f16' : 'f32');
}
