const N = 624;
const M = 397;

/** Mersenne Twister (Matsumoto and Nishimura, 1998): the uniform numbers behind torch's and numpy's generators. */
export class MersenneTwister {
  readonly #state = new Uint32Array(N);
  #next = N;

  /** As torch.manual_seed and numpy.random.RandomState: of a whole number, the low 32 bits count. */
  constructor(seed: bigint | number) {
    const state = this.#state;
    state[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** 32 bits, as a whole number from 0. */
  uint32(): number {
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
