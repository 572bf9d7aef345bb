import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../../src/errors';
import { samplerNames } from '../../../src/sampling/samplers';
import {
  alphasCumprod,
  lcmPlanFrom,
  plan,
  trainedSigmas,
  type Spacing,
} from '../../../src/sampling/schedules';
import { stableDiffusionBetas } from '../../golden/betas';

const alphas = alphasCumprod(stableDiffusionBetas);
const spacings: Spacing[] = ['leading', 'trailing', 'linspace'];
const ts = (...args: [steps: number, spacing: Spacing]) =>
  plan('DDIM', ...args, alphas).points.map(({ t }) => t);

/** The error that f throws, which must be one of ours. */
function thrown(f: () => unknown): DrobeError {
  try {
    f();
  } catch (error) {
    if (error instanceof DrobeError) return error;
  }
  throw new Error('threw no DrobeError');
}

describe('alphasCumprod', () => {
  it('falls from almost one to almost nothing', () => {
    expect(alphas).toHaveLength(1000);
    expect(alphas[0]).toBeCloseTo(0.99915, 6);
    expect(alphas[999]).toBeCloseTo(0.0046601, 6);
    expect(alphas.every((a, i) => i === 0 || a < alphas[i - 1]!)).toBe(true);
  });
});

describe('plan', () => {
  it.each(samplerNames)('%s: gives as many points as steps, going down, for 1 to all steps', (name) => {
    const top = trainedSigmas(alphas).at(-1)!;
    for (const spacing of spacings) {
      for (const steps of name === 'LCM' ? [1, 2, 3, 7, 20, 50] : [1, 2, 3, 7, 20, 61, 333, 500, 999, 1000]) {
        const { points, end, scale } = plan(name, steps, spacing, alphas);
        expect(points).toHaveLength(steps);
        const sound = points.every(
          ({ sigma, t, next }, i) =>
            t >= 0 &&
            t <= 1001 &&
            sigma > 0 &&
            sigma <= top * (1 + 1e-6) &&
            next <= sigma &&
            (name === 'DDIM' || next === (points[i + 1]?.sigma ?? end)),
        );
        expect(sound, `${steps} ${spacing} steps`).toBe(true);
        expect(points.at(-1)!.next).toBe(end);
        expect(scale).toBeGreaterThanOrEqual(points[0]!.sigma);
      }
    }
  });

  it('ends at zero, DDIM at the first trained sigma', () => {
    for (const name of samplerNames)
      expect(plan(name, 20, 'leading', alphas).end).toBe(name === 'DDIM' ? trainedSigmas(alphas)[0] : 0);
  });

  it('lays out timesteps as Table 2 of Lin et al. does', () => {
    expect(ts(5, 'leading')).toEqual([801, 601, 401, 201, 1]);
    expect(ts(5, 'trailing')).toEqual([999, 799, 599, 399, 199]);
    expect(ts(4, 'linspace')).toEqual([999, 666, 333, 0]);
  });

  it('a single trailing step starts from pure noise', () => expect(ts(1, 'trailing')).toEqual([999]));

  it('rounds halves to even, as numpy does', () => {
    expect(ts(16, 'trailing').slice(0, 4)).toEqual([999, 937, 874, 811]); // 937.5 → 938, 812.5 → 812
  });

  it('lays out the steps of LCM in the fifty that were distilled, or in the last part of them', () => {
    const ts = (from: number, steps: number) => lcmPlanFrom(from, steps, alphas).points.map(({ t }) => t);
    expect(ts(1, 4)).toEqual(plan('LCM', 4, 'leading', alphas).points.map(({ t }) => t));
    // numpy.floor(numpy.linspace(0, 25, 4, endpoint=False)) is 0, 6, 12, 18, of 499, 479 … 19.
    expect(ts(0.5, 4)).toEqual([499, 379, 259, 139]);
    expect(ts(0.3, 2)).toEqual([299, 159]);
    expect(ts(0.58, 1)).toEqual([559]); // 50 · 0.58 is a little below 29 in floating point
    expect(lcmPlanFrom(0.5, 4, alphas)).toMatchObject({ end: 0, points: [{}, {}, {}, { next: 0 }] });
  });

  it('says how many steps LCM can make', () => {
    expect(thrown(() => plan('LCM', 51, 'leading', alphas)).message).toMatch(/50 steps at most, not 51/);
    const { message } = thrown(() => lcmPlanFrom(0.1, 8, alphas));
    expect(message).toMatch(/5 steps at most at this denoising strength, not 8/);
  });

  it('refuses step counts that were never trained, with bad-request', () => {
    for (const steps of [0, -1, 1.5, 1001, NaN, Infinity])
      expect(thrown(() => plan('Euler', steps, 'leading', alphas)).code).toBe('bad-request');
  });
});
