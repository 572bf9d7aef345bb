/**
 * Weights that are no numbers: NaN and infinities, which a damaged file or a bad merge leaves, and which spoil every
 * picture. All exponent bits are ones in them, so that one more carries into the sign bit once that is cleared: this is
 * looked for in 32 bits at a time, whatever they hold.
 */
import { DrobeError } from '../../errors';
import type { Dtype } from '../safetensors';

interface Form {
  /** The bits that are all ones in NaN and infinities, of each number in 32 bits. */
  readonly mask: number;
  /** The lowest of them. */
  readonly one: number;
  /** The signs, where it carries to. */
  readonly signs: number;
  /** Of doubles only every second 32 bits count. */
  readonly step: 1 | 2;
}

const forms: Partial<Record<Dtype, Form>> = {
  F64: { mask: 0x7ff00000, one: 0x00100000, signs: 0x80000000, step: 2 },
  F32: { mask: 0x7f800000, one: 0x00800000, signs: 0x80000000, step: 1 },
  F16: { mask: 0x7c007c00, one: 0x04000400, signs: 0x80008000, step: 1 },
  BF16: { mask: 0x7f807f80, one: 0x00800080, signs: 0x80008000, step: 1 },
  F8_E5M2: { mask: 0x7c7c7c7c, one: 0x04040404, signs: 0x80808080, step: 1 },
  // Without infinities; in its NaN the fraction, too, is all ones.
  F8_E4M3: { mask: 0x7f7f7f7f, one: 0x01010101, signs: 0x80808080, step: 1 },
};

/** How many of these numbers are NaN or infinite. The bytes may begin at any offset; other dtypes have no such numbers. */
export function countNonFinite(bytes: Uint8Array, dtype: Dtype): number {
  if (dtype.endsWith('FNUZ')) return bytes.reduce((count, byte) => count + (byte === 0x80 ? 1 : 0), 0);
  const form = forms[dtype];
  if (!form) return 0;
  const whole = bytes.length >> 2;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, whole);
  const rest = new Int32Array(1); // the last bytes, beside zeros, which are finite
  new Uint8Array(rest.buffer).set(bytes.subarray(4 * whole));
  return [words, rest].reduce((count, part) => count + (signsOf(part, form) ? bitsIn(part, form) : 0), 0);
}

/**
 * @param key the name of the weight.
 * @param name what people call the file, where it is not the checkpoint's.
 * @throws DrobeError 'weight-not-a-number' where it has such numbers.
 */
export function checkFinite(bytes: Uint8Array, dtype: Dtype, key: string, name?: string): void {
  const count = countNonFinite(bytes, dtype);
  if (count > 0) throw new DrobeError('weight-not-a-number', { key, count, ...(name && { name }) });
}

/** All sign bits that something carried into. Two at a time and without a branch: hundreds of millions pass here. */
function signsOf(words: Int32Array, { mask, one, signs, step }: Form): number {
  let even = 0;
  let odd = 0;
  const end = words.length - 1;
  let i = 0;
  for (; i < end; i += 2) {
    even |= (words[i]! & mask) + one;
    odd |= (words[i + 1]! & mask) + one;
  }
  if (i === end) even |= (words[i]! & mask) + one;
  return (step === 2 ? odd : even | odd) & signs;
}

function bitsIn(words: Int32Array, { mask, one, signs, step }: Form): number {
  let count = 0;
  for (let i = step - 1; i < words.length; i += step) {
    for (let bits = ((words[i]! & mask) + one) & signs; bits !== 0; bits &= bits - 1) count++;
  }
  return count;
}
