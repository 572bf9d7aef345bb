/**
 * Brownian trees against torchsde: bit for bit, as torch's normal numbers are. Only what they are divided by at the end
 * may be off in the last bit, as torch's square root itself is.
 */
import { describe, expect, it } from 'vitest';
import { brownianNoise, BrownianTree, rounded } from '../../src/sampling/brownian';
import { Philox } from '../../src/sampling/philox';
import { TorchGenerator, type Normals } from '../../src/sampling/random';
import { seedWords } from '../../src/sampling/seed-sequence';
import { exactJson, goldenJson, goldenTensors, listCases, present } from './root';

interface Case {
  /** The whole batch in one tree; or a seed for each of it, a tree each. */
  readonly seed?: number | string;
  readonly seeds?: readonly (number | string)[];
  readonly shape: readonly number[];
  readonly sigma_min_t0: number;
  readonly sigma_max_t1: number;
  readonly api: string;
  readonly tensors: Readonly<Record<string, unknown>>;
  readonly queries_detail?: readonly { readonly W_first_values: readonly number[] }[];
}

const torch = (seed: number): Normals => new TorchGenerator(seed);
const philox = (seed: number): Normals => new Philox(seed);

describe.each(listCases('kdiff/brownian'))('%s', (name) => {
  const at = `kdiff/brownian/${name}`;
  const facts = exactJson(`${at}/case.json`) as Case;
  const tensor = goldenTensors(`${at}/expected.safetensors`);
  const generator = facts.api.includes('NV') ? philox : torch;
  const seeds = (facts.seeds ?? [facts.seed!]).map(BigInt);
  const range = [facts.sigma_min_t0, facts.sigma_max_t1] as const;
  const count = facts.shape.reduce((a, b) => a * b, 1) / seeds.length;

  it('every question is answered as torchsde answers it, in any order', () => {
    const trees = seeds.map((seed) => brownianNoise(seed, range, count, generator));
    const { data: ends } = tensor('queries');
    const expected = tensor('noise').data;
    const questions = Array.from({ length: ends.length / 2 }, (_, i) => i);
    let worst = 0;
    for (const order of [questions, questions.toReversed()]) {
      for (const i of order) {
        const noise = trees.flatMap((tree) => [...tree(ends[2 * i]!, ends[2 * i + 1]!)]);
        const theirs = expected.subarray(i * noise.length, (i + 1) * noise.length);
        noise.forEach((v, k) => (worst = Math.max(worst, Math.abs(v - theirs[k]!) / Math.abs(theirs[k]!))));
      }
    }
    console.info(
      `${name}: worst relative difference ${worst.toExponential(1)}, ${questions.length} questions`,
    );
    expect(worst).toBeLessThanOrEqual(2 ** -22);
  });

  const { queries_detail: details } = facts;
  if (details) {
    it('the motion itself is the same to the last bit', () => {
      const tree = new BrownianTree(seeds[0]!, range, count, generator);
      const { data: ends } = tensor('queries');
      for (const [i, { W_first_values: theirs }] of details.entries()) {
        const [from, to] = [ends[2 * i]!, ends[2 * i + 1]!].sort((a, b) => a - b) as [number, number];
        expect([...tree.step(from, to).subarray(0, theirs.length)]).toEqual(theirs);
      }
    });
  }

  if ('root_W' in facts.tensors) {
    it('from end to end it goes as far', () => {
      const tree = new BrownianTree(seeds[0]!, range, count, generator);
      expect(tree.step(...range)).toEqual(tensor('root_W').data);
    });
  }
});

interface Sequence {
  readonly entropy: string;
  readonly spawn_key: readonly number[] | null;
  readonly pool_size: number;
  readonly generate_state_4_uint32: readonly number[];
}
const sequences = 'kdiff/brownian/seed_sequence.json';

it.runIf(present(sequences))("numpy's seed sequences", () => {
  const all = exactJson(sequences) as Sequence[];
  expect(all.length).toBeGreaterThan(0);
  for (const { entropy, spawn_key, pool_size, generate_state_4_uint32 } of all)
    expect(seedWords(BigInt(entropy), spawn_key, 4, pool_size)).toEqual(generate_state_4_uint32);
});

const roundings = 'kdiff/brownian/rounding.json';

it.runIf(present(roundings))("Python's rounding to six decimals", () => {
  const { values } = goldenJson(roundings) as { values: { x: number; round6: number }[] };
  expect(values.map(({ x }) => rounded(x))).toEqual(values.map(({ round6 }) => round6));
});
