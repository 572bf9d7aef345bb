/** Values under other shapes. */
import { defined, tuple } from '../checked';
import { constant, op, type Var } from './graph';

/** The same numbers, in the same order, under another shape of the same size. */
export function reshape(x: Var, ...shape: number[]): Var {
  const to = constant(BigInt64Array.from(shape, BigInt), [shape.length], x.target);
  return op('Reshape', [x, to], shape);
}

/** torch.permute: axis i of the result is axis perm[i] of x. */
export function transpose(x: Var, ...perm: number[]): Var {
  const shape = perm.map((i) => x.shape[i]!); // perm permutes the axes of x
  return op('Transpose', [x], shape, { perm });
}

/** Elements `from` (inclusive) to `to` (exclusive) of one axis. */
export function slice(x: Var, axis: number, from: number, to: number): Var {
  const at = (n: number): Var => constant(BigInt64Array.of(BigInt(n)), [1], x.target);
  return op('Slice', [x, at(from), at(to), at(axis)], x.shape.with(axis, to - from));
}

/** torch.cat. @param parts one at least. */
export function concat(axis: number, ...parts: readonly Var[]): Var {
  const [one, ...others] = parts;
  const first = defined(one);
  const length = parts.reduce((n, part) => n + part.shape[axis]!, 0);
  return op('Concat', [first, ...others], first.shape.with(axis, length), { axis });
}

/** These rows of a table, in this order; the same may be in it many times. */
export function rowsOf(table: Var, rows: readonly number[]): Var {
  const at = constant(BigInt64Array.from(rows, BigInt), [rows.length], table.target);
  return op('Gather', [table, at], table.shape.with(0, rows.length), { axis: 0 });
}

/** Zeros at the end of one axis. */
export function padAxis(x: Var, axis: number, count: number): Var {
  if (count === 0) return x;
  const pads = x.shape.flatMap(() => [0, 0]).with(x.shape.length + axis, count);
  const to = constant(BigInt64Array.from(pads, BigInt), [pads.length], x.target);
  return op('Pad', [x, to], x.shape.with(axis, x.shape[axis]! + count));
}

/** torch's pixel_unshuffle of [N, C, H, W]: squares of pixels become channels, [N, C·side², H/side, W/side]. */
export function pixelUnshuffle(x: Var, side: number): Var {
  const [n, c, h, w] = tuple(x.shape, 4);
  const [rows, columns] = [h / side, w / side];
  const squares = transpose(reshape(x, n, c, rows, side, columns, side), 0, 1, 3, 5, 2, 4);
  return reshape(squares, n, c * side * side, rows, columns);
}
