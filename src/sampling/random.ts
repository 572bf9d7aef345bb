import { boxMuller } from './box-muller';
import { MersenneTwister } from './mersenne';

/** A stream of normal numbers. */
export interface Normals {
  /** As torch.randn of so many elements, dtype float32. */
  randn(count: number): Float32Array<ArrayBuffer>;
}

/**
 * torch's CPU generator: the Mersenne Twister's numbers made normal by Box and Muller (1958), drawn in torch's order, so
 * that a seed means the same picture here and in diffusers.
 */
export class TorchGenerator implements Normals {
  readonly #uniform: MersenneTwister;
  #spareNormal: number | null = null;

  /** As torch.Generator('cpu').manual_seed(seed): of a whole number, the low 32 bits count. */
  constructor(seed: bigint | number) {
    this.#uniform = new MersenneTwister(seed);
  }

  randn(count: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(count);
    if (count < 16) return out.map(() => this.#normal());
    this.#fill(out);
    for (let i = 0; i + 16 <= count; i += 16) boxMuller(out, i);
    if (count % 16 !== 0) {
      // torch draws the last 16 again, overwriting some that were good
      this.#fill(out.subarray(count - 16));
      boxMuller(out, count - 16);
    }
    return out;
  }

  /** torch's normal_distribution<double>: of each pair the second is kept for the next call. */
  #normal(): number {
    const spare = this.#spareNormal;
    this.#spareNormal = null;
    if (spare !== null) return spare;
    const theta = 2 * Math.PI * this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()));
    this.#spareNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  /** With uniform numbers of 24 bits, from 0 to below 1. */
  #fill(out: Float32Array<ArrayBuffer>): void {
    for (let i = 0; i < out.length; i++) out[i] = (this.#uniform.uint32() & 0xffffff) * 2 ** -24;
  }

  #uniform53(): number {
    const high = this.#uniform.uint32() & 0x1fffff;
    return (high * 2 ** 32 + this.#uniform.uint32()) / 2 ** 53;
  }
}
