/**
 * torch's CPU generator: Mersenne Twister (Matsumoto and Nishimura, 1998) and normal numbers by Box and Muller
 * (1958), drawn in torch's order, so that a seed means the same picture here and in diffusers.
 */
import { boxMuller } from './box-muller';

/** A stream of normal numbers. */
export interface Normals {
  /** As torch.randn of so many elements, dtype float32. */
  randn(count: number): Float32Array<ArrayBuffer>;
}

const N = 624;
const M = 397;

export class TorchGenerator implements Normals {
  readonly #state = new Uint32Array(N);
  #next = N;
  #spareNormal: number | null = null;

  /** As torch.Generator('cpu').manual_seed(seed): of a whole number, the low 32 bits count. */
  constructor(seed: bigint | number) {
    const state = this.#state;
    state[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
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
    for (let i = 0; i < out.length; i++) out[i] = (this.#uint32() & 0xffffff) * 2 ** -24;
  }

  #uniform53(): number {
    const high = this.#uint32() & 0x1fffff;
    return (high * 2 ** 32 + this.#uint32()) / 2 ** 53;
  }

  #uint32(): number {
    if (this.#next === N) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    const step = (i: number, next: number, far: number): void => {
      const y = (state[i]! & 0x80000000) | (state[next]! & 0x7fffffff);
      state[i] = state[far]! ^ (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
    };
    for (let i = 0; i < N - M; i++) step(i, i + 1, i + M);
    for (let i = N - M; i < N - 1; i++) step(i, i + 1, i + M - N);
    step(N - 1, 0, M - 1);
    this.#next = 0;
  }
}
