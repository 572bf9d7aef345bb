/** DDIMScheduler with set_alpha_to_one = false, DDPMScheduler and PNDMScheduler. */
import { lastOf } from '../../../checked';
import { roundEven } from '../../numbers';
import type { Plan, Point } from '../../sampler';
import type { Sampling } from '../../settings';
import { spaced } from '../../timesteps';
import { rangeOf, type Tabled } from '../course';
import { solverOf } from '../solver';
import { beginning, lookup, NO_ALPHA, part, trainedFor } from './common';

/**
 * A step ends one fixed stride below its start, which need not be where the next one starts; the last ends at the first
 * trained sigma, not at zero.
 */
export function strided(sampling: Sampling, course: Tabled): Plan {
  const { sampler, spacing, lastSigma } = sampling;
  const trained = trainedFor(sampling, course, NO_ALPHA);
  const { steps } = course;
  const stride = Math.floor(trained.sigmas.length / steps);
  const last = trained.sigmas.length - 1;
  const ts = spaced(spacing, steps, last + 1, sampling.stepsOffset).map((t) => Math.min(roundEven(t), last));
  const below = lastSigma === 'zero' || sampler === 'DDPM' ? 0 : trained.sigmas[0]!;
  const ending = (t: number, i: number): number => {
    const to = sampler === 'DDPM' ? (ts[i + 1] ?? -1) : t - stride;
    return to < 0 ? below : trained.sigmas[to]!;
  };
  const points = ts.map((t, i) => {
    const point = { sigma: trained.sigmas[t]!, next: ending(t, i) };
    return sampling.largeVariance && t > 0 ? { ...point, ...mostNoise(point) } : point;
  });
  const late = part(points, course);
  const [first] = late;
  return {
    points: late,
    end: lastOf(points).next,
    scale: first ? beginning(first.sigma, course) : 0,
    latentScale: 1,
    timestep: lookup(points, ts, trained),
    range: rangeOf(points.map(({ sigma }) => sigma)),
    solver: solverOf(sampling, { averages: course.prediction === 'v' ? 'v' : 'eps' }),
  };
}

/** DDPM's step with the variance β of its forward step, not that of the posterior. */
function mostNoise({ sigma, next }: Point): { down: number; up: number } {
  const beta = (sigma * sigma - next * next) / (1 + sigma * sigma);
  return { down: (next * next) / sigma, up: Math.sqrt(beta * (1 + next * next)) };
}
