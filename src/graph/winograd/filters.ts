/**
 * 3 × 3 convolutions by Winograd's minimal filtering: pixels are computed in squares, of 4 × 4 with 36 products for each pair of
 * channels instead of 144, or of 2 × 2 with 16 instead of 36. Lavin and Gray (2015), arXiv 1509.09308, section 4, whose names for
 * matrices these are.
 */
import { tuple } from '../../checked';
import type { Kernels } from '../graph';

export type Matrix = readonly (readonly number[])[];

/** Along one direction, of rows or of columns. */
export interface Filter {
  /** Pixels along a side of the squares. */
  readonly side: Kernels['side'];
  /** Bᵀ, [side + 2, side + 2]: transforms the pixels under a square. */
  readonly B: Matrix;
  /** G, [side + 2, 3]: transforms a kernel. */
  readonly G: Matrix;
  /** Aᵀ, [side, side + 2]: makes pixels of the products. */
  readonly A: Matrix;
}

const { SQRT1_2, SQRT2 } = Math;

/**
 * F(4 × 4, 3 × 3) at the points 0, ±√½, ±√2 and infinity. The usual 0, ±1, ±2 lose three times as much to rounding: 3.2e-6 of a
 * convolution of 256 channels (root mean square), these 1.1e-6 to 1.5e-6, F(2 × 2, 3 × 3) 5e-7.
 */
export const four: Filter = {
  side: 4,
  B: [
    [1, 0, -5 / 2, 0, 1, 0],
    [0, -SQRT2, -2, SQRT1_2, 1, 0],
    [0, SQRT2, -2, -SQRT1_2, 1, 0],
    [0, -SQRT1_2, -1 / 2, SQRT2, 1, 0],
    [0, SQRT1_2, -1 / 2, -SQRT2, 1, 0],
    [0, 1, 0, -5 / 2, 0, 1],
  ],
  G: [
    [1, 0, 0],
    [-2 / 3, -SQRT2 / 3, -1 / 3],
    [-2 / 3, SQRT2 / 3, -1 / 3],
    [1 / 6, SQRT2 / 6, 1 / 3],
    [1 / 6, -SQRT2 / 6, 1 / 3],
    [0, 0, 1],
  ],
  A: [
    [1, 1, 1, 1, 1, 0],
    [0, SQRT1_2, -SQRT1_2, SQRT2, -SQRT2, 0],
    [0, 1 / 2, 1 / 2, 2, 2, 0],
    [0, SQRT1_2 / 2, -SQRT1_2 / 2, 2 * SQRT2, -2 * SQRT2, 1],
  ],
};

/** F(2 × 2, 3 × 3): for feature maps so small that there would be too few of the larger squares. */
export const two: Filter = {
  side: 2,
  B: [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  G: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  A: [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
};

/** One matrix that does to a square what this one does to its rows and then to its columns: its Kronecker product with itself. */
export function alongBoth(matrix: Matrix): Float32Array {
  return Float32Array.from(
    matrix.flatMap((a) => matrix.flatMap((b) => a.flatMap((u) => b.map((v) => u * v)))),
  );
}

/**
 * Kernels g, transformed to G·g·Gᵀ, as WebGPU's products take them.
 * @param stored [out, in, 3, 3].
 * @returns [(side + 2)², in, out].
 */
export function transformed(
  stored: Float32Array,
  [outer, inner]: readonly [outer: number, inner: number],
  side: Kernels['side'],
): Float32Array<ArrayBuffer> {
  const { G } = side === 4 ? four : two;
  const all = new Float32Array(G.length ** 2 * inner * outer);
  // Of one input channel at a time, so that all that is added lies in the processor's first cache.
  const lists = (count: number): Float32Array[] =>
    Array.from({ length: count }, () => new Float32Array(outer));
  const taps = lists(9);
  const columns = lists(3);
  const sum = new Float32Array(outer);
  for (let i = 0; i < inner; i++) {
    for (const [tap, of] of taps.entries())
      for (let o = 0; o < outer; o++) of[o] = stored[9 * (o * inner + i) + tap]!;
    let to = i * outer;
    for (const row of G) {
      for (const [x, column] of columns.entries())
        weighted(column, row, [taps[x]!, taps[3 + x]!, taps[6 + x]!]);
      for (const column of G) {
        all.set(weighted(sum, column, columns), to);
        to += inner * outer;
      }
    }
  }
  return all;
}

/** Sets `sum` to the sum of three lists, each multiplied by a number. */
function weighted(sum: Float32Array, by: readonly number[], lists: readonly Float32Array[]): Float32Array {
  const [u, v, w] = tuple(by, 3);
  const [a, b, c] = tuple(lists, 3);
  for (let i = 0; i < sum.length; i++) sum[i] = u * a[i]! + v * b[i]! + w * c[i]!;
  return sum;
}
