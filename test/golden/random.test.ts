import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { TorchGenerator } from '../../src/sampling/random';
import { readTensors } from './read';

const folder = new URL('data/rng/torch_cpu/', import.meta.url);
const facts = JSON.parse(readFileSync(new URL('case.json', folder), 'utf8')) as {
  cases: { tensor: string; shape: number[] }[];
  full_512px_seed: number;
  sequence: { seed: number; shapes: number[][] };
  tolerance: { atol: number };
};
const expected = readTensors(new URL('expected.safetensors', folder));
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The seed as the tensor's name tells it: some are past 2^53, and JSON numbers are not; 32 bits count. */
const seedOf = (tensor: string) => Number(BigInt(/^seed(\d+)_/.exec(tensor)![1]!) & 0xffffffffn);

function worst(ours: ArrayLike<number>, tensor: string): number {
  const theirs = expected.get(tensor)!.data;
  expect(ours.length).toBe(theirs.length);
  return Math.max(...Array.from(theirs, (v, i) => Math.abs(v - ours[i]!)));
}

describe('TorchGenerator', () => {
  it('draws what torch.randn draws, for every seed and size', () => {
    const found = facts.cases.map(({ tensor, shape }) =>
      worst(new TorchGenerator(seedOf(tensor)).randn(size(shape)), tensor),
    );
    console.info(`randn: worst difference ${Math.max(...found).toExponential(1)} in ${found.length} tensors`);
    expect(found.length).toBeGreaterThan(0);
    for (const [i, difference] of found.entries())
      expect(difference, facts.cases[i]!.tensor).toBeLessThanOrEqual(facts.tolerance.atol);
  });

  it('takes the low 32 bits of a larger seed, as torch does', () => {
    const seed = 4294967301;
    expect(seed).toBeGreaterThan(2 ** 32);
    expect(worst(new TorchGenerator(seed).randn(256), `seed${seed}_1x4x8x8`)).toBeLessThanOrEqual(2e-6);
  });

  it('draws the latents of a 512 px picture as torch does', () => {
    const ours = new TorchGenerator(facts.full_512px_seed).randn(4 * 64 * 64);
    expect(worst(ours, 'full_512px')).toBeLessThanOrEqual(facts.tolerance.atol);
  });

  it('stays in step with torch over several draws of different sizes', () => {
    const generator = new TorchGenerator(facts.sequence.seed);
    const found = facts.sequence.shapes.map((shape, i) =>
      worst(generator.randn(size(shape)), `sequence.${i}`),
    );
    console.info(
      `randn: worst difference ${Math.max(...found).toExponential(1)} in ${found.length} draws in a row`,
    );
    for (const difference of found) expect(difference).toBeLessThanOrEqual(facts.tolerance.atol);
  });
});
