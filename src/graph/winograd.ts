/**
 * 3 × 3 convolutions by Winograd's minimal filtering: pixels are computed in squares, of 4 × 4 with 36 products for each pair of
 * channels instead of 144, or of 2 × 2 with 16 instead of 36. Lavin and Gray (2015), arXiv 1509.09308, section 4, whose names for
 * matrices these are.
 */
import { defined, tuple } from '../checked';
import { bytesPer, constant, op, type Var } from './graph';
import { shapeOf, type Scope } from './scope';
import { concat, reshape, slice, transpose } from './shapes';

type Matrix = readonly (readonly number[])[];

interface Filter {
  /** Pixels along a side of the squares. */
  readonly side: number;
  /** [sums, (side + 2)²]: transforms the pixels under a square. */
  readonly forward: Float32Array;
  /** [sums, 9]: transforms a kernel. */
  readonly kernel: Float32Array;
  /** [side², sums]: makes pixels of the products. */
  readonly back: Float32Array;
}

/**
 * A filter whose matrices treat rows and columns at once.
 * @param B Bᵀ, [side + 2, side + 2].
 * @param G [side + 2, 3].
 * @param A Aᵀ, [side, side + 2].
 */
const filter = (B: Matrix, G: Matrix, A: Matrix): Filter => ({
  side: A.length,
  forward: alongBoth(B),
  kernel: alongBoth(G),
  back: alongBoth(A),
});

const { SQRT1_2, SQRT2 } = Math;

/**
 * F(4 × 4, 3 × 3) at the points 0, ±√½, ±√2 and infinity. The usual 0, ±1, ±2 lose three times as much to rounding: 3.2e-6 of a
 * convolution of 256 channels (root mean square), these 1.1e-6 to 1.5e-6, F(2 × 2, 3 × 3) 5e-7.
 */
const four = filter(
  [
    [1, 0, -5 / 2, 0, 1, 0],
    [0, -SQRT2, -2, SQRT1_2, 1, 0],
    [0, SQRT2, -2, -SQRT1_2, 1, 0],
    [0, -SQRT1_2, -1 / 2, SQRT2, 1, 0],
    [0, SQRT1_2, -1 / 2, -SQRT2, 1, 0],
    [0, 1, 0, -5 / 2, 0, 1],
  ],
  [
    [1, 0, 0],
    [-2 / 3, -SQRT2 / 3, -1 / 3],
    [-2 / 3, SQRT2 / 3, -1 / 3],
    [1 / 6, SQRT2 / 6, 1 / 3],
    [1 / 6, -SQRT2 / 6, 1 / 3],
    [0, 0, 1],
  ],
  [
    [1, 1, 1, 1, 1, 0],
    [0, SQRT1_2, -SQRT1_2, SQRT2, -SQRT2, 0],
    [0, 1 / 2, 1 / 2, 2, 2, 0],
    [0, SQRT1_2 / 2, -SQRT1_2 / 2, 2 * SQRT2, -2 * SQRT2, 1],
  ],
);

/** F(2 × 2, 3 × 3): for feature maps so small that there would be too few of the larger squares. */
const two = filter(
  [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
);

/** Most bytes of an intermediate value, as WebAssembly has 4 GB for everything: larger feature maps are cut into bands of rows. */
const BAND_BYTES = 2 ** 25;
/** Most bytes of transformed kernels: 1280 to 1280 channels take 236 MB in squares of 4, 2560 to 1280 take 210 MB in squares of 2. */
const MOST_KERNEL_BYTES = 2 ** 28;

/** The quickest filter for a 3 × 3 convolution of this map to so many channels; null: ONNX Runtime's kernel is quicker. */
export function filterFor(x: Var, outer: number): Filter | null {
  const { winograd, layout } = x.target;
  if (!winograd || layout !== 'nchw' || x.dtype !== 'f32') return null;
  const [, inner, h, w] = tuple(x.shape, 4);
  if ((inner * outer) / (inner + outer) < winograd.channels) return null;
  const pays = ({ side }: Filter): boolean => {
    const tiles = (h * w) / side ** 2;
    const bytes = (numbers: number): number => numbers * (side + 2) ** 2 * bytesPer.f32;
    return (
      h % side === 0 && w % side === 0 && tiles >= winograd.tiles && bytes(inner * outer) <= MOST_KERNEL_BYTES
    );
  };
  return [four, two].find(pays) ?? null;
}

/** nn.Conv2d with 3 × 3 kernels and a padding of 1; x: [N, C, H, W], in whole squares of the filter. */
export function winograd(x: Var, p: Scope, filter: Filter): Var {
  const { side } = filter;
  const [n, inner, h, w] = tuple(x.shape, 4);
  const [outer] = shapeOf(p, 'weight', 4);
  const kernels = transformed(p, outer, inner, filter);
  const rowBytes = n * Math.max(inner, outer) * (w / side) * kernels.shape[0]! * bytesPer.f32;
  const bands = Math.ceil((rowBytes * (h / side)) / BAND_BYTES);
  const height = Math.ceil(h / side / bands) * side;
  const tops = Array.from({ length: Math.ceil(h / height) }, (_, i) => i * height);
  const parts = tops.map((top) => band(x, kernels, filter, top, Math.min(top + height, h)));
  const whole = parts.length > 1 ? concat(2, ...parts) : defined(parts[0]);
  return p.has('bias') ? op('Add', [whole, p.tensor('bias', { shape: [outer, 1, 1] })], whole.shape) : whole;
}

/** Rows of the convolution, from `top` to before `bottom`. */
function band(x: Var, kernels: Var, { side, ...by }: Filter, top: number, bottom: number): Var {
  const [n, inner, h, w] = tuple(x.shape, 4);
  const [sums, , outer] = tuple(kernels.shape, 4);
  const [rows, columns, reach] = [(bottom - top) / side, w / side, side + 2];
  const [first, last] = [Math.max(0, top - 1), Math.min(h, bottom + 1)];
  const seen = last - first < h ? slice(x, 2, first, last) : x;
  const image = reshape(seen, 1, 1, n * inner, last - first, w);
  const forward = constant(by.forward, [sums, 1, 1, reach, reach], x.target);
  // Channels are a spatial axis of this convolution, with kernels of 1: so the sums become the outermost axis, as MatMul needs.
  const overlapping = {
    kernel_shape: [1, reach, reach],
    strides: [1, side, side],
    pads: [0, 1 - (top - first), 1, 0, 1 - (last - bottom), 1],
  };
  const summed = op('Conv', [image, forward], [1, sums, n * inner, rows, columns], overlapping);
  const apart = reshape(summed, sums, n, inner, rows * columns);
  const products = op('MatMul', [kernels, apart], [sums, n, outer, rows * columns]);
  const back = constant(by.back, [side * side, sums], x.target);
  const each = n * outer * rows * columns;
  const pixels = op('MatMul', [back, reshape(products, sums, each)], [side * side, each]);
  const placed = transpose(reshape(pixels, side, side, n, outer, rows, columns), 2, 3, 4, 0, 5, 1);
  return reshape(placed, n, outer, bottom - top, w);
}

/** The 3 × 3 kernels g, transformed to G·g·Gᵀ: [sums, 1, outer, inner]. */
function transformed(p: Scope, outer: number, inner: number, { kernel }: Filter): Var {
  const { winograd } = p.target;
  const sums = kernel.length / 9;
  const by = constant(kernel, [sums, 1, 9], p.target, { open: !winograd?.once });
  // In the file kernels follow each other, nine numbers each: a convolution along that line, in steps of nine, transforms them.
  const line = p.tensor('weight', { shape: [1, 1, 9 * outer * inner] });
  const stepping = { kernel_shape: [9], strides: [9], pads: [0, 0] };
  return reshape(op('Conv', [line, by], [1, sums, outer * inner], stepping), sums, 1, outer, inner);
}

/** One matrix that does to a square what this one does to its rows and then to its columns: its Kronecker product with itself. */
function alongBoth(matrix: Matrix): Float32Array {
  return Float32Array.from(
    matrix.flatMap((a) => matrix.flatMap((b) => a.flatMap((u) => b.map((v) => u * v)))),
  );
}
