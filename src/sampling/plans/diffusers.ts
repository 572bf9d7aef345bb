/** As diffusers' schedulers plan a run when it configures them for Stable Diffusion checkpoints, number for number. */
import { defined, lastOf } from '../../checked';
import { continuousLevels, toldOf, type ContinuousNoise } from '../continuous';
import type { Plan } from '../sampler';
import type { SamplerName, Sampling } from '../settings';
import { churning, descend, looking, rangeOf, type Course, type Tabled } from './course';
import { beginning, part, type Planner } from './diffusers/common';
import { distilled } from './diffusers/distilled';
import { fractional } from './diffusers/fractional';
import { scheduled } from './diffusers/levels';
import { strided } from './diffusers/strided';
import { lookingBack, whole } from './diffusers/whole';
import { solverOf } from './solver';

/** The family of schedulers that plans a sampler. Samplers that diffusers does not have are planned like Euler. */
const families: Partial<Record<SamplerName, Planner>> = {
  DDIM: strided,
  'DDIM CFG++': strided,
  DDPM: strided,
  PLMS: strided,
  'DPM++ 2S': whole,
  'DPM++ 3S': whole,
  'DPM++ 2M': whole,
  'DPM-Solver 2M': whole,
  'DPM++ 3M': whole,
  'DPM++ 2M SDE': whole,
  'DPM++ 2M SDE Heun': whole,
  'DPM++ 3M SDE': whole,
  UniPC: whole,
  'UniPC bh2': whole,
  DEIS: whole,
  LCM: distilled,
  TCD: distilled,
};

/** @param course over trained noise levels. */
export function planLikeDiffusers(sampling: Sampling, course: Tabled): Plan {
  return (families[sampling.sampler] ?? fractional)(sampling, course);
}

/**
 * EDMEulerScheduler and EDMDPMSolverMultistepScheduler, and every other sampler over their levels. Spacing does not count.
 */
export function continuousLikeDiffusers(
  sampling: Sampling,
  course: Course & { readonly noise: ContinuousNoise },
): Plan {
  const { schedule, sampler } = sampling;
  const trained = continuousLevels(course.noise);
  const [min, max] = [trained.sigmas[0]!, lastOf(trained.sigmas)];
  const own = course.noise.spread === 'karras' ? 'Karras' : 'Exponential';
  const chosen = schedule === 'Automatic' || schedule === 'Uniform' ? own : schedule;
  const sigmas = defined(scheduled({ ...sampling, schedule: chosen }, course, trained, min, max)); // not one of those two
  const all = [...sigmas, sampling.lastSigma === 'lowest' ? min : 0];
  const steps = descend(all);
  const paced = families[sampler] === whole ? lookingBack(sampling, steps) : looking(steps, sampling);
  const points = part(paced, course);
  const { sigma } = points[0] ?? { sigma: 0 };
  return {
    points: churning(points, sampling),
    end: lastOf(all),
    scale: beginning(sigma, course),
    latentScale: 1,
    timestep: toldOf,
    range: rangeOf(all),
    solver: solverOf(sampling),
  };
}
