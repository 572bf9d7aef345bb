import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../../src/errors';
import { bf16ToF32, convert, f16ToF32, f32ToF16, f64ToF32 } from '../../../src/weights/values/half';
import { readHeader, type Dtype } from '../../../src/weights/safetensors';
import { decoded, goldenFile, mulberry32 } from './golden';

const allCodes = Uint16Array.from({ length: 65536 }, (_, code) => code);
const isNaNCode = (code: number) => (code & 0x7fff) > 0x7c00;

/** IEEE 754 as the standard words it. */
function halfByDefinition(code: number): number {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const fraction = code & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : (sign * fraction * 2 ** -14) / 1024;
}

/** The nearest half by search among all finite ones, a tie to the even code; what would be infinite is clamped. */
const finite = Float64Array.from({ length: 0x7c00 }, (_, code) => halfByDefinition(code));
function nearestHalf(value: number): number {
  const size = Math.abs(value);
  let low = 0;
  let high = finite.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (finite[middle]! <= size) low = middle;
    else high = middle - 1;
  }
  const up = Math.min(low + 1, finite.length - 1);
  const below = size - finite[low]!;
  const above = finite[up]! - size;
  const code = above < below || (above === below && up % 2 === 0) ? up : low;
  return code | (value < 0 || Object.is(value, -0) ? 0x8000 : 0);
}

async function tensor(name: string): Promise<{ bytes: Uint8Array; values: number[] }> {
  const { bytes } = goldenFile('ok_all_dtypes');
  const { begin, end } = (await readHeader(new Blob([bytes]))).tensors.get(name)!;
  const python: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: NaN };
  return {
    bytes: bytes.subarray(begin, end),
    values: decoded[name]!.map((text) => python[text] ?? Number(text)),
  };
}

describe('f16 to f32', () => {
  it('is exact for all 65,536 codes', () => {
    const wrong = [...f16ToF32(allCodes)].filter((value, code) => !Object.is(value, halfByDefinition(code)));
    expect(wrong).toEqual([]);
  });

  it('is, of however many', () => {
    const lengths = [0, 1, 2, 3, 4, 5, 7];
    expect(lengths.map((length) => [...f16ToF32(new Uint16Array(length).fill(0x3c00))])).toEqual(
      lengths.map((length) => Array.from({ length }, () => 1)),
    );
  });

  it('and back gives all 65,536 codes again, NaN as NaN', () => {
    const back = f32ToF16(f16ToF32(allCodes));
    const wrong = [...back].filter((code, i) => (isNaNCode(i) ? !isNaNCode(code) : code !== i));
    expect(wrong).toEqual([]);
  });
});

describe('bf16 to f32', () => {
  it('puts the code into the upper half of the single, for all 65,536 codes', () => {
    const bits = new Uint32Array(bf16ToF32(allCodes).buffer);
    expect(bits.every((value, code) => value === code * 65536)).toBe(true);
  });

  it('goes to f16 as through f32, for all 65,536 codes', () => {
    const direct = new Uint16Array(convert(new Uint8Array(allCodes.buffer), 'BF16', 'F16').buffer);
    expect(direct).toEqual(f32ToF16(bf16ToF32(allCodes)));
  });
});

describe('8-bit floats', () => {
  /** OCP 8-bit Floating Point Specification, revision 1.0, sections 5.2 and 5.3. */
  const byDefinition = (code: number, exponentBits: number, fractionBits: number): number => {
    const sign = code & 0x80 ? -1 : 1;
    const exponent = (code & 0x7f) >> fractionBits;
    const fraction = code & (2 ** fractionBits - 1);
    const bias = 2 ** (exponentBits - 1) - 1;
    const unit = 2 ** -fractionBits;
    const highest = exponent === 2 ** exponentBits - 1;
    // E4M3 gives up infinities, and all patterns of NaN but one, for numbers up to 448.
    if (highest && exponentBits === 4 && fraction === 7) return NaN;
    if (highest && exponentBits === 5) return fraction ? NaN : sign * Infinity;
    return exponent
      ? sign * (1 + fraction * unit) * 2 ** (exponent - bias)
      : sign * fraction * unit * 2 ** (1 - bias);
  };

  it.each([
    ['F8_E4M3', 4, 3, 448],
    ['F8_E5M2', 5, 2, 57344],
  ] as const)(
    '%s is exact for all 256 codes, in F32 and in F16',
    (dtype, exponentBits, fractionBits, largest) => {
      const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
      const expected = [...codes].map((code) => byDefinition(code, exponentBits, fractionBits));
      expect(Math.max(...expected.filter(Number.isFinite))).toBe(largest);
      const singles = new Float32Array(convert(codes, dtype, 'F32').buffer);
      expect([...singles].filter((value, code) => !Object.is(value, expected[code]))).toEqual([]);
      const halves = f16ToF32(new Uint16Array(convert(codes, dtype, 'F16').buffer));
      expect([...halves].filter((value, code) => !Object.is(value, expected[code]))).toEqual([]);
    },
  );

  // https://github.com/openxla/stablehlo/blob/main/rfcs/20230321-fp8_fnuz.md
  it.each([
    ['F8_E4M3FNUZ', 8, 3, 240],
    ['F8_E5M2FNUZ', 16, 2, 57344],
  ] as const)(
    '%s, without infinities and −0, is exact for all 256 codes, in F32 and in F16',
    (dtype, bias, fractionBits, largest) => {
      const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
      const expected = [...codes].map((code) => {
        if (code === 0x80) return NaN;
        const [exponent, fraction] = [(code & 0x7f) >> fractionBits, code & (2 ** fractionBits - 1)];
        const size = exponent
          ? (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias)
          : (fraction / 2 ** fractionBits) * 2 ** (1 - bias);
        return code & 0x80 ? -size : size;
      });
      expect(Math.max(...expected.filter(Number.isFinite))).toBe(largest);
      const singles = new Float32Array(convert(codes, dtype, 'F32').buffer);
      expect([...singles].filter((value, code) => !Object.is(value, expected[code]))).toEqual([]);
      const halves = f16ToF32(new Uint16Array(convert(codes, dtype, 'F16').buffer));
      expect([...halves].filter((value, code) => !Object.is(value, expected[code]))).toEqual([]);
    },
  );
});

describe('f32 to f16', () => {
  it('rounds to the nearest, at every tie between two halves and beside it', () => {
    const step = 2 ** -23;
    const ties = Array.from(finite.subarray(0, -1), (value, code) => (value + finite[code + 1]!) / 2);
    const values = Float32Array.from(ties.flatMap((tie) => [tie, tie * (1 + step), tie * (1 - step), -tie]));
    const wrong = [...f32ToF16(values)].filter((code, i) => code !== nearestHalf(values[i]!));
    expect(wrong).toEqual([]);
  });

  it('rounds 100,000 random singles of all sizes to the nearest', () => {
    const random = mulberry32(1);
    const bits = Uint32Array.from({ length: 100_000 }, () => random() * 2 ** 32);
    const values = new Float32Array(bits.buffer).filter(Number.isFinite);
    const wrong = [...f32ToF16(values)].filter((code, i) => code !== nearestHalf(values[i]!));
    expect(wrong).toEqual([]);
  });

  it('clamps what is too large, and keeps infinities, zeros and NaN', () => {
    const values = [
      65519.996,
      65520,
      -65520,
      3e38,
      Infinity,
      -Infinity,
      0,
      -0,
      2 ** -25,
      2 ** -25 * 1.0001,
      NaN,
    ];
    expect([...f32ToF16(Float32Array.from(values))]).toEqual([
      0x7bff, 0x7bff, 0xfbff, 0x7bff, 0x7c00, 0xfc00, 0, 0x8000, 0, 1, 0x7e00,
    ]);
  });
});

describe('convert', () => {
  it.each(['F16', 'BF16', 'F64', 'F8_E4M3', 'F8_E5M2'] as const)('reads %s as torch does', async (dtype) => {
    const { bytes, values } = await tensor(`t.${dtype}`);
    const singles = new Float32Array(convert(bytes, dtype, 'F32').buffer);
    expect([...singles]).toEqual([...f64ToF32(Float64Array.from(values))]);
  });

  it.each(['F8_E4M3', 'F8_E5M2'] as const)('loses nothing from %s to F16', async (dtype) => {
    const { bytes } = await tensor(`t.${dtype}`);
    const through = new Float32Array(convert(convert(bytes, dtype, 'F16'), 'F16', 'F32').buffer);
    expect([...through]).toEqual([...new Float32Array(convert(bytes, dtype, 'F32').buffer)]);
  });

  it('rounds F64 to F16 once, not twice', () => {
    const tie = 1 + 2 ** -11;
    const values = Float64Array.of(
      tie,
      tie + 2 ** -40,
      tie - 2 ** -40,
      -tie - 2 ** -40,
      1e300,
      -1e300,
      1e-300,
      NaN,
    );
    const halves = new Uint16Array(convert(new Uint8Array(values.buffer), 'F64', 'F16').buffer);
    expect([...halves]).toEqual([0x3c00, 0x3c01, 0x3c00, 0xbc01, 0x7bff, 0xfbff, 0, 0x7e00]);
  });

  it.each(['F16', 'BF16', 'F32', 'F64'] as const)('takes %s at an odd offset', (from) => {
    const odd = new Uint8Array(4097).map((_, i) => i * 7).subarray(1);
    const to = from === 'F32' ? 'F16' : 'F32';
    expect(convert(odd, from, to)).toEqual(convert(odd.slice(), from, to));
  });

  it.each(['F16', 'F32', 'BF16', 'F8_E4M3'] as const)('gives memory of its own for %s', (from) => {
    const bytes = new Uint8Array(16);
    expect(convert(bytes, from, 'F16').buffer).not.toBe(bytes.buffer);
  });

  it.each(['I64', 'BOOL', 'F4', 'F8_E8M0', 'C64'] satisfies Dtype[])('refuses %s', (dtype) => {
    expect(() => convert(new Uint8Array(16), dtype, 'F32')).toThrow(DrobeError);
  });

  it('refuses half a number', () => {
    expect(() => convert(new Uint8Array(3), 'F16', 'F32')).toThrow('3 bytes are no whole number of F16');
  });
});
