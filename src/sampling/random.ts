/**
 * torch's CPU generator: Mersenne Twister (Matsumoto and Nishimura, 1998) and normal numbers by Box and Muller
 * (1958), drawn in torch's order, so that a seed means the same picture here and in diffusers.
 */
const N = 624;
const M = 397;

export class TorchGenerator {
  readonly #state = new Uint32Array(N);
  #next = N;
  #spareNormal: number | null = null;

  /** As torch.Generator('cpu').manual_seed(seed); a whole number below 2^53, of which the low 32 bits count. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed; // a Uint32Array keeps the value modulo 2^32
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** As torch.randn of so many elements, dtype float32. */
  randn(count: number): Float32Array<ArrayBuffer> {
    if (count < 16) return Float32Array.from({ length: count }, () => this.#normal());
    const out = Float32Array.from({ length: count }, () => this.#uniform24());
    for (let i = 0; i + 16 <= count; i += 16) boxMuller(out.subarray(i, i + 16));
    if (count % 16 !== 0) {
      // torch draws the last 16 again, overwriting some that were good
      const tail = out.subarray(count - 16);
      tail.set(Array.from(tail, () => this.#uniform24()));
      boxMuller(tail);
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

  #uniform24(): number {
    return (this.#uint32() & 0xffffff) / 2 ** 24;
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
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** Sixteen uniform numbers become normal ones in place: element j pairs with j + 8, as in torch's normal_fill. */
function boxMuller(block: Float32Array<ArrayBuffer>): void {
  for (let j = 0; j < 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - block[j]!));
    const theta = 2 * Math.PI * block[j + 8]!;
    block[j] = radius * Math.cos(theta);
    block[j + 8] = radius * Math.sin(theta);
  }
}
