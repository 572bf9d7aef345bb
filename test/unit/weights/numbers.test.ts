import { expect, test } from 'vitest';
import { isNumeric, numbersOf } from '../../../src/weights/values/numbers';

test.each([
  ['BOOL', new Uint8Array([0, 1]), [0, 1]],
  ['U8', new Uint8Array([4, 255]), [4, 255]],
  ['I8', new Int8Array([4, -1]), [4, -1]],
  ['U16', new Uint16Array([65535]), [65535]],
  ['I16', new Int16Array([-2]), [-2]],
  ['U32', new Uint32Array([2 ** 31]), [2 ** 31]],
  ['I32', new Int32Array([-16]), [-16]],
  ['U64', new BigUint64Array([2n ** 63n]), [2 ** 63]],
  ['I64', new BigInt64Array([-128n]), [-128]],
  ['F64', new Float64Array([0.5]), [0.5]],
  ['F32', new Float32Array([0.25]), [0.25]],
  ['F16', new Uint16Array([0x4c00]), [16]],
  ['BF16', new Uint16Array([0x4180]), [16]],
  ['F8_E4M3', new Uint8Array([0x38]), [1]],
] as const)('numbers of type %s are read, wherever they begin', (dtype, numbers, expected) => {
  const odd = new Uint8Array(numbers.byteLength + 3);
  odd.set(new Uint8Array(numbers.buffer), 3);
  expect(isNumeric(dtype)).toBe(true);
  expect([...numbersOf(odd.subarray(3), dtype)]).toEqual(expected);
});

test('what is no number is refused', () => {
  expect(isNumeric('C64')).toBe(false);
  expect(() => numbersOf(new Uint8Array(8), 'C64')).toThrow('bad-weight');
});
