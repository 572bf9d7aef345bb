/** Lists what is in a .safetensors file of any kind: every tensor, and totals. */
import { partOf, type Part } from '../../nets/detect/parts';
import type { Dtype, Header } from '../../weights/safetensors';

/** A tensor, as a list shows it. */
export interface TensorLine {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly bytes: number;
}

/** What several tensors come to. */
export interface Sum {
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
}

/** A header in a form that can cross the worker line, and be shown. */
export interface Contents {
  /** In the order in which they lie in the file. */
  readonly tensors: readonly TensorLine[];
  readonly total: Sum;
  /** Largest first, and none that is empty. */
  readonly parts: readonly (Sum & { readonly part: Part })[];
  readonly dtypes: readonly (Sum & { readonly dtype: Dtype })[];
  /** Sorted by key: writers use no order. Untrusted text. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

/** Everything in a file, told from its header. */
export function contentsOf({ tensors, metadata }: Header): Contents {
  const lines = Array.from(tensors.values(), ({ name, dtype, shape, begin, end }): TensorLine => ({
    name,
    dtype,
    shape,
    parameters: shape.reduce((product, d) => product * d, 1),
    bytes: end - begin,
  }));
  return {
    tensors: lines,
    total: sumOf(lines),
    parts: sums(lines, ({ name }) => partOf(name)).map(([part, sum]) => ({ part, ...sum })),
    dtypes: sums(lines, ({ dtype }) => dtype).map(([dtype, sum]) => ({ dtype, ...sum })),
    metadata: [...metadata].sort(([a], [b]) => (a < b ? -1 : 1)), // no two are equal
  };
}

function sums<K>(lines: readonly TensorLine[], keyOf: (line: TensorLine) => K): [K, Sum][] {
  const groups = new Map<K, TensorLine[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const found = Array.from(groups, ([key, group]): [K, Sum] => [key, sumOf(group)]);
  return found.sort(([, a], [, b]) => b.bytes - a.bytes);
}

function sumOf(lines: readonly TensorLine[]): Sum {
  let parameters = 0;
  let bytes = 0;
  for (const line of lines) {
    parameters += line.parameters;
    bytes += line.bytes;
  }
  return { tensors: lines.length, parameters, bytes };
}
