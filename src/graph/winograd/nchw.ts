/** Winograd's filtering of feature maps [N, C, H, W]. */
import { defined, tuple } from '../../checked';
import { bytesPer, constant, op, type Var } from '../graph';
import { concat, reshape, slice, transpose } from '../shapes';
import { alongBoth, type Filter } from './filters';

/** Most bytes of an intermediate value, as WebAssembly has 4 GB for everything: larger feature maps are cut into bands of rows. */
const BAND_BYTES = 2 ** 25;

/** @param kernels transformed, [sums, out, in]. */
export function filteredNchw(x: Var, kernels: Var, filter: Filter): Var {
  const { side } = filter;
  const [n, inner, h, w] = tuple(x.shape, 4);
  const [sums, outer] = tuple(kernels.shape, 3);
  const rowBytes = n * Math.max(inner, outer) * (w / side) * sums * bytesPer.f32;
  const bands = Math.ceil((rowBytes * (h / side)) / BAND_BYTES);
  const height = Math.ceil(h / side / bands) * side;
  const tops = Array.from({ length: Math.ceil(h / height) }, (_, i) => i * height);
  const of = reshape(kernels, sums, 1, outer, inner);
  const parts = tops.map((top) => band(x, of, filter, top, Math.min(top + height, h)));
  return parts.length > 1 ? concat(2, ...parts) : defined(parts[0]);
}

/** Rows of the convolution, from `top` to before `bottom`. */
function band(x: Var, kernels: Var, { side, A, B }: Filter, top: number, bottom: number): Var {
  const [n, inner, h, w] = tuple(x.shape, 4);
  const [sums, , outer] = tuple(kernels.shape, 4);
  const [rows, columns, reach] = [(bottom - top) / side, w / side, side + 2];
  const [first, last] = [Math.max(0, top - 1), Math.min(h, bottom + 1)];
  const seen = last - first < h ? slice(x, 2, first, last) : x;
  const image = reshape(seen, 1, 1, n * inner, last - first, w);
  const forward = constant(alongBoth(B), [sums, 1, 1, reach, reach], x.target);
  // Channels are a spatial axis of this convolution, with kernels of 1: so the sums become the outermost axis, as MatMul needs.
  const overlapping = {
    kernel_shape: [1, reach, reach],
    strides: [1, side, side],
    pads: [0, 1 - (top - first), 1, 0, 1 - (last - bottom), 1],
  };
  const summed = op('Conv', [image, forward], [1, sums, n * inner, rows, columns], overlapping);
  const apart = reshape(summed, sums, n, inner, rows * columns);
  const products = op('MatMul', [kernels, apart], [sums, n, outer, rows * columns]);
  const back = constant(alongBoth(A), [side * side, sums], x.target);
  const each = n * outer * rows * columns;
  const pixels = op('MatMul', [back, reshape(products, sums, each)], [side * side, each]);
  const placed = transpose(reshape(pixels, side, side, n, outer, rows, columns), 2, 3, 4, 0, 5, 1);
  return reshape(placed, n, outer, bottom - top, w);
}
