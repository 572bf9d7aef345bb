import { describe, expect, it } from 'vitest';
import { Philox } from '../../src/sampling/philox';
import { TorchGenerator } from '../../src/sampling/random';
import { goldenJson, goldenTensors, listCases } from './root';

interface Facts {
  readonly cases: readonly { readonly tensor: string; readonly shape: number[] }[];
  readonly full_512px_seed: number;
  readonly sequence: { readonly seed: number; readonly shapes: number[][] };
  readonly tolerance: { readonly atol: number };
}
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The seed as the tensor's name tells it: some are past 2^53, and JSON numbers are not. */
const seedOf = (tensor: string) => BigInt(/^seed(\d+)_/.exec(tensor)![1]!);

/** The largest difference between what is drawn and what was expected. */
function apart(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return Math.max(...Array.from(theirs, (v, i) => Math.abs(v - ours[i]!)));
}

describe.each(listCases('rng', (name) => name.startsWith('torch')))('TorchGenerator (%s)', (name) => {
  const facts = goldenJson(`rng/${name}/case.json`) as Facts;
  const expected = goldenTensors(`rng/${name}/expected.safetensors`);
  const worst = (ours: ArrayLike<number>, tensor: string) => apart(ours, expected(tensor).data);

  it('draws what torch.randn draws, for every seed and size', () => {
    const found = facts.cases.map(({ tensor, shape }) =>
      worst(new TorchGenerator(seedOf(tensor)).randn(size(shape)), tensor),
    );
    console.info(`randn: worst difference ${Math.max(...found).toExponential(1)} in ${found.length} tensors`);
    expect(found.length).toBeGreaterThan(0);
    for (const [i, difference] of found.entries())
      expect(difference, facts.cases[i]!.tensor).toBeLessThanOrEqual(facts.tolerance.atol);
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

interface PhiloxFacts extends Pick<Facts, 'cases' | 'tolerance'> {
  readonly sequence: { readonly seed: number; readonly offsets: readonly number[]; readonly shape: number[] };
}

it.each(listCases('rng', (name) => name.startsWith('philox')))('Philox (%s)', (name) => {
  const { cases, sequence, tolerance } = goldenJson(`rng/${name}/case.json`) as PhiloxFacts;
  const expected = goldenTensors(`rng/${name}/expected.safetensors`);
  const found = cases.map(({ tensor, shape }) =>
    apart(new Philox(seedOf(tensor)).randn(size(shape)), expected(tensor).data),
  );
  const generator = new Philox(sequence.seed);
  for (const i of sequence.offsets)
    found.push(apart(generator.randn(size(sequence.shape)), expected(`sequence.${i}`).data));
  console.info(`Philox: worst difference ${Math.max(...found).toExponential(1)} in ${found.length} tensors`);
  expect(found.length).toBeGreaterThan(0);
  for (const difference of found) expect(difference).toBeLessThanOrEqual(tolerance.atol);
});
