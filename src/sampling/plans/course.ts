/** The inputs of plans, and what plans have in common. */
import type { BetaSchedule } from '../betas';
import type { ContinuousNoise } from '../continuous';
import type { FlowNoise } from '../flow';
import type { Point } from '../sampler';
import type { SamplerName, Sampling } from '../settings';

/** The inputs of a plan. */
export interface Course {
  readonly steps: number;
  /** The network's noise in training, and its prediction. */
  readonly noise: BetaSchedule | ContinuousNoise | FlowNoise;
  readonly prediction?: 'epsilon' | 'v' | 'flow';
  /** The settings of the model's own scheduler. */
  readonly scheduler?: Scheduler;
  /** Whether the network is of the SDXL family, for which some schedules have levels of their own. */
  readonly xl?: boolean;
  /** How far the source picture goes towards noise, above 0 to 1; absent: there is no picture, only noise. */
  readonly strength?: number;
}

/** For a network trained with a table of betas. */
export type Tabled = Course & { readonly noise: BetaSchedule };

/** Settings of the scheduler that comes with a model, for those that a person leaves open. */
export interface Scheduler {
  readonly zeroSnr?: boolean;
  readonly stepsOffset?: number;
  /** set_alpha_to_one, which only diffusers' DDIM and PNDM read. */
  readonly alphaToOne?: boolean;
  /** final_sigmas_type, of its other schedulers. */
  readonly finalSigma?: 'zero' | 'lowest';
}

/**
 * From each noise level to the next.
 * @param sigmas the levels, including the one at the very end.
 */
export function descend(sigmas: readonly number[]): Point[] {
  return sigmas.slice(0, -1).map((sigma, i) => ({ sigma, next: sigmas[i + 1]! }));
}

/** The levels without the last but one. */
export function withoutPenultimate(sigmas: readonly number[]): number[] {
  return [...sigmas.slice(0, -2), ...sigmas.slice(-1)];
}

/**
 * Churn in the steps that the settings choose: Karras et al. (2022), Algorithm 2.
 * @param everywhere a noise is drawn in the other steps too, for nothing.
 */
export function churning(
  points: readonly Point[],
  sampling: Sampling,
  { everywhere = false } = {},
): readonly Point[] {
  const { churn = 0, churnMin = 0, churnMax = Infinity } = sampling;
  if (churn <= 0) return points;
  const most = Math.min(churn / points.length, Math.SQRT2 - 1);
  return points.map((point) => {
    if (point.sigma >= churnMin && point.sigma <= churnMax) return { ...point, churn: most };
    return everywhere ? { ...point, churn: 0 } : point;
  });
}

/** Samplers that take a step of first order into 0, in every tool that has them. */
const careful: ReadonlySet<SamplerName> = new Set(['DEIS', 'iPNDM', 'iPNDM v']);

/** How many predictions each step uses, if that is chosen. */
export function looking(points: readonly Point[], { sampler, order }: Sampling): readonly Point[] {
  return points.map((point) => {
    const most = careful.has(sampler) && point.next === 0 ? 1 : order;
    return most === undefined ? point : { ...point, order: most };
  });
}

/** The lowest and the highest level above zero. */
export function rangeOf(sigmas: Iterable<number>): readonly [number, number] {
  const noisy = [...sigmas].filter((sigma) => sigma > 0);
  return [Math.min(...noisy), Math.max(...noisy)];
}
