/** Arithmetic on each number of a value. */
import { lastOf } from '../checked';
import { constant, op, type Shape, type Var } from './graph';
import { slice } from './shapes';

const ms = { domain: 'com.microsoft' } as const;

/** Broadcasting as NumPy does. */
function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1),
  );
}
/** x + y, with numpy's broadcasting. */
export const add = (x: Var, y: Var): Var => op('Add', [x, y], broadcast(x.shape, y.shape));
/** x · y, element by element, with numpy's broadcasting. */
export const mul = (x: Var, y: Var): Var => op('Mul', [x, y], broadcast(x.shape, y.shape));
/** The same numbers in another type. */
export const cast = (x: Var, to: 'f32' | 'f16'): Var =>
  x.dtype === to ? x : op('Cast', [x], x.shape, { to: to === 'f32' ? 1 : 10 }, { dtype: to });

function scalar(value: number, like: Var): Var {
  const v = constant(Float32Array.of(value), [1], like.target);
  return like.dtype === 'f16' ? cast(v, 'f16') : v; // one number: ONNX Runtime folds the Cast
}

/** x times a number. */
export const scaled = (x: Var, by: number): Var => mul(x, scalar(by, x));
/** x plus a number. */
export const shifted = (x: Var, by: number): Var => add(x, scalar(by, x));
export const relu = (x: Var): Var => op('Relu', [x], x.shape);
export const sigmoid = (x: Var): Var => op('Sigmoid', [x], x.shape);
export const tanh = (x: Var): Var => op('Tanh', [x], x.shape);
export const sqrt = (x: Var): Var => op('Sqrt', [x], x.shape);
/** nn.LeakyReLU: x, times `slope` below zero. */
export const leakyRelu = (x: Var, slope: number): Var =>
  op('LeakyRelu', [x], x.shape, { alpha: { float: slope } });

/** x·sigmoid(x). QuickGelu with alpha 1 is SiLU in one kernel, on both backends. */
export const silu = (x: Var): Var => op('QuickGelu', [x], x.shape, { alpha: { float: 1 } }, ms);
/** x·sigmoid(1.702 x): https://github.com/openai/CLIP/blob/main/clip/model.py */
export const quickGelu = (x: Var): Var => op('QuickGelu', [x], x.shape, { alpha: { float: 1.702 } }, ms);
/** nn.GELU: x · Φ(x), exactly. */
export const gelu = (x: Var): Var => op('Gelu', [x], x.shape);
/** torch's nn.GELU(approximate="tanh"), which is a little off the exact one. */
export const tanhGelu = (x: Var): Var => op('FastGelu', [x], x.shape, {}, ms);

/** x, clamped to the range of half precision. */
export function bounded(x: Var): Var {
  if (x.dtype !== 'f16') return x;
  const end = (value: number): Var => cast(constant(Float32Array.of(value), [], x.target), 'f16');
  return op('Clip', [x, end(-65504), end(65504)], x.shape);
}

/** torch's x.chunk(count, dim=-1). */
export function chunk(x: Var, count: number): Var[] {
  const last = x.shape.length - 1;
  const part = x.shape[last]! / count;
  return Array.from({ length: count }, (_, i) => slice(x, last, i * part, (i + 1) * part));
}

/** [.., m, k] · [.., k, n] → [.., m, n]; where y is a matrix, it is the same for all of x. */
export const matmul = (x: Var, y: Var): Var => op('MatMul', [x, y], x.shape.with(-1, lastOf(y.shape)));
