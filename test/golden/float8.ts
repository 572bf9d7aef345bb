/** Numbers as 8-bit floats: what tools round weights to that they store so. */
import { convert, f16ToF32 } from '../../src/weights/values/half';

export type Float8 = 'F8_E4M3' | 'F8_E5M2';

/** The nearest 8-bit float for each half: positive codes are in the order of their values. */
export function nearestTo(dtype: Float8): Uint8Array {
  const codes = Uint8Array.from({ length: 128 }, (_, code) => code);
  const all = [...new Float32Array(convert(codes, dtype, 'F32').buffer)].filter(Number.isFinite);
  return Uint8Array.from(f16ToF32(Uint16Array.from({ length: 65536 }, (_, half) => half)), (value) => {
    const above = all.findIndex((number) => number >= Math.abs(value));
    const code = above < 0 ? all.length - 1 : above;
    const lower = Math.max(code - 1, 0);
    const nearest = all[code]! - Math.abs(value) < Math.abs(value) - all[lower]! ? code : lower;
    return nearest | (value < 0 ? 0x80 : 0);
  });
}
