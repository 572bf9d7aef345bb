import type { Normals } from './random';

const ROUNDS = 10;
// As signed numbers, with which JavaScript engines compute faster.
const MULTIPLIER_0 = 0xd2511f53 | 0;
const MULTIPLIER_1 = 0xcd9e8d57 | 0;
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;

/** 2⁻³², and a turn over 2³², in single precision. */
const UNIT = Math.fround(2 ** -32);
const TURN = Math.fround(2.3283064e-10 * 6.2831855);

/**
 * The generator of NVIDIA cards, Philox 4×32-10 (Salmon et al., 2011), as torch draws normal numbers with it: each draw
 * counts one up, and each element has its own counter, so that every size begins alike. A1111 calls it "NV".
 */
export class Philox implements Normals {
  readonly #key: readonly [low: number, high: number];
  #draws = 0;

  /** As torch.Generator('cuda').manual_seed(seed): of a whole number, 64 bits count. */
  constructor(seed: bigint | number) {
    const word = (shift: bigint): number => Number(BigInt.asIntN(32, BigInt(seed) >> shift));
    this.#key = [word(0n), word(32n)];
  }

  randn(count: number): Float32Array<ArrayBuffer> {
    const draw = this.#draws++;
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = this.#normal(draw, i);
    return out;
  }

  #normal(draw: number, element: number): number {
    let x = draw;
    let y = 0;
    let z = element;
    let w = 0;
    let [low, high] = this.#key;
    for (let round = 0; round < ROUNDS; round++) {
      const a = x;
      const b = z;
      x = upper(b, MULTIPLIER_1) ^ y ^ low;
      y = Math.imul(b, MULTIPLIER_1);
      z = upper(a, MULTIPLIER_0) ^ w ^ high;
      w = Math.imul(a, MULTIPLIER_0);
      low = (low + WEYL_0) | 0;
      high = (high + WEYL_1) | 0;
    }
    const u = (x >>> 0) * UNIT + UNIT / 2;
    const v = (y >>> 0) * TURN + TURN / 2;
    return Math.sqrt(-2 * Math.log(u)) * Math.sin(v);
  }
}

/** The upper 32 bits of a product of two whole numbers of 32 bits, both taken as unsigned. */
function upper(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const first = Math.imul(aHigh, bLow);
  const second = Math.imul(aLow, bHigh);
  const carry = (Math.imul(aLow, bLow) >>> 16) + (first & 0xffff) + (second & 0xffff);
  return (Math.imul(aHigh, bHigh) + (first >>> 16) + (second >>> 16) + (carry >>> 16)) | 0;
}
