import { describe, expect, it } from 'vitest';
import { checkFinite, countNonFinite } from '../../../src/weights/values/finite';
import { convert } from '../../../src/weights/values/half';
import type { Dtype } from '../../../src/weights/safetensors';

const bytesOf = ({ buffer }: { buffer: ArrayBuffer }) => new Uint8Array(buffer);
const half = Uint16Array.from({ length: 65536 }, (_, code) => code);
const byte = Uint8Array.from({ length: 256 }, (_, code) => code);

/** By the words of IEEE 754, number by number. */
const counted = (bytes: Uint8Array, dtype: Dtype): number =>
  [...new Float32Array(convert(bytes, dtype, 'F32').buffer)].filter((value) => !Number.isFinite(value))
    .length;

it.each([
  ['F16', bytesOf(half), 2048],
  ['BF16', bytesOf(half), 256],
  ['F8_E5M2', byte, 8],
  ['F8_E4M3', byte, 2],
  ['F8_E4M3FNUZ', byte, 1],
  ['F8_E5M2FNUZ', byte, 1],
] as const)('of all codes of %s', (dtype, bytes, count) => {
  expect(countNonFinite(bytes, dtype)).toBe(count);
  expect(counted(bytes, dtype)).toBe(count);
});

describe.each([
  ['F64', Float64Array, 8],
  ['F32', Float32Array, 4],
] as const)('%s', (dtype, Numbers, size) => {
  it.each([NaN, -NaN, Infinity, -Infinity])('%d is told from the largest and smallest numbers', (value) => {
    const finite = dtype === 'F64' ? [1.79e308, -5e-324] : [3.4e38, -1.4e-45];
    const all = Numbers.from([...finite, 0, -0, 1, ...finite]);
    expect(countNonFinite(bytesOf(all), dtype)).toBe(0);
    for (let i = 0; i < all.length; i++) expect(countNonFinite(bytesOf(all.with(i, value)), dtype)).toBe(1);
  });

  it('a pattern that would be none in another place is one', () => {
    const bytes = new Uint8Array(4 * size).fill(0xff, 0, size - 1); // all but the byte with sign and exponent
    expect(countNonFinite(bytes, dtype)).toBe(0);
  });
});

describe.each([
  ['F16', [0, 0x7e]],
  ['BF16', [0x80, 0x7f]],
  ['F8_E4M3', [0xff]],
  ['F8_E5M2', [0x7c]],
] as const)('%s', (dtype, code) => {
  it('one is found at every place, in tensors of any length, at any offset', () => {
    for (let length = 1; length <= 9; length++) {
      for (let offset = 0; offset < 4; offset++) {
        const around = new Uint8Array(offset + code.length * length + 2).fill(0xff);
        const bytes = around.subarray(offset, offset + code.length * length).fill(1);
        expect(countNonFinite(bytes, dtype)).toBe(0);
        for (let i = 0; i < length; i++) {
          bytes.set(code, i * code.length);
          expect(countNonFinite(bytes, dtype)).toBe(1);
          bytes.fill(1);
        }
      }
    }
  });
});

it('numbers of other kinds are all finite', () => {
  expect(countNonFinite(new Uint8Array(16).fill(0xff), 'I64')).toBe(0);
});

it('names the weight, how many, and the file where it is another one', () => {
  const bytes = bytesOf(Float32Array.of(1, NaN, -Infinity));
  const failure = (name?: string) => {
    try {
      return checkFinite(bytes, 'F32', 'a.weight', name);
    } catch (thrown) {
      return thrown;
    }
  };
  expect(failure()).toMatchObject({ code: 'weight-not-a-number', facts: { key: 'a.weight', count: 2 } });
  expect(failure('winter')).toHaveProperty('facts.name', 'winter');
});
