import { describe, expect, it } from 'vitest';
import { mix, scaled, toVp, type Latent } from '../../../src/sampling/latent';
import { TorchGenerator } from '../../../src/sampling/random';
import { samplerNames, samplers, type Denoise, type SamplerName } from '../../../src/sampling/samplers';
import { alphasCumprod, plan, type Spacing } from '../../../src/sampling/schedules';
import { stableDiffusionBetas } from '../../golden/betas';

const alphas = alphasCumprod(stableDiffusionBetas);
const size = 32;
const x0 = new TorchGenerator(99).randn(size);

const constant: Denoise = () => Promise.resolve(x0);
/** Depends on x, sigma and t: as restless as a network. */
const restless: Denoise = (x, { sigma, t }) =>
  Promise.resolve(
    mix(
      1,
      x,
      -sigma,
      toVp(x, sigma).map((v) => Math.sin(1.3 * v) + t / 10_000),
    ),
  );

async function run(name: SamplerName, denoise: Denoise, steps = 8, spacing: Spacing = 'leading', seed = 1) {
  const p = plan(name, steps, spacing, alphas);
  const generator = new TorchGenerator(seed);
  const xT = scaled(p.scale, generator.randn(size));
  const before = xT.slice();
  let drawn = 0;
  const noise = () => (drawn++, generator.randn(size));
  const visited: Latent[] = [];
  const sampling = samplers[name](denoise, xT, p, noise);
  let step = await sampling.next();
  for (; !step.done; step = await sampling.next()) visited[step.value.i] = step.value.x;
  expect(xT, 'the first x is left as it was').toEqual(before);
  return { x: step.value, visited, drawn, p, xT };
}

describe.each(samplerNames)('%s', (name) => {
  it('reaches x0 when the network always says x0, but for the noise that its plan leaves', async () => {
    for (const steps of [1, 2, 8, 25]) {
      const { x, p, xT } = await run(name, constant, steps);
      // LCM's last step keeps a few millionths of x.
      if (name === 'LCM') expect(Math.max(...mix(1, x, -1, x0).map(Math.abs))).toBeLessThan(1e-5);
      else if (p.end === 0) expect(x).toEqual(x0);
      else {
        const eps = scaled(1 / p.points[0]!.sigma, mix(1, xT, -1, x0));
        const left = mix(1, x, -1, mix(1, x0, p.end, eps));
        expect(Math.max(...left.map(Math.abs))).toBeLessThan(1e-5);
      }
    }
  });

  it('gives the same x for the same seed, and another for another', async () => {
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => run(name, restless, 8, 'leading', seed)));
    expect(a!.x).toEqual(b!.x);
    expect(a!.x).not.toEqual(c!.x);
  });

  it('yields once a step, and draws as much noise as diffusers does', async () => {
    const { visited, drawn } = await run(name, restless, 8);
    expect(visited).toHaveLength(8);
    expect(drawn).toBe(name === 'Euler a' ? 8 : name === 'LCM' ? 7 : 0);
  });

  it('asks the network with each point of its plan, in order', async () => {
    const asked: number[] = [];
    const { p } = await run(name, (x, at) => (asked.push(at.t), restless(x, at)));
    expect(asked).toEqual(p.points.map(({ t }) => t));
  });

  // 1000 whole timesteps meet some twice: a step of no length must not divide by it.
  it.each(['leading', 'trailing', 'linspace'] as const)(
    'stays finite with few and with as many %s steps as there can be',
    async (spacing) => {
      for (const steps of name === 'LCM' ? [1, 49, 50] : [1, 500, 999, 1000]) {
        const { x } = await run(name, restless, steps, spacing);
        expect(x.every(Number.isFinite), `${steps} steps`).toBe(true);
      }
    },
  );

  it('stops asking when its caller stops pulling', async () => {
    let asked = 0;
    const p = plan(name, 8, 'leading', alphas);
    const counting: Denoise = () => (asked++, Promise.resolve(x0));
    for await (const { i } of samplers[name](counting, x0, p, () => x0)) if (i === 2) break;
    expect(asked).toBe(3);
  });
});

it.each([
  // The consistency function's boundary: nothing is changed where there is nothing to remove.
  [0, 1, 0],
  [0.05, 0.5, Math.SQRT1_2],
  [999, 0, 1],
])('LCM at timestep %f keeps %f of x, and takes %f of the x0 predicted', async (t, kept, taken) => {
  const x = new TorchGenerator(5).randn(size);
  const points = [{ sigma: 0.75, t, next: 0 }]; // √(1 + sigma²) is 1.25
  const steps = samplers.LCM(constant, x, { points, end: 0, scale: 1 }, () => x);
  await steps.next();
  const { value } = await steps.next();
  const expected = mix(kept / 1.25, x, taken, x0);
  expect(Math.max(...mix(1, value as Latent, -1, expected).map(Math.abs))).toBeLessThan(1e-6);
});
