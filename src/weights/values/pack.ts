/**
 * Numbers in 8 or 4 bits: in blocks, each with a scale of its own, as ONNX Runtime's MatMulNBits reads them. A number is
 * (code − half) · scale, where half is half of the codes there are.
 */
import { f16ToF32, f32ToF16 } from './half';

/** Numbers rounded to 4 or 8 bits, in blocks with one scale each. */
export interface PackedNumbers {
  /** Two to a byte where they have 4 bits, the first in the lower half. */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** One for each block, in the type that was asked for. */
  readonly scales: Uint8Array<ArrayBuffer>;
}

/**
 * Below this a half has fewer digits, and graphics cards may take it for zero: with it the whole block. Numbers that are
 * so small lose digits instead.
 */
const LEAST_HALF = 2 ** -14;

/** @param values whole blocks of so many numbers. */
export function pack(
  values: Float32Array,
  bits: 8 | 4,
  block: number,
  scaleType: 'f32' | 'f16',
): PackedNumbers {
  const half = 2 ** (bits - 1);
  const wished = scalesOf(values, block, half);
  if (scaleType === 'f32') {
    return { codes: codesOf(values, wished, bits, block), scales: new Uint8Array(wished.buffer) };
  }
  for (const [i, scale] of wished.entries()) {
    if (Math.abs(scale) < LEAST_HALF) wished[i] = scale < 0 ? -LEAST_HALF : LEAST_HALF;
  }
  // Codes are for the scales as they will be read.
  const halves = f32ToF16(wished);
  return { codes: codesOf(values, f16ToF32(halves), bits, block), scales: new Uint8Array(halves.buffer) };
}

/** The numbers that packed ones stand for. */
export function unpack(
  { codes, scales }: PackedNumbers,
  bits: 8 | 4,
  block: number,
  scaleType: 'f32' | 'f16',
): Float32Array<ArrayBuffer> {
  const factors =
    scaleType === 'f16' ? f16ToF32(new Uint16Array(scales.buffer)) : new Float32Array(scales.buffer);
  const half = 2 ** (bits - 1);
  const values = new Float32Array((codes.length * 8) / bits);
  for (let i = 0; i < values.length; i++) {
    const code = bits === 8 ? codes[i]! : (codes[i >> 1]! >> (4 * (i & 1))) & 15;
    values[i] = (code - half) * factors[Math.floor(i / block)]!;
  }
  return values;
}

/** The number that is farthest from zero gets the lowest code, which is one farther from zero than the highest. */
function scalesOf(values: Float32Array, block: number, half: number): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(values.length / block);
  for (let b = 0; b < scales.length; b++) {
    let farthest = 0;
    let distance = 0;
    const end = (b + 1) * block;
    for (let i = b * block; i < end; i++) {
      const away = Math.abs(values[i]!);
      if (away > distance) {
        distance = away;
        farthest = values[i]!;
      }
    }
    scales[b] = farthest / -half;
  }
  return scales;
}

function codesOf(
  values: Float32Array,
  scales: Float32Array,
  bits: 8 | 4,
  block: number,
): Uint8Array<ArrayBuffer> {
  const codes = new Uint8Array((values.length * bits) / 8);
  const half = 2 ** (bits - 1);
  const most = 2 * half - 1;
  for (let b = 0; b < scales.length; b++) {
    const scale = scales[b]!;
    const by = scale === 0 ? 0 : 1 / scale;
    const end = (b + 1) * block;
    if (bits === 8) {
      for (let i = b * block; i < end; i++) codes[i] = Math.min(values[i]! * by + half + 0.5, most);
    } else {
      for (let i = b * block; i < end; i += 2) {
        const first = Math.min(values[i]! * by + half + 0.5, most);
        const second = Math.min(values[i + 1]! * by + half + 0.5, most);
        codes[i >> 1] = first | (second << 4);
      }
    }
  }
  return codes;
}
