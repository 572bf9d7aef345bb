/** As diffusers' flow matching schedulers have it, and its others where they are told to use flow sigmas. */
import { lastOf } from '../../checked';
import { flowLevels, shifted } from '../flow';
import { linspace } from '../numbers';
import type { Plan } from '../sampler';
import type { SamplerName, Sampling } from '../settings';
import { descend, looking } from './course';
import { ownSolver } from './diffusers/common';
import { scheduled } from './diffusers/levels';
import { lookingBack } from './diffusers/whole';
import { checkFlow, walked, type Flowing } from './flow';
import { solverOf } from './solver';

/**
 * How the shares of noise lie: for DPMSolverMultistepScheduler and its kin from just below noise alone, for UniPC from a
 * hair below it. They walk in sigmas, and tell whole timesteps.
 */
const spreads: Partial<Record<SamplerName, 'below' | 'hair'>> = {
  'DPM++ 2S': 'below',
  'DPM++ 3S': 'below',
  'DPM++ 2M': 'below',
  'DPM-Solver 2M': 'below',
  'DPM++ 3M': 'below',
  'DPM++ 2M SDE': 'below',
  'DPM++ 2M SDE Heun': 'below',
  'DPM++ 3M SDE': 'below',
  DEIS: 'below',
  UniPC: 'hair',
  'UniPC bh2': 'hair',
};

/** As far as UniPC stays below noise alone. */
const HAIR = 1e-6;

/** @throws DrobeError 'bad-request' for a sampler that cannot follow a flow */
export function flowLikeDiffusers(sampling: Sampling, course: Flowing): Plan {
  checkFlow(sampling);
  const { noise } = course;
  const { sampler } = sampling;
  const spread = spreads[sampler];
  const own = evenly(course, spread);
  const shares = scheduled(sampling, course, flowLevels(noise), lastOf(own), own[0]!) ?? own;
  const steps = descend([...shares, 0]);
  const points = part(spread ? lookingBack(sampling, steps) : looking(steps, sampling), course);
  const first = points[0]?.sigma ?? 0;
  const fromNoise = course.strength === undefined;
  return walked(
    {
      points,
      end: 0,
      scale: fromNoise ? 1 : first,
      latentScale: fromNoise ? 0 : 1 - first,
      solver: solverOf(sampling, ownSolver(sampler)),
    },
    sampling,
    noise,
    spread && { sigmas: true, timestep: whole(shares, noise.steps) },
  );
}

/** Shares of noise that lie evenly before they are shifted; FlowMatchEulerDiscreteScheduler's last is shifted twice. */
function evenly({ steps, noise }: Flowing, spread: (typeof spreads)[SamplerName]): number[] {
  const last = 1 / noise.steps;
  const shift = (share: number): number => shifted(share, noise.shift);
  switch (spread) {
    case 'below':
      return linspace(1 - last, 0, steps + 1)
        .slice(0, steps)
        .map(shift);
    case 'hair':
      return linspace(1, last, steps + 1)
        .slice(0, steps)
        .map(shift)
        .map((share) => (Math.abs(share - 1) < HAIR ? share - HAIR : share));
    case undefined:
      return linspace(1, shift(last), steps).map(shift);
  }
}

/** Each level's own timestep is cut to a whole one, what is asked between them is not. */
function whole(shares: readonly number[], steps: number): (share: number) => number {
  return (share) => {
    const at = share * steps;
    const isLevel = shares.some((own) => Math.abs(own - share) < 1e-9);
    return isLevel ? Math.floor(at) : at;
  };
}

/** Image to image begins at step ⌊n − n · strength⌋ here. */
function part<T>(points: readonly T[], { strength }: Flowing): readonly T[] {
  if (strength === undefined) return points;
  const n = points.length;
  return points.slice(Math.floor(n - Math.min(n * strength, n)));
}
