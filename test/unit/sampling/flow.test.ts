/** Networks trained by flow matching, on pictures whose noise is known in closed form. */
import { describe, expect, it } from 'vitest';
import { denoisedFromFlow, flowTakes } from '../../../src/sampling/flow';
import { mix, scaled, type Latent } from '../../../src/sampling/latent';
import { plan } from '../../../src/sampling/plan';
import { TorchGenerator } from '../../../src/sampling/random';
import type { Denoise, Plan } from '../../../src/sampling/sampler';
import { likes, samplerNames, scheduleNames, type Like, type Sampling } from '../../../src/sampling/settings';
import { samplers } from '../../../src/sampling/table';

const noise = { kind: 'flow', shift: 3, steps: 1000 } as const;
const SIZE = 512;
/** Of the pictures: numbers that have nothing to do with each other, each of this mean and deviation. */
const MEAN = 0.7;
const DEVIATION = 0.5;

/** What a perfect network says: which way noise lies, on average, from all pictures that x may have been. */
function flowOf(x: Latent, share: number): Latent {
  const [rest, width] = [1 - share, DEVIATION * DEVIATION];
  const variance = rest * rest * width + share * share;
  return x.map((v) => {
    const x0 = MEAN + ((rest * width) / variance) * (v - rest * MEAN);
    return share > 0 ? (v - x0) / share : 0;
  });
}

function perfect({ share }: Plan): Denoise {
  return (x, sigma) => {
    const shown = scaled(share!(sigma) / sigma, x); // of a plan for flow matching
    return Promise.resolve(denoisedFromFlow(shown, flowOf(shown, share!(sigma)), share!(sigma)));
  };
}

async function drawn(sampling: Sampling, made: Plan, x: Latent): Promise<Latent> {
  const later = new TorchGenerator(2n);
  const run = samplers[sampling.sampler].sample(perfect(made), x, made, () => later.randn(SIZE));
  let step = await run.next();
  while (!step.done) step = await run.next();
  return step.value;
}

const start = new TorchGenerator(1n).randn(SIZE);

const mean = (x: Latent): number => x.reduce((sum, v) => sum + v, 0) / x.length;
const deviation = (x: Latent): number =>
  Math.sqrt(x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0) / x.length);

const withNoise = (sampling: Sampling, made: Plan): boolean => {
  const { noise: brownian } = samplers[sampling.sampler];
  return (
    brownian !== undefined ||
    made.points.some(({ kept = 1, down, next }) => kept !== 1 || (down !== undefined && down !== next)) ||
    ['DDPM', 'ER SDE', 'SEEDS 2', 'SEEDS 3', 'Exp Heun 2 x0 SDE'].includes(sampling.sampler)
  );
};

// LCM is for networks that were distilled: of a perfect one it makes pictures with too little contrast.
const offered = samplerNames.filter((sampler) => sampler !== 'LCM' && flowTakes(sampler));

describe.each(likes)('like %s', (like: Like) => {
  it.each(offered)('%s leads from noise to pictures', async (sampler) => {
    const sampling: Sampling = { sampler, schedule: 'Simple', spacing: 'leading', like };
    const made = plan(sampling, { steps: 100, noise });
    const picture = await drawn(sampling, made, scaled(made.scale, start));
    if (withNoise(sampling, made)) {
      expect(Math.abs(mean(picture) - MEAN)).toBeLessThan(0.12);
      expect(Math.abs(deviation(picture) - DEVIATION)).toBeLessThan(0.12);
    } else {
      // The path is the same for all that make no noise: straight to the picture that has the noise's place.
      const place = mix(DEVIATION, start, 1, new Float32Array(SIZE).fill(MEAN));
      const worst = picture.reduce((most, v, i) => Math.max(most, Math.abs(v - place[i]!)), 0);
      expect(worst).toBeLessThan(0.08);
    }
  });

  it.each(scheduleNames.filter(flowTakes))('schedule %s goes down from noise alone', (schedule) => {
    const made = plan({ sampler: 'Euler', schedule, spacing: 'leading', like }, { steps: 12, noise });
    const shares = made.points.map(({ sigma }) => made.share!(sigma));
    expect(shares[0]).toBeGreaterThan(schedule === 'DDIM' ? 0.95 : 0.99);
    expect(shares[0]).toBeLessThanOrEqual(1);
    expect(made.scale).toBeCloseTo(shares[0]!, 2);
    for (const { sigma, next } of made.points) expect(next).toBeLessThan(sigma);
    expect(made.timestep(0.5)).toBe(500);
  });

  it('a picture keeps the share that noise does not take', () => {
    const sampling: Sampling = { sampler: 'Euler', schedule: 'Automatic', spacing: 'leading', like };
    const made = plan(sampling, { steps: 20, noise, strength: 0.5 });
    const [first] = made.points;
    expect(made.latentScale + made.scale).toBeCloseTo(1, 12);
    expect(made.scale).toBe(first!.sigma);
    expect(first!.sigma).toBeLessThan(0.9);
  });
});

it('what was made of a table of betas is refused in words', () => {
  const sampling = { schedule: 'Automatic', spacing: 'leading', like: 'A1111' } as const;
  expect(() => plan({ ...sampling, sampler: 'Restart' }, { steps: 20, noise })).toThrow(
    expect.objectContaining({
      code: 'bad-request',
      facts: { reason: 'Restart is not for models trained by flow matching' },
    }),
  );
});

it('samplers that add noise tell how much of the picture makes room for it', () => {
  const made = plan(
    { sampler: 'Euler a', schedule: 'Simple', spacing: 'leading', like: 'ComfyUI' },
    { steps: 4, noise },
  );
  for (const { next, down, up, kept } of made.points.slice(0, -1)) {
    expect(kept! * (1 - down!)).toBeCloseTo(1 - next, 12);
    expect(Math.hypot(kept! * down!, up!)).toBeCloseTo(next, 12);
  }
});
