/**
 * Where guidance rests, the network is asked about the prompt alone, which is half the work. Early guidance narrows the choice
 * of pictures, and late guidance changes little (Kynkäänniemi et al., 2024, arXiv 2404.07724).
 */
import type { Plan } from './sampler';
import type { Sampling } from './settings';
import { samplers } from './table';

/** Whether guidance rests in the call of this number, counted from 0, at this sigma. */
export type Rests = (call: number, sigma: number) => boolean;

type Interval = Pick<Sampling, 'guidanceFrom' | 'guidanceMax' | 'guidanceMin' | 'guidanceMinAll'>;

/** Whether guidance rests anywhere, as far as settings tell. */
export const hasRests = ({ guidanceFrom, guidanceMax, guidanceMin }: Interval): boolean =>
  [guidanceFrom, guidanceMax, guidanceMin].some((bound) => bound !== undefined && bound > 0);

/**
 * As in A1111: the share at the beginning includes the call at its very end; below the least sigma only every second call
 * rests, unless all are wanted. A sampler that asks twice a step makes twice as many calls as steps.
 */
export function restsOf(sampling: Sampling, { points }: Pick<Plan, 'points'>): Rests {
  const { guidanceFrom = 0, guidanceMax = Infinity, guidanceMin = 0, guidanceMinAll = false } = sampling;
  const calls = points.length * (samplers[sampling.sampler].twice ? 2 : 1);
  return (call, sigma) =>
    (guidanceFrom > 0 && call / calls <= guidanceFrom) ||
    (guidanceMax > 0 && sigma > guidanceMax) ||
    (sigma < guidanceMin && (guidanceMinAll || call % 2 === 1));
}
