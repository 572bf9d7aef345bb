/** Winograd's filtering of feature maps [N, H, W, C]. */
import { tuple } from '../../checked';
import { constant, op, type Var } from '../graph';
import { reshape, transpose } from '../shapes';
import { alongBoth, type Filter, type Matrix } from './filters';

/** @param kernels transformed, [sums, in, out]. */
export function filteredNhwc(x: Var, kernels: Var, { side, A, B }: Filter): Var {
  const [n, h, w, inner] = tuple(x.shape, 4);
  const [sums, , outer] = tuple(kernels.shape, 3);
  const [rows, columns, reach] = [h / side, w / side, side + 2];
  const along = (size: number): Var =>
    constant(sliding(B, side, size), [(reach * size) / side, size], x.target);
  // Rows first, then columns: a matrix each, most of whose numbers are zero. That takes fewer kernels than anything that picks pixels.
  const down = op('MatMul', [along(h), reshape(x, n, h, w * inner)], [n, reach * rows, w * inner]);
  const across = op(
    'MatMul',
    [along(w), reshape(down, n * reach * rows, w, inner)],
    [n * reach * rows, reach * columns, inner],
  );
  const tiles = n * rows * columns;
  const placed = transpose(reshape(across, n, reach, rows, reach, columns, inner), 1, 3, 0, 2, 4, 5);
  const products = op('MatMul', [reshape(placed, sums, tiles, inner), kernels], [sums, tiles, outer]);
  const back = constant(alongBoth(A), [side * side, sums], x.target);
  const each = tiles * outer;
  const pixels = op('MatMul', [back, reshape(products, sums, each)], [side * side, each]);
  return reshape(
    transpose(reshape(pixels, side, side, n, rows, columns, outer), 2, 3, 0, 4, 1, 5),
    ...[n, h, w, outer],
  );
}

/** [(side + 2) · size / side, size]: transforms a line of so many pixels and one zero at each end, sum by sum, square by square. */
function sliding(B: Matrix, side: number, size: number): Float32Array {
  const squares = size / side;
  const numbers = new Float32Array(B.length * squares * size);
  for (const [sum, row] of B.entries())
    for (let square = 0; square < squares; square++)
      for (const [i, factor] of row.entries()) {
        const pixel = square * side - 1 + i;
        if (pixel >= 0 && pixel < size) numbers[(sum * squares + square) * size + pixel] = factor;
      }
  return numbers;
}
