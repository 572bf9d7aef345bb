/** Files as people have them, made from golden ones by what their case says: `ops`, one after the other. */
import { convert, f16ToF32, f32ToF16, isConvertible } from '../../../src/weights/values/half';
import type { Dtype } from '../../../src/weights/safetensors';
import { headerOf, tensorsOf, writtenBytes, type StoredTensor, type StoredTensors } from '../../safetensors';
import { goldenBytes } from '../root';

/** Numbers of a new tensor: one for all, a list, or a sequence; see `sequence`. */
type Fill = number | readonly number[] | { readonly lcg: number; readonly amp: number };

type Op =
  | { readonly op: 'keep' | 'drop' | 'squeeze' | 'transpose'; readonly match: string }
  | { readonly op: 'rename' | 'copy'; readonly match: string; readonly to: string }
  | { readonly op: 'unsqueeze'; readonly match: string; readonly by: number }
  | { readonly op: 'split'; readonly match: string; readonly into: readonly string[] }
  | { readonly op: 'pad' | 'rows'; readonly match: string; readonly to: number }
  | { readonly op: 'cast'; readonly match: string; readonly dtype: Dtype }
  | {
      readonly op: 'lowrank';
      readonly match: string;
      readonly rank: number;
      readonly up: Fill;
      readonly down: Fill;
      readonly scale: number;
    }
  | {
      readonly op: 'add';
      readonly name: string;
      readonly dtype: Dtype;
      readonly shape: readonly number[];
      readonly fill: Fill;
    }
  | { readonly op: 'metadata'; readonly set: Readonly<Record<string, string>> }
  | { readonly op: 'append'; readonly bytes: number };

/** A file of a case: packed beside it, or made from another golden file. */
export interface Made {
  readonly file: string;
  readonly packed?: string;
  readonly from?: string;
  readonly ops?: readonly Op[];
}

/** @param folder of the case, from the golden root. */
export async function fileBytes(
  { packed, from = '', ops = [] }: Made,
  folder: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (packed) return goldenBytes(`${folder}/${packed.replace(/\.gz$/, '')}`);
  const original = goldenBytes(from);
  if (ops.length === 0) return original;
  const { metadata } = await headerOf(original);
  let tensors = await tensorsOf(original);
  let stated: Record<string, string> = Object.fromEntries(metadata);
  let behind = 0;
  for (const op of ops) {
    if (op.op === 'metadata') stated = { ...stated, ...op.set };
    else if (op.op === 'append') behind += op.bytes;
    else tensors = changed(tensors, op);
  }
  return writtenBytes(tensors, stated, behind);
}

type Change = Exclude<Op, { readonly op: 'metadata' | 'append' }>;

function changed(tensors: StoredTensors, change: Change): StoredTensors {
  if (change.op === 'add') {
    const { name, dtype, shape, fill } = change;
    const values = filled(fill, sizeOf(shape));
    return new Map([...tensors, [name, { dtype, shape, bytes: stored(values, dtype) }]]);
  }
  const match = new RegExp(change.match);
  const all = [...tensors].flatMap(([name, tensor]): (readonly [string, StoredTensor])[] => {
    const found = match.test(name);
    if (change.op === 'keep') return found ? [[name, tensor]] : [];
    if (!found) return [[name, tensor]];
    switch (change.op) {
      case 'drop':
        return [];
      case 'rename':
        return [[name.replace(match, change.to), tensor]];
      case 'copy':
        return [
          [name, tensor],
          [name.replace(match, change.to), tensor],
        ];
      case 'split': {
        const each = tensor.bytes.length / change.into.length;
        const [rows = 0, ...rest] = tensor.shape;
        return change.into.map((to, i) => [
          name.replace(match, to),
          {
            dtype: tensor.dtype,
            shape: [rows / change.into.length, ...rest],
            bytes: tensor.bytes.slice(i * each, (i + 1) * each),
          },
        ]);
      }
      default:
        return [[name, reshaped(tensor, change)]];
    }
  });
  return new Map(all);
}

type Reshaping = Exclude<Change, { readonly op: 'add' | 'rename' | 'copy' | 'split' }>;

function reshaped(tensor: StoredTensor, change: Reshaping): StoredTensor {
  const { dtype, shape, bytes } = tensor;
  switch (change.op) {
    case 'keep':
    case 'drop':
      return tensor;
    case 'squeeze':
      return { ...tensor, shape: shape.slice(0, shape.findLastIndex((d) => d !== 1) + 1) };
    case 'unsqueeze':
      return { ...tensor, shape: [...shape, ...Array<number>(change.by).fill(1)] };
    case 'cast':
      return { dtype: change.dtype, shape, bytes: stored(numbers(tensor), change.dtype) };
    case 'transpose': {
      const [rows, columns] = shape as [number, number];
      const size = bytes.length / (rows * columns);
      const turned = new Uint8Array(bytes.length);
      for (let i = 0; i < rows * columns; i++) {
        const to = (i % columns) * rows + Math.floor(i / columns);
        turned.set(bytes.subarray(i * size, (i + 1) * size), to * size);
      }
      return { dtype, shape: [columns, rows], bytes: turned };
    }
    case 'rows':
      return padded(tensor, 0, change.to);
    case 'pad':
      return padded(tensor, 1, change.to);
    case 'lowrank': {
      const [rows, columns] = shape as [number, number];
      const half = (fill: Fill, count: number): Float32Array => f16ToF32(f32ToF16(filled(fill, count)));
      const up = half(change.up, columns * change.rank);
      const down = half(change.down, change.rank * rows);
      const sum = numbers(tensor).map((value, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        let product = 0;
        for (let k = 0; k < change.rank; k++)
          product += up[column * change.rank + k]! * down[k * rows + row]!;
        return value + change.scale * product;
      });
      return { dtype: 'F32', shape, bytes: stored(sum, 'F32') };
    }
  }
}

/** Zeros behind dimension 0 or 1, so that it is `to` long. */
function padded({ dtype, shape, bytes }: StoredTensor, dimension: 0 | 1, to: number): StoredTensor {
  const outer = dimension === 0 ? 1 : shape[0]!;
  const [each, wanted] = [bytes.length / outer, (bytes.length / outer / shape[dimension]!) * to];
  const made = new Uint8Array(outer * wanted);
  for (let i = 0; i < outer; i++) made.set(bytes.subarray(i * each, (i + 1) * each), i * wanted);
  return { dtype, shape: shape.with(dimension, to), bytes: made };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, d) => product * d, 1);

function filled(fill: Fill, count: number): Float32Array<ArrayBuffer> {
  if (typeof fill === 'number') return new Float32Array(count).fill(fill);
  if ('lcg' in fill) return sequence(fill.lcg, fill.amp, count);
  return Float32Array.from(fill);
}

/** x becomes 1664525 x + 1013904223 mod 2³²; its value is (x / 2³¹ − 1) times amp. */
function sequence(start: number, amp: number, count: number): Float32Array<ArrayBuffer> {
  let x = start;
  return Float32Array.from({ length: count }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return (x / 2 ** 31 - 1) * amp;
  });
}

function numbers({ dtype, bytes }: StoredTensor): Float32Array<ArrayBuffer> {
  if (!isConvertible(dtype)) throw new Error(`numbers of ${dtype}`);
  return new Float32Array(convert(bytes, dtype, 'F32').slice().buffer);
}

/** Numbers in a dtype, rounded to nearest even. */
function stored(values: Float32Array<ArrayBuffer>, dtype: Dtype): Uint8Array<ArrayBuffer> {
  const bytesOf = (numbers: { readonly buffer: ArrayBuffer }) => new Uint8Array(numbers.buffer);
  switch (dtype) {
    case 'F32':
      return bytesOf(values);
    case 'F16':
      return bytesOf(f32ToF16(values));
    case 'F64':
      return bytesOf(Float64Array.from(values));
    case 'BF16': {
      const codes = new Uint32Array(values.slice().buffer);
      return bytesOf(Uint16Array.from(codes, (code) => (code + 0x7fff + ((code >>> 16) & 1)) >>> 16));
    }
    case 'I64':
      return bytesOf(BigInt64Array.from(values, (value) => BigInt(Math.round(value))));
    case 'I32':
      return bytesOf(Int32Array.from(values));
    case 'I16':
      return bytesOf(Int16Array.from(values));
    case 'U8':
    case 'BOOL':
      return Uint8Array.from(values);
    case 'F8_E4M3':
    case 'F8_E5M2':
      return nearest(values, dtype);
    default:
      throw new Error(`no numbers are written as ${dtype} here`);
  }
}

/** The codes of the nearest of all numbers that a byte can be; of two that are as near, the even code. */
function nearest(values: Float32Array, dtype: 'F8_E4M3' | 'F8_E5M2'): Uint8Array<ArrayBuffer> {
  const all = new Float32Array(
    convert(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      dtype,
      'F32',
    ).buffer,
  );
  return Uint8Array.from(values, (value) => {
    let best = 0;
    for (const [code, number] of all.entries()) {
      const [far, before] = [Math.abs(number - value), Math.abs(all[best]! - value)];
      if (far < before || (far === before && code % 2 === 0)) best = code;
    }
    return best;
  });
}
