import { expect, it } from 'vitest';
import {
  addProduct,
  hadamard,
  kronecker,
  product,
  productWithKernel,
  setLengths,
  transposed,
  type Matrix,
} from '../../../src/weights/values/lowrank';

const matrix = (rows: number, ...numbers: number[]): Matrix => ({
  rows,
  columns: numbers.length / rows,
  data: Float32Array.from(numbers),
});

const a = matrix(2, 1, 2, 3, 4);
const b = matrix(2, 5, 6, 7, 8, 9, 10);

it('a product, and one added in part', () => {
  expect(product(a, b)).toEqual(matrix(2, 21, 24, 27, 47, 54, 61));
  const out = new Float32Array(6).fill(1);
  addProduct(out, a, b, 0.5);
  expect([...out]).toEqual([11.5, 13, 14.5, 24.5, 28, 31.5]);
});

it('a product number by number', () => {
  expect(hadamard(a, matrix(2, 2, 0, -1, 3))).toEqual(matrix(2, 2, 0, -3, 12));
});

it('a Kronecker product, as numpy has it', () => {
  expect(kronecker(a, matrix(1, 1, 10))).toEqual(matrix(2, 1, 10, 2, 20, 3, 30, 4, 40));
  expect(kronecker(matrix(1, 1, 2), a)).toEqual(matrix(2, 1, 2, 2, 4, 3, 4, 6, 8));
});

it('a product with a kernel in between is one product for each place of the kernel', () => {
  const mid = matrix(2, 1, -1, 0, 2, 3, 0, 1, 5); // [2, 2, 1, 2]
  const all = productWithKernel(a, mid, b);
  expect([all.rows, all.columns]).toEqual([2, 6]);
  for (const place of [0, 1]) {
    const kernel = matrix(2, ...mid.data.filter((_, i) => i % 2 === place));
    const one = product(product(a, kernel), b);
    expect([...all.data].filter((_, i) => i % 2 === place)).toEqual([...one.data]);
  }
});

it('a matrix turned', () => {
  expect(transposed(b)).toEqual(matrix(3, 5, 8, 6, 9, 7, 10));
});

it('lengths of rows, and of input channels in all rows and places of a kernel', () => {
  const rows = Float32Array.of(3, 4, 0, 0, 6, 8, 0, 0);
  setLengths(rows, Float32Array.of(1, 20), 4);
  expect([...rows]).toEqual([0.6, 0.8, 0, 0, 12, 16, 0, 0].map((v) => expect.closeTo(v, 5) as number));
  const inputs = Float32Array.of(2, 4, 0, 3, 4, 0, 0, 0); // of the first 2, 4, 4, 0; of the second 0, 3, 0, 0
  setLengths(inputs, Float32Array.of(3, 1), 2);
  expect([...inputs]).toEqual([1, 2, 0, 1, 2, 0, 0, 0].map((v) => expect.closeTo(v, 5) as number));
});

it('nothing has no length to be set, and stays nothing', () => {
  const none = new Float32Array(4);
  setLengths(none, Float32Array.of(1, 1), 2);
  expect([...none]).toEqual([0, 0, 0, 0]);
});
