import { expect, it } from 'vitest';
import { spreadKernels } from '../../../src/weights/values/winograd';

/** F(2 × 2, 3 × 3) of one tile, as the paper has it: Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A. */
function filtered(spread: readonly number[], d: readonly number[]): number[] {
  const product = (a: number[][], b: number[][]): number[][] =>
    a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)));
  const turned = (m: number[][]): number[][] => m[0]!.map((_, j) => m.map((row) => row[j]!));
  const square = (of: readonly number[]): number[][] => [0, 4, 8, 12].map((at) => of.slice(at, at + 4));
  const B = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]; // prettier-ignore
  const A = [[1, 1, 1, 0], [0, 1, -1, -1]]; // prettier-ignore
  const summed = product(product(B, square(d)), turned(B)).flat();
  const products = square(summed.map((v, i) => v * spread[i]!));
  return product(product(A, products), turned(A)).flat();
}

it('spreads kernels so that sixteen products give what thirty-six do', () => {
  const kernels = Float32Array.from({ length: 5 * 9 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const spread = spreadKernels(kernels);
  expect(spread).toHaveLength(5 * 16);
  const d = Array.from({ length: 16 }, (_, i) => Math.cos(i * 4.1));
  for (let n = 0; n < 5; n++) {
    const g = kernels.subarray(9 * n, 9 * n + 9);
    const plain = [0, 1, 4, 5].map((corner) =>
      [0, 1, 2, 4, 5, 6, 8, 9, 10].reduce((sum, at, i) => sum + g[i]! * d[corner + at]!, 0),
    );
    const own = Array.from({ length: 16 }, (_, place) => spread[place * 5 + n]!);
    for (const [i, value] of filtered(own, d).entries()) expect(value).toBeCloseTo(plain[i]!, 5);
  }
});
