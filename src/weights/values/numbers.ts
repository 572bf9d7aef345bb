/** Numbers as tools write them beside weights, in whatever type: a LoRA's alpha may be F16, F64 or I64. */
import { DrobeError } from '../../errors';
import { convert, isConvertible } from './half';
import type { Dtype } from '../safetensors';

type Read = (bytes: ArrayBuffer) => Iterable<number | bigint>;

const whole: Partial<Record<Dtype, Read>> = {
  BOOL: (bytes) => new Uint8Array(bytes),
  U8: (bytes) => new Uint8Array(bytes),
  I8: (bytes) => new Int8Array(bytes),
  U16: (bytes) => new Uint16Array(bytes),
  I16: (bytes) => new Int16Array(bytes),
  U32: (bytes) => new Uint32Array(bytes),
  I32: (bytes) => new Int32Array(bytes),
  U64: (bytes) => new BigUint64Array(bytes),
  I64: (bytes) => new BigInt64Array(bytes),
};

/** Whether `numbersOf` can read this type. */
export const isNumeric = (dtype: Dtype): boolean => isConvertible(dtype) || dtype in whole;

/**
 * Numbers of any type, rounded to singles, in memory of their own. The bytes may begin at any offset.
 * @throws DrobeError 'bad-weight' for types that no tool writes such numbers in: complex ones, and those of 4 or 6 bits.
 */
export function numbersOf(bytes: Uint8Array, dtype: Dtype): Float32Array<ArrayBuffer> {
  const read = whole[dtype];
  if (read) return Float32Array.from(read(bytes.slice().buffer), Number);
  if (isConvertible(dtype)) return new Float32Array(convert(bytes, dtype, 'F32').buffer);
  throw new DrobeError('bad-weight', { reason: `numbers of type ${dtype} cannot be read` });
}
