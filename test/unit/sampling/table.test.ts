import { describe, expect, it } from 'vitest';
import { mix, scaled, toVp, type Latent } from '../../../src/sampling/latent';
import { plan } from '../../../src/sampling/plan';
import { TorchGenerator } from '../../../src/sampling/random';
import type { Denoise, Plan } from '../../../src/sampling/sampler';
import { likes, samplerNames, type SamplerName, type Sampling } from '../../../src/sampling/settings';
import { samplers } from '../../../src/sampling/table';
import { stableDiffusionBetas as betas } from '../../golden/betas';

// Each number goes its own way through a sampler: a few are enough.
const size = 8;
const x0 = new TorchGenerator(99).randn(size);

const constant: Denoise = () => Promise.resolve(x0);
/** Depends on x, sigma and t: as restless as a network. */
const restless =
  ({ timestep }: Plan): Denoise =>
  (x, sigma) => {
    const eps = toVp(x, sigma).map((v) => Math.sin(1.3 * v) + timestep(sigma) / 10_000);
    return Promise.resolve(mix(1, x, -sigma, eps));
  };

interface Wish extends Partial<Sampling> {
  readonly steps?: number;
  readonly seed?: number;
}

async function run(sampler: SamplerName, network: (p: Plan) => Denoise, wish: Wish = {}) {
  const { steps = 8, seed = 1, ...how } = wish;
  const p = plan(
    { sampler, schedule: 'Automatic', spacing: 'leading', like: 'diffusers', ...how },
    { steps, noise: betas },
  );
  const generator = new TorchGenerator(seed);
  const xT = scaled(p.scale, generator.randn(size));
  const before = xT.slice();
  const asked: number[] = [];
  const denoise = network(p);
  const counting: Denoise = (x, sigma, which) => {
    if (!which) asked.push(sigma);
    return denoise(x, sigma, which);
  };
  const told: number[] = [];
  const sampling = samplers[sampler].sample(counting, xT, p, () => generator.randn(size));
  let step = await sampling.next();
  for (; !step.done; step = await sampling.next()) told.push(step.value.i);
  expect(xT, 'the first x is left as it was').toEqual(before);
  return { x: step.value, told, asked, p, xT };
}

const farthest = (a: Latent, b: Latent): number => Math.max(...mix(1, a, -1, b).map(Math.abs));

describe.each(samplerNames)('%s', (name) => {
  const few = name === 'LCM' || name === 'TCD';

  it.each(likes)(
    'like %s: reaches x0 when the network always says x0, but for what its plan leaves',
    async (like) => {
      for (const steps of [2, 8, 25]) {
        const { x, p } = await run(name, () => constant, { like, steps, eta: 0 });
        const left = Math.max(p.end, p.points.at(-1)!.next, name.startsWith('DPM ') ? p.range[0] : 0);
        expect(farthest(x, x0), `${steps} steps`).toBeLessThanOrEqual(6 * left + 2e-4);
      }
    },
  );

  it('gives the same x for the same seed, and another for another', async () => {
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => run(name, restless, { seed })));
    expect(a!.x).toEqual(b!.x);
    expect(a!.x).not.toEqual(c!.x);
  });

  it('tells of its steps in order, of as many as its plan has', async () => {
    const { told, asked, p } = await run(name, restless);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBeLessThan(p.points.length);
    if (!name.startsWith('DPM ')) expect(told).toEqual(p.points.map((_, i) => i));
    expect(asked.length).toBeGreaterThanOrEqual(told.length);
  });

  // 1000 whole timesteps meet some twice: a step of no length must not divide by it.
  it.each(['leading', 'trailing', 'linspace'] as const)(
    'stays finite with one and with as many %s steps as there can be',
    async (spacing) => {
      for (const steps of [1, few ? 50 : 1000]) {
        const { x } = await run(name, restless, { steps, spacing });
        expect(x.every(Number.isFinite), `${steps} steps`).toBe(true);
      }
    },
  );

  it.each(['A1111', 'ComfyUI'] as const)('stays finite like %s, with zero terminal SNR too', async (like) => {
    // Of one, A1111's that go by timesteps make none.
    for (const steps of [...(like === 'ComfyUI' ? [1] : []), 2, 3, 4, 40]) {
      for (const zeroSnr of [false, true]) {
        const { x } = await run(name, restless, { steps, like, zeroSnr });
        expect(x.every(Number.isFinite), `${steps} steps, zero SNR ${zeroSnr}`).toBe(true);
      }
    }
  });

  it('stops asking when its caller stops pulling', async () => {
    const p = plan(
      { sampler: name, schedule: 'Automatic', spacing: 'leading', like: 'diffusers' },
      { steps: 8, noise: betas },
    );
    let asked = 0;
    const counting: Denoise = () => (asked++, Promise.resolve(x0));
    for await (const { i } of samplers[name].sample(counting, x0, p, () => x0)) if (i >= 2) break;
    expect(asked).toBeLessThanOrEqual(20);
  });
});

it.each([
  // The consistency function's boundary: nothing is changed where there is nothing to remove.
  [0, 1, 0],
  [0.05, 0.5, Math.SQRT1_2],
  [999, 0, 1],
])('LCM at timestep %f keeps %f of x, and takes %f of the x0 predicted', async (t, kept, taken) => {
  const x = new TorchGenerator(5).randn(size);
  const points = [{ sigma: 0.75, next: 0 }]; // √(1 + sigma²) is 1.25
  const made = plan(
    { sampler: 'LCM', schedule: 'Automatic', spacing: 'leading', like: 'diffusers' },
    { steps: 1, noise: betas },
  );
  const steps = samplers.LCM.sample(constant, x, { ...made, points, timestep: () => t }, () => x);
  await steps.next();
  const { value } = await steps.next();
  expect(farthest(value as Latent, mix(kept / 1.25, x, taken, x0))).toBeLessThan(1e-6);
});
