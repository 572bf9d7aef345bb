/** As ComfyUI's KSampler has it. */
import { lastOf } from '../../checked';
import { exactAlphasCumprod, zeroTerminalSnr, type BetaSchedule } from '../betas';
import { continuousLevels, toldOf } from '../continuous';
import { flowLevels, shifted } from '../flow';
import { ladderLikeComfyUI, type Ladder } from '../ladders';
import type { Plan, Point, Solver } from '../sampler';
import type { SamplerName, Sampling } from '../settings';
import { logSigmaAt, nearestTimestep, trainedOn, type Trained } from '../trained';
import { churning, descend, rangeOf, withoutPenultimate, type Course } from './course';
import { checkFlow, walked } from './flow';
import { solverOf } from './solver';

/** Samplers that leave out the last level but one. */
const discarding: ReadonlySet<SamplerName> = new Set(['DPM2', 'DPM2 a', 'UniPC', 'UniPC bh2']);

/** The value of ᾱ in place of zero. */
const LAST_ALPHA = 4.8973451890853435e-8;

/** The end of UniPC, which cannot go to 0. */
const UNIPC_END = 0.001;

/** Automatic is Normal here, the choice a new workflow begins with. */
export function planLikeComfyUI(sampling: Sampling, course: Course): Plan {
  const { sampler, schedule, sigmaMin, sigmaMax, rho, betaAlpha = 0.6, betaBeta = 0.6 } = sampling;
  const { noise } = course;
  if (noise.kind === 'flow') checkFlow(sampling);
  const ladder = ladderFor(sampling, course);
  const { trained } = ladder;
  const bounds = {
    min: sigmaMin ?? trained.sigmas[0]!,
    max: sigmaMax ?? lastOf(trained.sigmas),
    ...(rho !== undefined && { rho }),
    betaAlpha,
    betaBeta,
    xl: course.xl ?? false,
  };
  const { steps, strength = 1 } = course;
  const less = sampling.discardPenultimate ?? discarding.has(sampler);
  const laid = strength > 0.9999 ? steps : Math.floor(steps / strength);
  const name = schedule === 'Automatic' ? 'Normal' : schedule;
  const all = ladderLikeComfyUI[name](less ? laid + 1 : laid, ladder, bounds);
  const whole = less ? withoutPenultimate(all) : all;
  const sigmas = strength > 0.9999 ? whole : whole.slice(-(steps + 1));
  const [first = 0] = sigmas;
  if (noise.kind === 'flow') {
    const solver = solverOf(sampling, own[sampler]);
    const plan = { points: ordered(sampling, sigmas), end: 0, scale: first, latentScale: 1 - first, solver };
    return walked(plan, sampling, noise);
  }
  const fromTop = first > bounds.max || Math.abs(first - bounds.max) <= 1e-5 * bounds.max;
  return {
    points: churning(ordered(sampling, sigmas), sampling),
    end: 0,
    scale: fromTop ? Math.hypot(first, 1) : first,
    latentScale: 1,
    timestep: noise.kind === 'continuous' ? toldOf : (sigma) => nearestTimestep(sigma, trained),
    range: rangeOf(sigmas),
    solver: solverOf(sampling, own[sampler]),
  };
}

function ladderFor(sampling: Sampling, { noise }: Course): Ladder {
  if (noise.kind === 'flow') {
    const { shift, steps } = noise;
    const trained = flowLevels(noise);
    // A level is taken for as much of the way before it is shifted: the lowest is shifted twice.
    const sigmaAt = (t: number): number => Math.fround(shifted(t / steps, shift));
    return { trained, sigmaAt, top: steps * lastOf(trained.sigmas), bottom: steps * trained.sigmas[0]! };
  }
  const trained = noise.kind === 'continuous' ? continuousLevels(noise) : trainedFor(sampling, noise);
  return {
    trained,
    sigmaAt: (t) => logSigmaAt(t, trained),
    top: trained.sigmas.length - 1,
    bottom: 0,
  };
}

function trainedFor({ zeroSnr }: Sampling, noise: BetaSchedule): Trained {
  const exact = exactAlphasCumprod(noise);
  const alphas = zeroSnr ? zeroTerminalSnr(exact, LAST_ALPHA) : exact;
  const levels = Float64Array.from(alphas, (a) => Math.sqrt((1 - a) / a));
  return trainedOn(Float32Array.from(levels), Float32Array.from(levels, Math.log));
}

const own: Partial<Record<SamplerName, Partial<Solver>>> = {
  'DPM++ 3M': { correction: 'heun' },
  'DPM++ 3M SDE': { correction: 'heun' },
  'DPM++ SDE': { throughLogs: false },
  'DPM fast': { eta: 0 },
  'DPM adaptive': { eta: 0 },
  UniPC: { unipc: 'bh1' },
  DEIS: { measure: 'vp time' },
  LCM: { timestepScaling: Infinity },
};

/** The steps, and how far each looks back: all of these take a step of first order into 0. */
function ordered({ sampler, order }: Sampling, sigmas: readonly number[]): readonly Point[] {
  if (sampler === 'UniPC' || sampler === 'UniPC bh2') {
    const ended = sigmas.map((sigma) => sigma || UNIPC_END);
    const most = Math.min(order ?? 3, sigmas.length - 2);
    return descend(ended).map((point, i) => ({
      ...point,
      order: Math.max(1, Math.min(most, ended.length - 1 - i)),
    }));
  }
  return descend(sigmas).map((point) => {
    const most = point.next === 0 ? 1 : order;
    return most === undefined ? point : { ...point, order: most };
  });
}
