/** Single modules against plain arithmetic in double precision: attention, convolutions, packed linear layers, norms. */
import {
  build,
  input,
  sizeOf,
  type Shape,
  type Target,
  type Var,
  type Winograd,
} from '../../src/graph/graph';
import { attention, cast, conv, fromImage, groupNorm, linear, toImage } from '../../src/graph/nn';
import { BLOCK } from '../../src/graph/packed';
import { scope, type Scope } from '../../src/graph/scope';
import type { Bits } from '../../src/graph/var';
import type { Value } from '../../src/runtime/session';
import type { TensorInfo } from '../../src/weights/safetensors';
import { pack, unpack } from '../../src/weights/values/pack';
import { memorySource } from '../../src/weights/source';
import { worstDifference } from '../golden/tensors';
import type { Bench, Scale } from './bench';
import { filled } from './full-size';
import { Missing, type Measured, type Row } from './row';

type DType = Target['dtype'];

/** f16 holds 11 bits, and ONNX Runtime also adds in f16: sums of thousands lose more. */
const BOUND = { f32: 1e-4, f16: 2e-2 };
const LONG = { f32: 1e-4, f16: 5e-2 };

const numbers = (count: number, seed: number): Float32Array<ArrayBuffer> => filled(seed, count).data;

/** What graphs of this dtype are like here. @throws Missing where there is no half precision. */
export function targetOf({ machine }: Bench, dtype: DType): Target {
  if (dtype === 'f16' && !machine.float16) throw new Missing('no shader-f16');
  return machine.target(dtype);
}

interface Tested {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly weights?: Readonly<Record<string, Shape>>;
  readonly module: (inputs: Readonly<Record<string, Var>>, p: Scope) => Var;
}

/** Runs a module once. Weights are `numbers`, seeded by their order. */
async function run({ machine }: Bench, target: Target, tested: Tested): Promise<Float32Array> {
  const tensors = new Map<string, TensorInfo>();
  const { inputs, weights = {} } = tested;
  let begin = 0;
  for (const [name, shape] of Object.entries(weights)) {
    const end = begin + 4 * sizeOf(shape);
    tensors.set(name, { name, dtype: 'F32', shape, begin, end });
    begin = end;
  }
  const bytes = new Uint8Array(begin);
  for (const [i, { begin, shape }] of [...tensors.values()].entries())
    bytes.set(new Uint8Array(numbers(sizeOf(shape), i).buffer), begin);
  const vars = Object.entries(inputs).map(([name, { shape }]) => [
    name,
    cast(input(name, shape, target), target.dtype),
  ]);
  const output = tested.module(Object.fromEntries(vars) as Record<string, Var>, scope(tensors, target));
  const graph = build({ y: cast(output, 'f32') });
  const net = await machine.sessions.open(
    graph,
    { tensors, source: memorySource(bytes) },
    machine.openDevice,
  );
  try {
    return await net.run(inputs);
  } finally {
    await net.release();
  }
}

const row = (
  name: string,
  dtype: DType,
  worth: number,
  run: (bench: Bench, target: Target) => Promise<Measured>,
  bound = BOUND[dtype],
): Row => ({
  name: `${name}, ${dtype}`,
  part: 'truth',
  worth,
  seconds: 60,
  bound,
  by: 'webgpu',
  run: async (bench) => run(bench, targetOf(bench, dtype)),
});

const UNTRUSTED = { unused: 'the app’s own test finds it wrong here, and nets do without' };

const dtypes = ['f16', 'f32'] as const;
const HEADS = 2;

/**
 * What scores deviate by, so that a query looks at some keys and not at all alike: then the mean of thousands would be
 * nearly nothing, and relative to that even PyTorch's half precision is 7e-2 off.
 */
const SHARPNESS = 2;

/** How many queries are recomputed. */
const QUERIES = 67;

function attentionRow(dtype: DType, form: 'fused' | 'written out', s: number, l: number, d: number): Row {
  const lengths = s === l ? `${s}` : `${s} to ${l}`;
  // First what pictures of 512² are made of.
  const worth = 300 + (form === 'fused' ? 10 : 0) + (dtype === 'f16' ? 5 : 0) + (s === 4096 ? 20 : 0);
  return row(`attention ${form}, ${lengths}, heads of ${d}`, dtype, worth, async (bench, target) => {
    const inputs = {
      q: filled(1, 1, s, HEADS * d),
      k: filled(2, 1, l, HEADS * d),
      v: filled(3, 1, l, HEADS * d),
    };
    for (const i of inputs.q.data.keys()) inputs.q.data[i]! *= SHARPNESS;
    const fused = form === 'fused';
    const actual = await run(
      bench,
      { ...target, fusedAttention: fused },
      {
        inputs,
        module: ({ q, k, v }) => attention(q!, k!, v!, HEADS),
      },
    );
    const rows = Array.from({ length: QUERIES }, (_, i) => Math.floor((i * (s - 1)) / (QUERIES - 1)));
    const expected = rows.flatMap((i) => [
      ...plainAttention(inputs.q.data, inputs.k.data, inputs.v.data, i, d),
    ]);
    const width = HEADS * d;
    const asked = rows.flatMap((i) => [...actual.subarray(i * width, (i + 1) * width)]);
    const trusted = target.fusedAttention || !fused;
    return {
      worst: worstDifference(asked, expected),
      ...(!trusted && UNTRUSTED),
    };
  });
}

/** What query `i` gets, of all heads. */
function plainAttention(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  i: number,
  d: number,
): Float64Array {
  const width = HEADS * d;
  const length = k.length / width;
  const out = new Float64Array(width);
  for (let from = 0; from < width; from += d) {
    const scores = new Float64Array(length);
    let max = -Infinity;
    for (let j = 0; j < length; j++) {
      let dot = 0;
      for (let c = from; c < from + d; c++) dot += q[i * width + c]! * k[j * width + c]!;
      scores[j] = dot / Math.sqrt(d);
      max = Math.max(max, scores[j]!);
    }
    let sum = 0;
    for (let j = 0; j < length; j++) sum += scores[j] = Math.exp(scores[j]! - max);
    for (let j = 0; j < length; j++) {
      for (let c = from; c < from + d; c++) out[c]! += (scores[j]! / sum) * v[j * width + c]!;
    }
  }
  return out;
}

/** Winograd’s filtering, in single precision alone: pixels a side, and whether kernels are transformed once or in every run. */
interface Squares {
  readonly side: 2 | 4;
  readonly once: boolean;
}

const nameOf = ({ side, once }: Squares): string =>
  `by squares of ${side}, kernels transformed ${once ? 'once' : 'in every run'}`;

const withSquares = ({ side, once }: Squares): Winograd => ({
  tiles: { 2: Infinity, 4: Infinity, [side]: 1 },
  channels: 1,
  once,
});

const convRow = (dtype: DType, channels: number, squares?: Squares): Row =>
  row(
    [`3 × 3 convolution of ${channels} channels`, ...(squares ? [nameOf(squares)] : [])].join(', '),
    dtype,
    250 + (dtype === 'f16' ? 5 : 0),
    async (bench, plain) => {
      const [h, w, out] = squares ? [16, 24, 32] : [9, 10, 32];
      const { winograd: _, ...without } = plain;
      const target = squares ? { ...without, winograd: withSquares(squares) } : without;
      const shape = [2, channels, h, w];
      const x = numbers(sizeOf(shape), 7);
      const actual = await run(bench, target, {
        inputs: { x: { data: x, shape } },
        weights: { 'c.weight': [out, channels, 3, 3], 'c.bias': [out] },
        module: ({ x }, p) => toImage(conv(fromImage(x!), p('c'))),
      });
      const weight = numbers(out * channels * 9, 0);
      const bias = numbers(out, 1);
      const expected = new Float64Array(2 * out * h * w);
      let at = 0;
      for (let n = 0; n < 2; n++)
        for (let o = 0; o < out; o++)
          for (let i = 0; i < h; i++)
            for (let j = 0; j < w; j++) {
              let sum = bias[o]!;
              for (let c = 0; c < channels; c++)
                for (let a = Math.max(0, 1 - i); a < Math.min(3, h + 1 - i); a++)
                  for (let b = Math.max(0, 1 - j); b < Math.min(3, w + 1 - j); b++)
                    sum +=
                      weight[((o * channels + c) * 3 + a) * 3 + b]! *
                      x[((n * channels + c) * h + i + a - 1) * w + j + b - 1]!;
              expected[at++] = sum;
            }
      return { worst: worstDifference(actual, expected) };
    },
    channels > 100 ? LONG[dtype] : BOUND[dtype],
  );

/** Numbers in and out of a packed layer: a UNet's; and T5's, of whose numbers out some will do. */
const [UNET, ...T5] = [
  [320, 640],
  [4096, 256],
  [10240, 256],
] as const;

/** Weights of 8 or 4 bits beside plain arithmetic with what those bits stand for. */
const packedRow = (
  dtype: DType,
  bits: Bits,
  rows: number,
  [inner, outer]: readonly [inner: number, outer: number] = UNET,
): Row =>
  row(
    `linear layer in ${bits} bits, ${rows} rows${inner === UNET[0] ? '' : ` of ${inner}`}`,
    dtype,
    256 + (dtype === 'f16' ? 5 : 0),
    async (bench, target) => {
      const x = numbers(rows * inner, 5);
      const actual = await run(
        bench,
        { ...target, bits },
        {
          inputs: { x: { data: x, shape: [rows, inner] } },
          weights: { 'l.weight': [outer, inner], 'l.bias': [outer] },
          module: ({ x }, p) => linear(x!, p('l')),
        },
      );
      const codes = pack(numbers(outer * inner, 0), bits, BLOCK, dtype);
      const weight = unpack(codes, bits, BLOCK, dtype);
      const bias = numbers(outer, 1);
      const expected = new Float64Array(rows * outer);
      for (let r = 0; r < rows; r++)
        for (let o = 0; o < outer; o++) {
          let sum = bias[o]!;
          for (let i = 0; i < inner; i++) sum += x[r * inner + i]! * weight[o * inner + i]!;
          expected[r * outer + o] = sum;
        }
      const trusted = await bench.machine.packs(bits);
      return { worst: worstDifference(actual, expected), ...(!trusted && UNTRUSTED) };
    },
    inner > 1000 ? LONG[dtype] : BOUND[dtype],
  );

const GROUPS = 32;

const normRow = (
  dtype: DType,
  form: 'plain' | 'with SiLU' | 'with SiLU, after adding',
  channels: number,
): Row =>
  row(
    `group norm of ${channels} channels, ${form}`,
    dtype,
    260 + (dtype === 'f16' ? 5 : 0),
    async (bench, target) => {
      const [n, h, w] = [2, 32, 32];
      const shape = [n, channels, h, w];
      const x = numbers(sizeOf(shape), 3).map((value, i) => 3 * value + 0.5 + (i % 7) / 7);
      const emb = numbers(n * channels, 4);
      const added = form === 'with SiLU, after adding';
      const activation = form !== 'plain';
      const actual = await run(bench, target, {
        inputs: { x: { data: x, shape }, ...(added && { emb: { data: emb, shape: [n, channels] } }) },
        weights: { 'n.weight': [channels], 'n.bias': [channels] },
        module: ({ x, emb }, p) =>
          toImage(groupNorm(fromImage(x!), p('n'), { activation, ...(added && { shift: emb! }) })),
      });
      const [weight, bias] = [numbers(channels, 0), numbers(channels, 1)];
      const expected = new Float64Array(x.length);
      const [area, each] = [h * w, channels / GROUPS];
      for (let g = 0; g < n * GROUPS; g++) {
        const from = g * each * area;
        const value = (i: number): number => x[i]! + (added ? emb[Math.floor(i / area)]! : 0);
        let [sum, squares] = [0, 0];
        for (let i = from; i < from + each * area; i++) sum += value(i);
        const mean = sum / (each * area);
        for (let i = from; i < from + each * area; i++) squares += (value(i) - mean) ** 2;
        const scale = 1 / Math.sqrt(squares / (each * area) + 1e-5);
        for (let i = from; i < from + each * area; i++) {
          const c = Math.floor(i / area) % channels;
          const y = (value(i) - mean) * scale * weight[c]! + bias[c]!;
          expected[i] = activation ? y / (1 + Math.exp(-y)) : y;
        }
      }
      return { worst: worstDifference(actual, expected) };
    },
  );

const SIZES = [40, 64, 80, 160];
/** Queries and keys. */
const LENGTHS = [...[64, 256, 1024, 4096].map((length) => [length, length] as const), [4096, 77] as const];

const attentionRows = (dtype: DType, form: 'fused' | 'written out'): Row[] =>
  SIZES.flatMap((d) => LENGTHS.map(([s, l]) => attentionRow(dtype, form, s, l, d)));

/** A CPU that imitates a card compiles the fused kernel for minutes: it is tried once there, last of all. */
const fusedRows = (dtype: DType, scale: Scale): Row[] =>
  scale === 'full'
    ? attentionRows(dtype, 'fused')
    : [{ ...attentionRow(dtype, 'fused', 64, 64, 40), worth: 1, seconds: 200 }];

const SQUARES: readonly Squares[] = ([4, 2] as const).flatMap((side) =>
  [true, false].map((once) => ({ side, once })),
);

export const moduleRows = (scale: Scale): Row[] =>
  dtypes.flatMap((dtype) => [
    ...fusedRows(dtype, scale),
    ...attentionRows(dtype, 'written out'),
    ...([8, 4] as const).flatMap((bits) => [1, 154, 1024].map((rows) => packedRow(dtype, bits, rows))),
    ...T5.map((shape) => packedRow(dtype, 8, 512, shape)),
    ...Array.from({ length: 14 }, (_, i) => convRow(dtype, i + 3)),
    ...[320, 1280, 2560].map((channels) => convRow(dtype, channels)),
    ...(dtype === 'f32' ? SQUARES.map((squares) => convRow(dtype, 320, squares)) : []),
    ...(['plain', 'with SiLU', 'with SiLU, after adding'] as const).flatMap((form) =>
      [64, 320, 960].map((channels) => normRow(dtype, form, channels)),
    ),
  ]);
