import type { Latent } from './latent';
import type { Normals } from './random';
import { seedWords } from './seed-sequence';

/** As k-diffusion asks for it: `tol` of 1e-6, and `pool_size`. */
const DECIMALS = 6;
const POOL_SIZE = 24;

/** A node is kept for this many further questions. */
const KEPT = 2;

interface Node {
  readonly start: number;
  readonly end: number;
  /** The motion's change from start to end. */
  readonly step: Latent;
  readonly key: number;
  readonly depth: number;
  halves?: readonly [Node, Node];
  /** The number of the last question that needed it. */
  asked: number;
}

/** Unit noise from one level to another. */
export type LevelNoise = (sigma: number, next: number) => Latent;

/**
 * k-diffusion's BrownianTreeNoiseSampler: the motion from sigma to next, as unit noise.
 *
 * @param entropy the seed, of up to 64 bits.
 * @param sigmas the smallest and the largest level that will be asked for, in any order.
 * @param count numbers in a latent.
 * @param generator of normal numbers, for a seed of 32 bits.
 */
export function brownianNoise(
  entropy: bigint,
  sigmas: readonly [number, number],
  count: number,
  generator: (seed: number) => Normals,
): LevelNoise {
  const tree = new BrownianTree(entropy, sigmas, count, generator);
  return (sigma, next) => {
    const [from, to] = [Math.fround(sigma), Math.fround(next)];
    const root = Math.fround(Math.sqrt(Math.abs(Math.fround(to - from))));
    if (root === 0) return new Float32Array(count); // rounding left an empty step, without motion
    const sign = from > to ? -1 : 1;
    return tree.step(Math.min(from, to), Math.max(from, to)).map((v) => (sign * v) / root);
  };
}

/**
 * Brownian motion over noise levels as torchsde's BrownianInterval draws it (Li et al., 2020, "Scalable gradients for
 * stochastic differential equations"), for samplers of stochastic equations: what it does between two levels depends on
 * the seed alone, not on the steps. The interval is halved again and again until a half ends where the question does.
 */
export class BrownianTree {
  readonly #root: Node;
  readonly #normals: (key: readonly number[] | null) => Latent;
  #asked = 0;

  constructor(
    entropy: bigint,
    sigmas: readonly [number, number],
    count: number,
    generator: (seed: number) => Normals,
  ) {
    this.#normals = (key) => generator(seedWords(entropy, key, 1, POOL_SIZE)[0]!).randn(count);
    const [start, end] = [Math.fround(Math.min(...sigmas)), Math.fround(Math.max(...sigmas))];
    const width = Math.fround(Math.sqrt(end - start));
    const step = this.#normals(null).map((v) => v * width);
    this.#root = { start: rounded(start), end: rounded(end), step, key: 0, depth: 0, asked: 0 };
  }

  /** The motion's change from one level to a higher one; the part outside the tree is left out. */
  step(from: number, to: number): Latent {
    this.#asked++;
    const root = this.#root;
    const inside = (sigma: number): number => Math.min(Math.max(rounded(sigma), root.start), root.end);
    const [start, end] = [inside(from), inside(to)];
    const sum = new Float32Array(root.step.length);
    if (start < end) this.#add(root, start, end, sum);
    return sum;
  }

  /** Adds up the largest nodes that the question consists of, from left to right. */
  #add(node: Node, start: number, end: number, sum: Latent): void {
    node.asked = this.#asked;
    if (start <= node.start && node.end <= end) {
      for (let i = 0; i < sum.length; i++) sum[i]! += node.step[i]!;
      return;
    }
    const [left, right] = (node.halves ??= this.#halves(node));
    if (start < left.end) this.#add(left, start, end, sum);
    if (end > right.start) this.#add(right, start, end, sum);
    // Questions begin where one of the last few ended. Older nodes would fill the memory, and can be drawn again.
    for (const half of [left, right]) if (half.asked < this.#asked - KEPT) delete half.halves;
  }

  #halves({ start, end, step, key, depth }: Node): readonly [Node, Node] {
    const middle = rounded(0.5 * (start + end));
    const whole = 1 / (end - start);
    const mean = Math.fround(middle - start);
    const part = Math.fround(whole);
    const deviation = Math.fround(Math.sqrt((middle - start) * (end - middle) * whole));
    const left = this.#normals([key, depth]);
    const right = new Float32Array(left.length);
    for (let i = 0; i < left.length; i++) {
      const whole = step[i]!;
      left[i] = Math.fround(Math.fround(mean * whole) * part) + Math.fround(deviation * left[i]!);
      right[i] = whole - left[i]!;
    }
    const below = { depth: depth + 1, asked: 0 };
    return [
      { ...below, start, end: middle, step: left, key: 2 * key },
      { ...below, start: middle, end, step: right, key: 2 * key + 1 },
    ];
  }
}

/** To six decimals, as Python rounds: what lies halfway goes to the even one. */
export function rounded(value: number): number {
  const scale = 10 ** DECIMALS;
  const halfway = (value * 128) % 2 === 1; // 1/128 is 0.0078125: no other doubles lie halfway
  if (!halfway) return Number(value.toFixed(DECIMALS));
  const below = Math.floor(value * scale);
  return (below % 2 === 0 ? below : below + 1) / scale;
}
