/** Which noise levels a sampler visits, and which timestep the network is told at each, as three tools have it. */
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
// A1111 has no networks of continuous noise; what is built on it draws them as ComfyUI does.
const continuousPlanners = {
  diffusers: continuousLikeDiffusers,
  A1111: planLikeComfyUI,
  ComfyUI: planLikeComfyUI,
};

/**
 * The points a sampler visits in so many steps, and how it begins. A sampler or schedule that the tool does not have is
 * drawn as k-diffusion draws it, with the tool's own sigmas.
 * @throws DrobeError 'bad-request' for numbers of steps that cannot be made.
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

/** Those whose last step set_alpha_to_one is about. */
const ofAlphas: ReadonlySet<SamplerName> = new Set(['DDIM', 'DDIM CFG++', 'PLMS']);

/** The settings, and what the model's own scheduler has for those that are left open. */
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
 * The step that a sigma belongs to, for what changes from step to step: the one whose start it is, or that passes it.
 */
export function stepAt({ points }: Plan, sigma: number): number {
  const found = points.findIndex(({ next }) => sigma > next);
  return found < 0 ? points.length - 1 : found;
}
