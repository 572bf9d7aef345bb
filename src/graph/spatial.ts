/** What nets that read pictures do to feature maps beside convolutions: torch's, as graph values. */
import { constant, op, type Var } from './graph';
import { axes, cast, concat, dims, fromImage, slice, toImage } from './nn';
import { shapeOf, type Scope } from './scope';
import { reshape } from './shapes';

/** nn.ReflectionPad2d of a feature map that is larger than `count` on both sides. */
export function reflectPad(x: Var, count: number): Var {
  const { h, w } = axes(x);
  return [h, w].reduce((y, axis) => {
    const length = y.shape[axis]!; // an axis of it
    const at = (i: number): Var => slice(y, axis, i, i + 1);
    const before = Array.from({ length: count }, (_, i) => at(count - i));
    const after = Array.from({ length: count }, (_, i) => at(length - 2 - i));
    return concat(axis, ...before, y, ...after);
  }, x);
}

/** nn.InstanceNorm2d of a feature map, without weights: each channel gets a mean of 0 and a deviation of 1. */
export function instanceNorm(x: Var, eps = 1e-5): Var {
  const [, c] = dims(x);
  const all = (value: number): Var =>
    cast(constant(new Float32Array(c).fill(value), [c], x.target), x.dtype === 'f16' ? 'f16' : 'f32');
  const image = toImage(x);
  const inputs = [image, all(1), all(0)] as const;
  return fromImage(op('InstanceNormalization', inputs, image.shape, { epsilon: { float: eps } }));
}

/** nn.MaxPool2d(2) of a feature map. */
export function maxPool2x(x: Var): Var {
  const [n, c, h, w] = dims(x);
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
  return fromImage(op('MaxPool', [toImage(x)], [n, c, h >> 1, w >> 1], attributes));
}

/** nn.ConvTranspose2d of a feature map. Kernel size and channels come from the weight. */
export function convTranspose(x: Var, p: Scope, { stride = 1, pad = 0, outputPad = 0 } = {}): Var {
  const weight = p.tensor('weight');
  const [, outer, kh, kw] = shapeOf(p, 'weight', 4);
  const [n, , h, w] = dims(x);
  const attributes = {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    output_padding: [outputPad, outputPad],
  };
  const along = (length: number, kernel: number): number =>
    (length - 1) * stride + kernel - 2 * pad + outputPad;
  const bias = p.has('bias') ? p.tensor('bias') : null;
  return fromImage(
    op('ConvTranspose', [toImage(x), weight, bias], [n, outer, along(h, kh), along(w, kw)], attributes),
  );
}

/**
 * How a number of the larger side is made of the smaller one's: torch's `bilinear` where corners are pixels' and lie upon
 * each other (`align_corners=False`), or where the first and last numbers do; `bicubic` as torch has it, with the former.
 */
export type Interpolation = 'bilinear' | 'bilinear aligned' | 'bicubic';

/**
 * torch.nn.functional.interpolate of a feature map to this size. As two products with matrices, which every backend has,
 * in either layout.
 */
export function interpolated(x: Var, h: number, w: number, how: Interpolation): Var {
  const [n, c, rows, columns] = dims(x);
  const matrix = (from: number, to: number): Var =>
    cast(constant(sharesOf(from, to, how), [to, from], x.target), x.dtype === 'f16' ? 'f16' : 'f32');
  if (x.target.layout === 'nhwc') {
    const tall =
      rows === h ? x : op('MatMul', [matrix(rows, h), reshape(x, n, rows, columns * c)], [n, h, columns * c]);
    const wide = reshape(tall, n * h, columns, c);
    const out = columns === w ? wide : op('MatMul', [matrix(columns, w), wide], [n * h, w, c]);
    return reshape(out, n, h, w, c);
  }
  const tall = rows === h ? x : op('MatMul', [matrix(rows, h), x], [n, c, h, columns]);
  if (columns === w) return tall;
  const across = constant(turned(sharesOf(columns, w, how), w, columns), [columns, w], x.target);
  return op('MatMul', [tall, cast(across, x.dtype === 'f16' ? 'f16' : 'f32')], [n, c, h, w]);
}

/** [to, from]: how much each number counts in each of the new ones. */
function sharesOf(from: number, to: number, how: Interpolation): Float32Array {
  const shares = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const aligned = to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    const place = how === 'bilinear aligned' ? aligned : ((i + 0.5) * from) / to - 0.5;
    const base = Math.floor(place);
    const [reach, weight] = how === 'bicubic' ? ([2, cubic] as const) : ([1, triangle] as const);
    for (let j = base - reach + 1; j <= base + reach; j++) {
      const inside = Math.min(Math.max(j, 0), from - 1);
      shares[i * from + inside]! += weight(Math.abs(j - place));
    }
  }
  return shares;
}

const triangle = (x: number): number => Math.max(0, 1 - x);

/** Keys (1981), "Cubic convolution interpolation for digital image processing", with the slope that torch takes. */
function cubic(x: number): number {
  const a = -0.75;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function turned(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = matrix[row * columns + column]!;
  }
  return out;
}
