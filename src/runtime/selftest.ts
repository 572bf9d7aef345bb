/** Do kernels compute what they should on this device? Fused attention does not on all of them. */
import { build, input, type Bits, type Target, type Var } from '../graph/graph';
import { attention, cast, concat, linear, reshape } from '../graph/nn';
import { BLOCK } from '../graph/packed';
import { scope } from '../graph/scope';
import { pack, unpack } from '../weights/values/pack';
import type { TensorInfo } from '../weights/safetensors';
import { memorySource } from '../weights/source';
import type { OpenDevice } from './place';
import type { Sessions, Value } from './session';

/** [queries, keys, heads, head size]: self- and cross-attention as Stable Diffusion has them. */
const CASES: readonly (readonly [s: number, l: number, heads: number, d: number])[] = [
  [64, 64, 2, 40],
  [32, 77, 1, 64],
];

/** Runs the cases on a device of its own and compares them with plain arithmetic. False too if they cannot run. */
export async function attentionIsRight(
  sessions: Sessions,
  openDevice: OpenDevice,
  target: Target,
): Promise<boolean> {
  const values: Record<string, Value> = {};
  const outputs: Var[] = [];
  const expected: number[] = [];
  for (const [i, sizes] of CASES.entries()) {
    const [s, l, heads, d] = sizes;
    const tested = (letter: 'q' | 'k' | 'v', length: number, seed: number): Tested => {
      const shape = [1, length, heads * d];
      const value = { data: pattern(length * heads * d, seed), shape };
      values[`${letter}${i}`] = value;
      return { value, v: cast(input(`${letter}${i}`, shape, target), target.dtype) };
    };
    const [q, k, v] = [tested('q', s, 3 * i + 1), tested('k', l, 3 * i + 2), tested('v', l, 3 * i + 3)];
    outputs.push(reshape(attention(q.v, k.v, v.v, heads), s * heads * d));
    expected.push(...plainAttention([q.value.data, k.value.data, v.value.data], sizes));
  }
  try {
    const graph = build({ mixed: cast(concat(0, ...outputs), 'f32') });
    const net = await sessions.open(
      graph,
      { tensors: new Map(), source: memorySource(new Uint8Array()) },
      openDevice,
    );
    const actual = await net.run(values);
    await net.release();
    const tolerance = target.dtype === 'f16' ? 2e-2 : 1e-3;
    return expected.every((x, i) => Math.abs(x - actual[i]!) < tolerance);
  } catch {
    return false; // no such kernel here: attention is then written out
  }
}

/** [rows, inner, outer]: there are kernels for one row, for a few, and for many. */
const LAYERS = [
  [1, 64, 48],
  [3, 96, 32],
  [20, 160, 136],
] as const;

/** Runs linear layers with packed weights and compares with plain arithmetic; as for attention. */
export async function packingIsRight(
  sessions: Sessions,
  openDevice: OpenDevice,
  target: Target & { readonly bits: Bits },
): Promise<boolean> {
  const tensors = new Map<string, TensorInfo>();
  const numbers: number[] = [];
  const stored = (name: string, shape: readonly number[], data: Float32Array): void => {
    const begin = 4 * numbers.length;
    numbers.push(...data);
    tensors.set(name, { name, dtype: 'F32', shape, begin, end: 4 * numbers.length });
  };
  const values: Record<string, Value> = {};
  const expected: number[] = [];
  for (const [i, [rows, inner, outer]] of LAYERS.entries()) {
    const [x, weight, bias] = [
      pattern(rows * inner, i + 1),
      pattern(outer * inner, i + 4),
      pattern(outer, i + 7),
    ];
    values[`x${i}`] = { data: x, shape: [rows, inner] };
    stored(`${i}.weight`, [outer, inner], weight);
    stored(`${i}.bias`, [outer], bias);
    const read = unpack(pack(weight, target.bits, BLOCK, target.dtype), target.bits, BLOCK, target.dtype);
    expected.push(...plainLinear(x, read, bias, inner));
  }
  try {
    const products = LAYERS.map(([rows, inner, outer], i) => {
      const x = cast(input(`x${i}`, [rows, inner], target), target.dtype);
      return reshape(linear(x, scope(tensors, target)(i)), rows * outer);
    });
    const graph = build({ y: cast(concat(0, ...products), 'f32') });
    const source = memorySource(new Uint8Array(Float32Array.from(numbers).buffer));
    const net = await sessions.open(graph, { tensors, source }, openDevice);
    const actual = await net.run(values);
    await net.release();
    // Sums of up to 160 products of numbers up to 2.
    const tolerance = target.dtype === 'f16' ? 0.25 : 2e-3;
    return expected.every((y, i) => Math.abs(y - actual[i]!) < tolerance);
  } catch {
    return false; // no such kernel here
  }
}

function plainLinear(x: Float32Array, weight: Float32Array, bias: Float32Array, inner: number): number[] {
  const outer = bias.length;
  return Array.from({ length: (x.length / inner) * outer }, (_, i) => {
    const [row, column] = [Math.floor(i / outer) * inner, (i % outer) * inner];
    let sum = bias[i % outer]!; // one for each column
    for (let k = 0; k < inner; k++) sum += x[row + k]! * weight[column + k]!;
    return sum;
  });
}

interface Tested {
  readonly value: { readonly data: Float32Array; readonly shape: number[] };
  readonly v: Var;
}

/** Numbers in −2…2 that look random and are the same everywhere. */
function pattern(count: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => 2 * Math.sin((i + 1) * 12.9898 * seed + seed));
}

/** @param qkv queries, keys and values. @param sizes as in `CASES`. */
function plainAttention(
  [q, k, v]: readonly [Float32Array, Float32Array, Float32Array],
  [s, l, heads, d]: (typeof CASES)[number],
): Float32Array {
  const width = heads * d;
  const out = new Float32Array(s * width);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < s; i++) {
      const scores = Array.from({ length: l }, (_, j) => {
        let dot = 0;
        for (let c = head * d; c < (head + 1) * d; c++) dot += q[i * width + c]! * k[j * width + c]!;
        return dot / Math.sqrt(d);
      });
      const max = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - max));
      const sum = weights.reduce((a, b) => a + b, 0);
      for (let c = head * d; c < (head + 1) * d; c++) {
        out[i * width + c] = weights.reduce(
          (mixed, weight, j) => mixed + (weight / sum) * v[j * width + c]!,
          0,
        );
      }
    }
  }
  return out;
}
