/** The way back from `weights/pack.ts`, as the format is described: for tests. */
import type { Bits } from '../src/graph/var';
import { BLOCK } from '../src/graph/packed';
import { convert } from '../src/weights/half';
import type { PackedNumbers } from '../src/weights/pack';

/** The numbers that packed ones stand for, one by one. */
export function unpacked({ codes, scales }: PackedNumbers, bits: Bits, type: 'f32' | 'f16'): number[] {
  const factors = new Float32Array(convert(scales, type === 'f16' ? 'F16' : 'F32', 'F32').buffer);
  const count = (codes.length * 8) / bits;
  return Array.from({ length: count }, (_, i) => {
    const byte = codes[Math.floor((i * bits) / 8)]!;
    const code = bits === 8 ? byte : i % 2 === 0 ? byte % 16 : Math.floor(byte / 16);
    return (code - 2 ** (bits - 1)) * factors[Math.floor(i / BLOCK)]!;
  });
}
