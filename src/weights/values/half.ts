/**
 * Conversions between the number formats that weights are stored in. Exact in both directions: widening keeps every
 * value, narrowing rounds to nearest, ties to even. All typed arrays are little-endian, as safetensors is and as every
 * machine with a browser is.
 */
import { DrobeError } from '../../errors';
import type { Dtype } from '../safetensors';

const f64 = new Float64Array(1);
const f32 = new Float32Array(f64.buffer, 0, 1);
const u32 = new Uint32Array(f64.buffer, 0, 1);

/** Bits of the single that a half means. NaN payloads are kept. */
function halfToSingle(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const zeros = Math.clz32(fraction) - 21; // how far the leading 1 is from bit 10
  return sign | ((113 - zeros) << 23) | ((fraction << (13 + zeros)) & 0x7fffff);
}

/**
 * Bits of the half nearest to a single. What would round to infinity becomes ±65504, since an infinite weight spoils
 * a whole picture and a clipped one does not; infinities and NaN stay what they are.
 */
function singleToHalf(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const size = single & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x1ff);
  if (size === 0x7f800000) return sign | 0x7c00;
  if (size >= 0x477ff000) return sign | 0x7bff; // 65520 and above
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  if (size <= 0x33000000) return sign; // half of the least subnormal, and below
  const shift = 126 - (size >>> 23); // 14 … 24
  const fraction = (size & 0x7fffff) | 0x800000;
  return sign | ((fraction + (1 << (shift - 1)) - 1 + ((fraction >>> shift) & 1)) >>> shift);
}

/** Bits of the single that an 8-bit float means. E4M3 here is the FN kind: no infinities, NaN is all ones. */
function byteToSingle(code: number, fractionBits: 2 | 3): number {
  if (fractionBits === 2) return halfToSingle(code << 8); // E5M2 is a half without its last 8 bits
  const sign = (code & 0x80) << 24;
  const size = code & 0x7f;
  if (size === 0x7f) return sign | 0x7fc00000;
  f32[0] = size < 8 ? size * 2 ** -9 : (8 + (size & 7)) * 2 ** ((size >>> 3) - 10);
  return sign | u32[0]!;
}

/** The same of the kind without infinities and without −0, whose code is NaN: what it means is half as much. */
function unsignedZeroToSingle(code: number, fractionBits: 2 | 3): number {
  if (code === 0x80) return 0x7fc00000;
  const size = code & 0x7f;
  const most = 2 ** fractionBits;
  const exponent = size >>> fractionBits;
  const fraction = exponent === 0 ? size : most + (size & (most - 1));
  f32[0] = fraction * 2 ** (Math.max(1, exponent) - fractionBits - 2 ** (6 - fractionBits));
  return ((code & 0x80) << 24) | u32[0]!;
}

/** 2^16 or 2^8 answers, computed when first asked for. A look-up is faster than arithmetic, and there is one loop for all. */
function lazyTable<A extends Uint16Array | Uint32Array>(
  make: () => A,
  entry: (code: number) => number,
): () => A {
  let table: A | undefined;
  return () => {
    if (!table) {
      table = make();
      for (let code = 0; code < table.length; code++) table[code] = entry(code);
    }
    return table;
  };
}

const wide = (codes: number, entry: (code: number) => number) =>
  lazyTable(() => new Uint32Array(codes), entry);
const narrow = (codes: number, entry: (code: number) => number) =>
  lazyTable(
    () => new Uint16Array(codes),
    (code) => singleToHalf(entry(code)),
  );

const brainToSingle = (code: number) => code << 16;
/** Floats of 8 bits, by what a single of each is made of. */
const bytes = {
  F8_E4M3: (code: number) => byteToSingle(code, 3),
  F8_E5M2: (code: number) => byteToSingle(code, 2),
  F8_E4M3FNUZ: (code: number) => unsignedZeroToSingle(code, 3),
  F8_E5M2FNUZ: (code: number) => unsignedZeroToSingle(code, 2),
};
const isByte = (dtype: Dtype): dtype is keyof typeof bytes => dtype in bytes;

const { F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ } = bytes;
const tables = {
  F32: {
    F16: wide(65536, halfToSingle),
    F8_E4M3: wide(256, F8_E4M3),
    F8_E5M2: wide(256, F8_E5M2),
    F8_E4M3FNUZ: wide(256, F8_E4M3FNUZ),
    F8_E5M2FNUZ: wide(256, F8_E5M2FNUZ),
  },
  F16: {
    BF16: narrow(65536, brainToSingle),
    F8_E4M3: narrow(256, F8_E4M3),
    F8_E5M2: narrow(256, F8_E5M2),
    F8_E4M3FNUZ: narrow(256, F8_E4M3FNUZ),
    F8_E5M2FNUZ: narrow(256, F8_E5M2FNUZ),
  },
};

function lookUp<A extends Uint16Array | Uint32Array>(
  table: Uint16Array | Uint32Array,
  codes: ArrayLike<number>,
  out: A,
): A {
  for (let i = 0; i < out.length; i++) out[i] = table[codes[i]!]!;
  return out;
}

/** So many numbers of 32 or 16 bits, to be written: in memory of their own, or where there is room for them. */
const singles = (count: number, room = new ArrayBuffer(4 * count)) => new Uint32Array(room, 0, count);
const halves = (count: number, room = new ArrayBuffer(2 * count)) => new Uint16Array(room, 0, count);

const asFloats = ({ buffer, length }: Uint32Array<ArrayBuffer>): Float32Array<ArrayBuffer> =>
  new Float32Array(buffer, 0, length);

/**
 * Halves, as their bits, to singles. What most checkpoints hold: a loop that nothing else goes through, four at a time, takes
 * half as long.
 */
export function f16ToF32(codes: Uint16Array, room?: ArrayBuffer): Float32Array<ArrayBuffer> {
  const out = singles(codes.length, room);
  const table = tables.F32.F16();
  let i = 0;
  for (const last = out.length - 3; i < last; i += 4) {
    out[i] = table[codes[i]!]!;
    out[i + 1] = table[codes[i + 1]!]!;
    out[i + 2] = table[codes[i + 2]!]!;
    out[i + 3] = table[codes[i + 3]!]!;
  }
  for (; i < out.length; i++) out[i] = table[codes[i]!]!;
  return asFloats(out);
}

/** bfloat16, as its bits, to singles. */
export function bf16ToF32(codes: Uint16Array, room?: ArrayBuffer): Float32Array<ArrayBuffer> {
  const out = singles(codes.length, room);
  for (let i = 0; i < out.length; i++) out[i] = codes[i]! << 16;
  return asFloats(out);
}

/** Singles to the bits of the nearest halves. */
export function f32ToF16(values: Float32Array, room?: ArrayBuffer): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = halves(values.length, room);
  for (let i = 0; i < out.length; i++) out[i] = singleToHalf(bits[i]!);
  return out;
}

/** Doubles to the nearest singles. */
export function f64ToF32(values: Float64Array, room?: ArrayBuffer): Float32Array<ArrayBuffer> {
  const out = asFloats(singles(values.length, room));
  out.set(values);
  return out;
}

/** Doubles to the bits of the nearest halves, rounded once. */
function f64ToF16(values: Float64Array, room?: ArrayBuffer): Uint16Array<ArrayBuffer> {
  const out = halves(values.length, room);
  for (let i = 0; i < out.length; i++) {
    const value = values[i]!;
    f32[0] = value;
    const rounded = f32[0];
    let bits = u32[0]!;
    // Round to odd first: an inexact single ends in 1, so that the second rounding cannot mistake it for a tie.
    if (rounded !== value && !Number.isNaN(value)) {
      if (Math.abs(rounded) > Math.abs(value)) bits--;
      bits |= 1;
    }
    out[i] = singleToHalf(bits);
  }
  return out;
}

/** Whether `convert` can read numbers of this type. */
export function isConvertible(dtype: Dtype): boolean {
  return isByte(dtype) || ['F64', 'F32', 'F16', 'BF16'].includes(dtype);
}

/**
 * The weights of a tensor in another number format. The bytes may begin at any offset.
 * Throws 'bad-weight' for dtypes that hold no real numbers, or in a form no checkpoint uses.
 * @param room where they are written to; absent: memory of their own.
 */
export function convert(
  bytes: Uint8Array,
  from: Dtype,
  to: 'F32' | 'F16',
  room?: ArrayBuffer,
): Uint8Array<ArrayBuffer> {
  if (from === to) return bytes.slice();
  const { buffer, byteLength } = converted(bytes, from, to, room);
  return new Uint8Array(buffer, 0, byteLength);
}

function converted(
  bytes: Uint8Array,
  from: Dtype,
  to: 'F32' | 'F16',
  room?: ArrayBuffer,
): Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  if (isByte(from)) {
    return to === 'F32'
      ? lookUp(tables.F32[from](), bytes, singles(bytes.length, room))
      : lookUp(tables.F16[from](), bytes, halves(bytes.length, room));
  }
  if (from === 'F16') return f16ToF32(view(Uint16Array, bytes, from), room);
  if (from === 'F32') return f32ToF16(view(Float32Array, bytes, from), room);
  if (from === 'BF16') {
    const codes = view(Uint16Array, bytes, from);
    if (to === 'F32') return bf16ToF32(codes, room);
    return lookUp(tables.F16.BF16(), codes, halves(codes.length, room));
  }
  if (from === 'F64') {
    const values = view(Float64Array, bytes, from);
    return to === 'F32' ? f64ToF32(values, room) : f64ToF16(values, room);
  }
  throw new DrobeError('bad-weight', { reason: `numbers of type ${from} cannot be used as weights` });
}

interface Numbers<A> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/** The same bytes as numbers; copied only if they begin at an offset where such numbers cannot. */
export function view<A>(Type: Numbers<A>, bytes: Uint8Array, dtype: Dtype): A {
  const size = Type.BYTES_PER_ELEMENT;
  if (bytes.length % size !== 0) {
    throw new DrobeError('bad-weight', { reason: `${bytes.length} bytes are no whole number of ${dtype}` });
  }
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new Type(aligned.buffer, aligned.byteOffset, bytes.length / size);
}
