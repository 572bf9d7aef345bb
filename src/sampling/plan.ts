/** Which noise levels a sampler visits, and which timestep the network is told at each, as three tools have it. */
import { DrobeError } from '../errors';
import { planLikeA1111 } from './plans/a1111';
import { planLikeComfyUI } from './plans/comfyui';
import { planLikeDiffusers } from './plans/diffusers';
import type { Course } from './plans/course';
import type { Plan } from './sampler';
import type { Sampling } from './settings';

const planners = { diffusers: planLikeDiffusers, A1111: planLikeA1111, ComfyUI: planLikeComfyUI };

/**
 * The points a sampler visits in so many steps, and how it begins. A sampler or schedule that the tool does not have is
 * drawn as k-diffusion draws it, with the tool's own sigmas.
 * @throws DrobeError 'bad-request' for numbers of steps that cannot be made.
 */
export function plan(sampling: Sampling, course: Course): Plan {
  const { steps, betas, strength } = course;
  if (!Number.isInteger(steps) || steps < 1 || steps > betas.steps)
    throw new DrobeError('bad-request', { reason: `steps must be 1 to ${betas.steps}, not ${steps}` });
  const made = planners[sampling.like](sampling, course);
  if (made.points.length === 0) {
    const reason =
      strength === undefined
        ? `${sampling.sampler} makes no step of ${steps}`
        : `denoising strength ${strength} leaves none of ${steps} steps`;
    throw new DrobeError('bad-request', { reason });
  }
  return made;
}

/**
 * The step that a sigma belongs to, for what changes from step to step: the one whose start it is, or that passes it.
 */
export function stepAt({ points }: Plan, sigma: number): number {
  const found = points.findIndex(({ next }) => sigma > next);
  return found < 0 ? points.length - 1 : found;
}
