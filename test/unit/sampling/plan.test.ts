import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../../src/errors';
import { alphasCumprod, trainedSigmas } from '../../../src/sampling/betas';
import { plan, stepAt } from '../../../src/sampling/plan';
import type { Course } from '../../../src/sampling/plans/course';
import type { Plan } from '../../../src/sampling/sampler';
import {
  likes,
  samplerNames,
  scheduleNames,
  spacings,
  type SamplerName,
  type Sampling,
} from '../../../src/sampling/settings';
import { stableDiffusionBetas as betas } from '../../golden/betas';

const alphas = alphasCumprod(betas);
const planned = (how: Partial<Sampling>, course: Partial<Course> = {}): Plan =>
  plan(
    { sampler: 'Euler', schedule: 'Automatic', spacing: 'leading', like: 'diffusers', ...how },
    { steps: 20, noise: betas, ...course },
  );
const ts = (how: Partial<Sampling>, course?: Partial<Course>): number[] => {
  const { points, timestep } = planned(how, course);
  return points.map(({ sigma }) => timestep(sigma));
};

/** The error that f throws, which must be one of ours. */
function thrown(f: () => unknown): DrobeError {
  try {
    f();
  } catch (error) {
    if (error instanceof DrobeError) return error;
  }
  throw new Error('threw no DrobeError');
}

const distilled: readonly SamplerName[] = ['LCM', 'TCD'];

describe('alphasCumprod', () => {
  it('falls from almost one to almost nothing', () => {
    expect(alphas).toHaveLength(1000);
    expect(alphas[0]).toBeCloseTo(0.99915, 6);
    expect(alphas[999]).toBeCloseTo(0.0046601, 6);
    expect(alphas.every((a, i) => i === 0 || a < alphas[i - 1]!)).toBe(true);
  });
});

describe('plan, like diffusers', () => {
  it.each(samplerNames)('%s: gives as many points as steps, going down, for 1 to all steps', (sampler) => {
    const top = trainedSigmas(alphas).at(-1)!;
    for (const spacing of spacings) {
      const few = distilled.includes(sampler);
      for (const steps of few ? [1, 2, 3, 7, 20, 50] : [1, 2, 3, 7, 20, 61, 333, 500, 999, 1000]) {
        const { points, end, scale, timestep } = planned({ sampler, spacing }, { steps });
        expect(points).toHaveLength(steps);
        const sound = points.every(
          ({ sigma, next }) =>
            timestep(sigma) >= 0 &&
            timestep(sigma) <= 1001 &&
            sigma > 0 &&
            sigma <= top * (1 + 1e-6) &&
            next <= sigma,
        );
        expect(sound, `${steps} ${spacing} steps`).toBe(true);
        expect(points.at(-1)!.next).toBe(end);
        expect(scale).toBeGreaterThanOrEqual(points[0]!.sigma);
      }
    }
  });

  it('ends at zero, or at the first trained sigma where a scheduler does', () => {
    const above: readonly SamplerName[] = ['DDIM', 'DDIM CFG++', 'PLMS', 'DEIS', 'TCD'];
    for (const sampler of samplerNames)
      expect(planned({ sampler }).end).toBe(above.includes(sampler) ? trainedSigmas(alphas)[0] : 0);
  });

  it('lays out timesteps as Table 2 of Lin et al. does', () => {
    const lin = (steps: number, spacing: Sampling['spacing']) => ts({ sampler: 'DDIM', spacing }, { steps });
    expect(lin(5, 'leading')).toEqual([801, 601, 401, 201, 1]);
    expect(lin(5, 'trailing')).toEqual([999, 799, 599, 399, 199]);
    expect(lin(4, 'linspace')).toEqual([999, 666, 333, 0]);
    expect(lin(1, 'trailing')).toEqual([999]);
    // Halves go to the even neighbour, as in numpy: 937.5 to 938, 812.5 to 812.
    expect(lin(16, 'trailing').slice(0, 4)).toEqual([999, 937, 874, 811]);
  });

  it('makes the last ⌊steps · strength⌋ steps of a picture', () => {
    const whole = planned({ sampler: 'Euler a' }, { steps: 10 });
    const late = planned({ sampler: 'Euler a' }, { steps: 10, strength: 0.55 });
    expect(late.points).toEqual(whole.points.slice(5));
    expect(late.scale).toBe(late.points[0]!.sigma);
  });

  it('lays out the steps of LCM in the fifty that were distilled, or in the last part of them', () => {
    const lcm = (strength: number, steps: number) => ts({ sampler: 'LCM' }, { steps, strength });
    expect(lcm(1, 4)).toEqual(ts({ sampler: 'LCM' }, { steps: 4 }));
    // numpy.floor(numpy.linspace(0, 25, 4, endpoint=False)) is 0, 6, 12, 18, of 499, 479 … 19.
    expect(lcm(0.5, 4)).toEqual([499, 379, 259, 139]);
    expect(lcm(0.3, 2)).toEqual([299, 159]);
    expect(lcm(0.58, 1)).toEqual([559]); // 50 · 0.58 is a little below 29 in floating point
  });
});

describe('every sampler with every schedule', () => {
  it.each(likes)('like %s: going down but for restarts, all of it finite, for words and pictures', (like) => {
    // One assertion for all of them: each costs more than the plan does.
    const wrong: string[] = [];
    for (const sampler of samplerNames) {
      for (const schedule of scheduleNames) {
        for (const [steps, strength] of [[2], [7], [40], [20, 0.4], [20, 1]] as const) {
          const course = { steps, ...(strength !== undefined && { strength }) };
          const { points, end, scale, timestep } = planned({ sampler, schedule, like }, course);
          const sound =
            points.length > 0 &&
            points.every(({ sigma, next }) => sigma > next && timestep(sigma) >= 0) &&
            Number.isFinite(scale + end + points[0]!.sigma);
          if (!sound) wrong.push(`${sampler}, ${schedule}, ${steps} steps, ${strength ?? 'words'}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('what cannot be made', () => {
  it('is refused with bad-request: steps that were never trained', () => {
    for (const like of likes) {
      for (const steps of [0, -1, 1.5, 1001, NaN, Infinity])
        expect(thrown(() => planned({ like }, { steps })).code).toBe('bad-request');
    }
  });

  it('says how many steps LCM can make', () => {
    const { message } = thrown(() => planned({ sampler: 'LCM' }, { steps: 51 }));
    expect(message).toMatch(/50 steps at most, not 51/);
  });
});

describe('of a picture', () => {
  const edm: Course['noise'] = {
    ...{ kind: 'continuous', spread: 'karras', sigmaData: 1 },
    ...{ sigmaMin: 0.002, sigmaMax: 120 },
  };
  const noises = { table: betas, EDM: edm };

  it.each(likes)('one step is made however little its strength and the steps are: like %s', (like) => {
    for (const sampler of samplerNames)
      for (const [of, noise] of Object.entries(noises))
        for (const strength of [0.01, 0.75]) {
          const { points } = planned({ like, sampler }, { steps: 1, strength, noise });
          expect({ sampler, of, strength, steps: points.length }).toMatchObject({ steps: 1 });
        }
  });

  it('it is the last one', () => {
    for (const like of ['diffusers', 'A1111'] as const) {
      const [all, few] = [undefined, 0.01].map((strength) =>
        planned({ like }, { steps: 20, ...(strength && { strength }) }),
      );
      expect(few!.points).toEqual(all!.points.slice(-1));
    }
  });

  it('LCM makes as many steps as the strength leaves of its fifty', () => {
    expect(planned({ sampler: 'LCM' }, { steps: 8, strength: 0.1 }).points).toHaveLength(5);
    expect(planned({ sampler: 'LCM' }, { steps: 4, strength: 0.1 }).points).toHaveLength(4);
  });
});

it('a sigma belongs to the step that begins at it, or passes it', () => {
  const p = planned({ schedule: 'Karras' }, { steps: 4 });
  for (const [i, { sigma, next }] of p.points.entries()) {
    expect(stepAt(p, sigma)).toBe(i);
    expect(stepAt(p, (sigma + next) / 2)).toBe(i);
  }
  expect(stepAt(p, 0)).toBe(3);
});
