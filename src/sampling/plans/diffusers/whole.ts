/** DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler, UniPCMultistepScheduler and DEISMultistepScheduler. */
import { lastOf } from '../../../checked';
import { roundEven } from '../../numbers';
import type { Plan, Point } from '../../sampler';
import type { SamplerName, Sampling } from '../../settings';
import { spaced } from '../../timesteps';
import { sigmaAt, timestepOf } from '../../trained';
import { descend, rangeOf, type Tabled } from '../course';
import { solverOf } from '../solver';
import { beginning, LAST_ALPHA, lookup, ownSolver, part, trainedFor } from './common';
import { scheduled } from './levels';

/**
 * Timesteps are whole numbers; one more than the steps is laid out, and the last one left out. Schedules span all that was
 * trained.
 */
export function whole(sampling: Sampling, course: Tabled): Plan {
  const { sampler, schedule, stepsOffset, lastSigma, wholeTimesteps = false } = sampling;
  const spacing = rounds[sampler] ? 'linspace' : sampling.spacing; // the single-step scheduler has no choice
  const trained = trainedFor(sampling, course, LAST_ALPHA);
  const { steps } = course;
  const laid = scheduled(sampling, course, trained, trained.sigmas[0]!, lastOf(trained.sigmas));
  const cut = (schedule === 'Exponential' || schedule === 'Beta') && !wholeTimesteps;
  const round = cut ? Math.floor : roundEven;
  const count = spacing === 'trailing' ? steps : steps + 1;
  const ts = laid
    ? laid.map((sigma) => round(timestepOf(sigma, trained)))
    : spaced(spacing, count, trained.sigmas.length, stepsOffset).slice(0, steps).map(roundEven);
  const sigmas = laid ?? ts.map((t) => sigmaAt(t, trained));
  const lowest =
    (lastSigma ? lastSigma === 'lowest' : sampler === 'DEIS') && lastOf(sigmas) > trained.sigmas[0]!;
  const all = [...sigmas, lowest ? trained.sigmas[0]! : 0];
  const points = part(lookingBack(sampling, descend(all)), course);
  const [first] = points;
  return {
    points,
    end: lastOf(all),
    scale: first ? beginning(first.sigma, course) : 0,
    latentScale: 1,
    timestep: lookup(points, ts.slice(ts.length - points.length), trained),
    range: rangeOf(all),
    solver: solverOf(sampling, ownSolver(sampler)),
  };
}

/** The order of each step: lower in the last ones where there are few steps, and 1 where a step ends at sigma 0. */
export function lookingBack(sampling: Sampling, points: Point[]): Point[] {
  const { sampler, order = most[sampler] ?? 2, lowerOrderFinal = true } = sampling;
  const n = points.length;
  const round = rounds[sampler];
  if (round) return points.map((point, i) => ({ ...point, order: inRound(i, n, round) }));
  const few = sampler.startsWith('UniPC') || n < 15;
  return points.map((point, i) => ({
    ...point,
    order: point.next === 0 ? 1 : lowerOrderFinal && few ? Math.min(order, n - i) : order,
  }));
}

/** Steps in a round of the single-step scheduler. */
const rounds: Partial<Record<SamplerName, 2 | 3>> = { 'DPM++ 2S': 2, 'DPM++ 3S': 3 };

/** Which step of its round a step is; the last round is short, so that the last step is of first order. */
function inRound(i: number, steps: number, round: 2 | 3): number {
  if (i === steps - 1) return 1;
  return (i % round) + 1;
}

/** The highest order of a sampler, where that is not 2. */
const most: Partial<Record<SamplerName, number>> = { 'DPM++ 3M': 3, 'DPM++ 3M SDE': 3 };
