/**
 * Weights by formula: with the true names and shapes they make a checkpoint of any size out of few numbers, the same in
 * every language, with which a net's numbers neither vanish nor overflow.
 */
import { TorchGenerator } from '../../src/sampling/random';

/** Few enough to be quick, and a prime, so that no row of a matrix repeats the one before. */
const POOL = 65_537;
/** How much further into the pool each tensor begins than the one before, so that no two are alike. */
const STRIDE = 4_099;

/** Numbers of the standard normal distribution: what all else is made of. */
export const normals = (): Float32Array<ArrayBuffer> => Float32Array.from(new TorchGenerator(0).randn(POOL));

/**
 * What the tensor of this name and place in the checkpoint repeats until it is full. Around noughts for biases and ones
 * for norms; a matrix keeps the size of what goes through it (LeCun's initialisation).
 */
export function poolOf(
  name: string,
  shape: readonly number[],
  place: number,
  pool: Float32Array,
): Float32Array<ArrayBuffer> {
  const values = turned(pool, place * STRIDE);
  if (name.endsWith('bias')) return values.map((normal) => 0.1 * normal);
  if (shape.length <= 1) return values.map((normal) => 1 + 0.1 * normal);
  const scale = 1 / Math.sqrt(elements(shape.slice(1)));
  return values.map((normal) => normal * scale);
}

export const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The pool from its `by`th number on, then its beginning. */
export function turned(values: Float32Array, by: number): Float32Array<ArrayBuffer> {
  const at = by % values.length;
  const out = new Float32Array(values.length);
  out.set(values.subarray(at));
  out.set(values.subarray(0, at), values.length - at);
  return out;
}
