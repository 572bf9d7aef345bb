/** The noise levels that a sampler visits, and the timestep given to the network at each, as in three tools. */
import { DrobeError } from '../errors';
import { LEVELS } from './continuous';
import { planLikeA1111 } from './plans/a1111';
import { planLikeComfyUI } from './plans/comfyui';
import { continuousLikeDiffusers, planLikeDiffusers } from './plans/diffusers';
import { flowLikeDiffusers } from './plans/flow-diffusers';
import type { Course } from './plans/course';
import type { Plan } from './sampler';
import type { SamplerName, Sampling } from './settings';

const planners = { diffusers: planLikeDiffusers, A1111: planLikeA1111, ComfyUI: planLikeComfyUI };
const flowPlanners = { ...planners, diffusers: flowLikeDiffusers };
// A1111 has no networks of continuous noise; programs built on it draw them as ComfyUI does.
const continuousPlanners = {
  diffusers: continuousLikeDiffusers,
  A1111: planLikeComfyUI,
  ComfyUI: planLikeComfyUI,
};

/**
 * The points a sampler visits in so many steps, and how it begins. A sampler or schedule that the tool does not have is
 * drawn as k-diffusion draws it, with the tool's own sigmas.
 * @throws DrobeError 'bad-request' for a number of steps that is not possible.
 */
export function plan(sampling: Sampling, course: Course): Plan {
  const { steps, noise } = course;
  const most = noise.kind === 'continuous' ? LEVELS : noise.steps;
  if (!Number.isInteger(steps) || steps < 1 || steps > most)
    throw new DrobeError('bad-request', { reason: `steps must be 1 to ${most}, not ${steps}` });
  return planned(settled(sampling, course), course);
}

function planned(sampling: Sampling, course: Course): Plan {
  const { noise } = course;
  const { like } = sampling;
  switch (noise.kind) {
    case 'flow':
      return flowPlanners[like](sampling, {
        ...course,
        noise: { ...noise, shift: sampling.shift ?? noise.shift },
      });
    case 'continuous':
      return continuousPlanners[like](sampling, { ...course, noise });
    default:
      return planners[like](sampling, { ...course, noise });
  }
}

/** Samplers whose last step depends on set_alpha_to_one. */
const ofAlphas: ReadonlySet<SamplerName> = new Set(['DDIM', 'DDIM CFG++', 'PLMS']);

/** The settings; those left open are filled from the model's own scheduler. */
function settled(sampling: Sampling, { scheduler = {} }: Course): Sampling {
  const { zeroSnr, stepsOffset, alphaToOne, finalSigma } = scheduler;
  const lastAlpha = alphaToOne === undefined ? undefined : alphaToOne ? 'zero' : 'lowest';
  const lastSigma = ofAlphas.has(sampling.sampler) ? lastAlpha : finalSigma;
  return {
    ...(zeroSnr !== undefined && { zeroSnr }),
    ...(stepsOffset !== undefined && { stepsOffset }),
    ...(lastSigma && { lastSigma }),
    ...sampling,
  };
}

/**
 * The step to which a sigma belongs: the one that starts at it, or passes it.
 */
export function stepAt({ points }: Plan, sigma: number): number {
  const found = points.findIndex(({ next }) => sigma > next);
  return found < 0 ? points.length - 1 : found;
}
