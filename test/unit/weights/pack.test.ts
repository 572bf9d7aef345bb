import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/weights/values/half';
import { pack } from '../../../src/weights/values/pack';

const BLOCK = 32;

/** Reads packed numbers one by one, as the format is described. */
function unpacked({ codes, scales }: ReturnType<typeof pack>, bits: 8 | 4, type: 'f32' | 'f16'): number[] {
  const factors = new Float32Array(convert(scales, type === 'f16' ? 'F16' : 'F32', 'F32').buffer);
  const count = (codes.length * 8) / bits;
  return Array.from({ length: count }, (_, i) => {
    const byte = codes[Math.floor((i * bits) / 8)]!;
    const code = bits === 8 ? byte : i % 2 === 0 ? byte % 16 : Math.floor(byte / 16);
    return (code - 2 ** (bits - 1)) * factors[Math.floor(i / BLOCK)]!;
  });
}

const farthest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

describe.each([8, 4] as const)('in %i bits', (bits) => {
  it('a number is off by what lies between two codes at most', () => {
    const numbers = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(numbers, fc.constantFrom('f32' as const, 'f16' as const), (values, type) => {
        const read = unpacked(pack(Float32Array.from(values), bits, BLOCK, type), bits, type);
        for (const [i, value] of values.entries()) {
          const at = i - (i % BLOCK);
          const between = farthest(values.slice(at, at + BLOCK)) / 2 ** (bits - 1);
          const least = type === 'f16' ? 2 ** -14 : 0;
          expect(Math.abs(read[i]! - value)).toBeLessThanOrEqual(1.001 * Math.max(between, least)); // a half has 11 digits
        }
      }),
    );
  });

  it('the number farthest from zero is kept, whatever its sign', () => {
    const values = Float32Array.from({ length: 64 }, (_, i) => (i === 5 ? -3 : i === 40 ? 2 : Math.sin(i)));
    const read = unpacked(pack(values, bits, BLOCK, 'f32'), bits, 'f32');
    expect([read[5], read[40]]).toEqual([-3, 2]);
  });

  it('zeros stay zeros, and numbers too small for the scale of a half lose digits, not all', () => {
    const small = Float32Array.from({ length: 64 }, (_, i) => (i < BLOCK ? 0 : 1e-4 * Math.cos(i)));
    const read = unpacked(pack(small, bits, BLOCK, 'f16'), bits, 'f16');
    expect(read.slice(0, BLOCK)).toEqual(Array.from({ length: BLOCK }, () => 0));
    for (const [i, value] of small.entries())
      expect(Math.abs(read[i]! - value)).toBeLessThanOrEqual(2 ** -15);
    expect(farthest(read)).toBeGreaterThan(0);
  });
});
