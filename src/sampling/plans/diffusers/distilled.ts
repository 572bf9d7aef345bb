/** LCMScheduler and TCDScheduler. */
import { DrobeError } from '../../../errors';
import type { Plan } from '../../sampler';
import type { Sampling } from '../../settings';
import { descend, rangeOf, type Tabled } from '../course';
import { solverOf } from '../solver';
import { beginning, lookup, NO_ALPHA, trainedFor } from './common';

/** How many timesteps a latent consistency model was distilled to: diffusers' original_inference_steps. */
const DISTILLED = 50;

/**
 * Steps spread evenly over the distilled timesteps, or for image to image over the last part of them. Spacing and schedule
 * do not count. Where that part has fewer timesteps than steps are asked for, it makes as many as it has; diffusers refuses.
 */
export function distilled(sampling: Sampling, course: Tabled): Plan {
  const { sampler, eta = 0.3 } = sampling;
  const { steps, strength = 1 } = course;
  const trained = trainedFor(sampling, course, NO_ALPHA);
  const stride = Math.floor(trained.sigmas.length / DISTILLED);
  if (course.strength === undefined && steps > DISTILLED)
    throw new DrobeError('bad-request', {
      reason: `${sampler} can make ${DISTILLED} steps at most, not ${steps}`,
    });
  const reached = Math.max(Math.floor(DISTILLED * strength), 1);
  const made = Math.min(steps, reached);
  const ts = Array.from(
    { length: made },
    (_, i) => (reached - Math.floor(i * (reached / made))) * stride - 1,
  );
  // TCD ends at the first trained timestep.
  const end = sampler === 'TCD' ? trained.sigmas[0]! : 0;
  const points = descend([...ts.map((t) => trained.sigmas[t]!), end]).map((point, i) => {
    // Zheng et al. (2024), arXiv 2402.19159, section 4.2: past the next timestep, and back up to it.
    const down = trained.sigmas[Math.floor((1 - eta) * (ts[i + 1] ?? 0))]!;
    return sampler === 'TCD' ? { ...point, down } : point;
  });
  const { sigma } = points[0]!;
  return {
    points,
    end,
    scale: beginning(sigma, course),
    latentScale: 1,
    timestep: lookup(points, ts, trained),
    range: rangeOf(points.map((point) => point.sigma)),
    solver: solverOf(sampling),
  };
}
