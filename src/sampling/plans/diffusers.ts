/** As diffusers' schedulers have it when it configures them for Stable Diffusion checkpoints, number for number. */
import { DrobeError } from '../../errors';
import { alphasCumprod, trainedSigmas, zeroTerminalSnr } from '../betas';
import { betaQuantile } from '../beta';
import { continuousLevels, toldOf, type ContinuousNoise } from '../continuous';
import { ladderLikeA1111 } from '../ladders';
import { float64, linspace, roundEven } from '../numbers';
import type { Plan, Point, Solver } from '../sampler';
import type { SamplerName, Sampling } from '../settings';
import { exponential, karras } from '../sigmas';
import { spaced } from '../timesteps';
import { logSigmaAt, sigmaAt, timestepOf, trainedOn, type Trained } from '../trained';
import { churning, descend, looking, rangeOf, type Course, type Tabled } from './course';
import { solverOf } from './solver';

type Planner = (sampling: Sampling, course: Tabled) => Plan;

/** Which family of schedulers a sampler is of; all that diffusers does not have are planned like Euler. */
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

export function planLikeDiffusers(sampling: Sampling, course: Tabled): Plan {
  return (families[sampling.sampler] ?? fractional)(sampling, course);
}

/**
 * EDMEulerScheduler and EDMDPMSolverMultistepScheduler, and over their levels every other sampler, too: spacing has no
 * say.
 */
export function continuousLikeDiffusers(
  sampling: Sampling,
  course: Course & { readonly noise: ContinuousNoise },
): Plan {
  const { schedule, sampler } = sampling;
  const trained = continuousLevels(course.noise);
  const [min, max] = [trained.sigmas[0]!, trained.sigmas.at(-1)!];
  const own = course.noise.spread === 'karras' ? 'Karras' : 'Exponential';
  const chosen = schedule === 'Automatic' || schedule === 'Uniform' ? own : schedule;
  const sigmas = scheduled({ ...sampling, schedule: chosen }, course, trained, min, max)!; // not one of those two
  const all = [...sigmas, sampling.lastSigma === 'lowest' ? min : 0];
  const steps = descend(all);
  const paced = families[sampler] === whole ? lookingBack(sampling, steps) : looking(steps, sampling);
  const points = part(paced, course);
  const { sigma } = points[0] ?? { sigma: 0 };
  return {
    points: churning(points, sampling, false),
    end: all.at(-1)!,
    scale: course.strength === undefined ? Math.hypot(sigma, 1) : sigma,
    latentScale: 1,
    timestep: toldOf,
    range: rangeOf(all),
    solver: solverOf(sampling),
  };
}

/** What ᾱ is in place of zero, for those that need a finite sigma; the others are given almost none. */
const LAST_ALPHA = 2 ** -24;
const NO_ALPHA = 2 ** -60;

/** The sigmas of the network; with zero terminal SNR the last one's ᾱ is given. */
function trainedFor({ zeroSnr = false }: Sampling, { noise }: Tabled, last: number): Trained {
  const alphas = alphasCumprod(noise);
  return trainedOn(trainedSigmas(zeroSnr ? zeroTerminalSnr(alphas, last) : alphas));
}

/** Here the timesteps of a schedule's own levels are rounded, those halfway between them are not. */
const halfway: ReadonlySet<SamplerName> = new Set(['DPM2', 'DPM2 a']);

/**
 * Timesteps need not be whole: sigma is interpolated. EulerDiscreteScheduler and those with k-diffusion's samplers; what
 * schedules there are lie between the ends of the spaced timesteps.
 */
function fractional(sampling: Sampling, course: Tabled): Plan {
  const { spacing, sampler, lastSigma } = sampling;
  const trained = trainedFor(sampling, course, LAST_ALPHA);
  const ts = spaced(spacing, course.steps, trained.sigmas.length, sampling.stepsOffset).map(Math.fround);
  const own = ts.map((t) => sigmaAt(t, trained));
  const [min, max] = rangeOf(own);
  const laid = scheduled(sampling, course, trained, min, max);
  const sigmas = laid ?? own;
  const known = new Map(
    laid
      ? halfway.has(sampler)
        ? laid.map((sigma) => [sigma, roundEven(timestepOf(sigma, trained))])
        : []
      : ts.map((t, i) => [own[i]!, t]),
  );
  const lowest = lastSigma === 'lowest' && sigmas.at(-1)! >= trained.sigmas[0]!;
  const all = [...sigmas, lowest ? trained.sigmas[0]! : 0];
  const top = Math.max(...sigmas);
  const late = part(descend(all), course);
  const scale =
    course.strength === undefined && spacing === 'leading' ? Math.hypot(top, 1) : (late[0]?.sigma ?? 0);
  return {
    points: churning(looking(late, sampling), sampling, false),
    end: all.at(-1)!,
    scale: course.strength === undefined && spacing !== 'leading' ? top : scale,
    latentScale: 1,
    timestep: (sigma) => known.get(sigma) ?? timestepOf(sigma, trained),
    range: rangeOf(all),
    solver: solverOf(sampling, ownSolver(sampler)),
  };
}

/**
 * A step ends one fixed stride below its start, which need not be where the next one starts; the last ends at the first
 * trained sigma, not at zero. DDIMScheduler with set_alpha_to_one = false, DDPMScheduler and PNDMScheduler.
 */
function strided(sampling: Sampling, course: Tabled): Plan {
  const { sampler, spacing, lastSigma } = sampling;
  const trained = trainedFor(sampling, course, NO_ALPHA);
  const { steps } = course;
  const stride = Math.floor(trained.sigmas.length / steps);
  const last = trained.sigmas.length - 1;
  const ts = spaced(spacing, steps, last + 1, sampling.stepsOffset).map((t) => Math.min(roundEven(t), last));
  const below = lastSigma === 'zero' || sampler === 'DDPM' ? 0 : trained.sigmas[0]!;
  const ending = (t: number, i: number): number => {
    const to = sampler === 'DDPM' ? (ts[i + 1] ?? -1) : t - stride;
    return to < 0 ? below : trained.sigmas[to]!;
  };
  const points = ts.map((t, i) => {
    const point = { sigma: trained.sigmas[t]!, next: ending(t, i) };
    return sampling.largeVariance && t > 0 ? { ...point, ...mostNoise(point) } : point;
  });
  const late = part(points, course);
  const [first] = late;
  return {
    points: late,
    end: points.at(-1)!.next,
    scale: first === undefined ? 0 : course.strength === undefined ? Math.hypot(first.sigma, 1) : first.sigma,
    latentScale: 1,
    timestep: lookup(points, ts, trained),
    range: rangeOf(points.map(({ sigma }) => sigma)),
    solver: solverOf(sampling, { averages: course.prediction === 'v' ? 'v' : 'eps' }),
  };
}

/** DDPM's step with the variance β of its forward step, not that of the posterior. */
function mostNoise({ sigma, next }: Point): { down: number; up: number } {
  const beta = (sigma * sigma - next * next) / (1 + sigma * sigma);
  return { down: (next * next) / sigma, up: Math.sqrt(beta * (1 + next * next)) };
}

/**
 * Timesteps are whole; one more is laid out, and the last one left out. DPMSolverMultistepScheduler, UniPCMultistepScheduler
 * and DEISMultistepScheduler; what schedules there are span all that was trained.
 */
function whole(sampling: Sampling, course: Tabled): Plan {
  const { sampler, schedule, stepsOffset, lastSigma, wholeTimesteps = false } = sampling;
  const spacing = rounds[sampler] ? 'linspace' : sampling.spacing; // the single-step scheduler has no choice
  const trained = trainedFor(sampling, course, LAST_ALPHA);
  const { steps } = course;
  const laid = scheduled(sampling, course, trained, trained.sigmas[0]!, trained.sigmas.at(-1)!);
  const cut = (schedule === 'Exponential' || schedule === 'Beta') && !wholeTimesteps;
  const round = cut ? Math.floor : roundEven;
  const count = spacing === 'trailing' ? steps : steps + 1;
  const ts = laid
    ? laid.map((sigma) => round(timestepOf(sigma, trained)))
    : spaced(spacing, count, trained.sigmas.length, stepsOffset).slice(0, steps).map(roundEven);
  const sigmas = laid ?? ts.map((t) => sigmaAt(t, trained));
  const lowest =
    (lastSigma ? lastSigma === 'lowest' : sampler === 'DEIS') && sigmas.at(-1)! > trained.sigmas[0]!;
  const all = [...sigmas, lowest ? trained.sigmas[0]! : 0];
  const points = part(lookingBack(sampling, descend(all)), course);
  const [first] = points;
  return {
    points,
    end: all.at(-1)!,
    scale: first === undefined ? 0 : course.strength === undefined ? Math.hypot(first.sigma, 1) : first.sigma,
    latentScale: 1,
    timestep: lookup(points, ts.slice(ts.length - points.length), trained),
    range: rangeOf(all),
    solver: solverOf(sampling, ownSolver(sampler)),
  };
}

/** What samplers are told here. */
export function ownSolver(sampler: SamplerName): Partial<Solver> {
  if (sampler === 'DPM fast' || sampler === 'DPM adaptive') return { eta: 0 };
  return sampler === 'DPM++ 3M SDE' ? { curvature: -1 / 2 } : {};
}

/** How far each step looks back: less in the last ones where there are few, and not at all into sigma 0. */
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

const most: Partial<Record<SamplerName, number>> = { 'DPM++ 3M': 3, 'DPM++ 3M SDE': 3 };

/** Timesteps that a latent consistency model was distilled to: diffusers' original_inference_steps. */
const DISTILLED = 50;

/**
 * Of the last of the distilled timesteps, so many evenly spread. LCMScheduler and TCDScheduler; spacing and schedule have no
 * say. A picture is drawn in all of the steps, laid out in the last part of the timesteps, or in as many as that has, where
 * diffusers refuses it.
 */
function distilled(sampling: Sampling, course: Tabled): Plan {
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
    scale: course.strength === undefined ? Math.hypot(sigma, 1) : sigma,
    latentScale: 1,
    timestep: lookup(points, ts, trained),
    range: rangeOf(points.map((point) => point.sigma)),
    solver: solverOf(sampling),
  };
}

/** The levels of a schedule other than spaced timesteps, without the end; null where those are it. */
export function scheduled(
  sampling: Sampling,
  course: Course,
  trained: Trained,
  min: number,
  max: number,
): number[] | null {
  const { schedule, rho, sigmaMin = min, sigmaMax = max, betaAlpha = 0.6, betaBeta = 0.6 } = sampling;
  const { steps } = course;
  switch (schedule) {
    case 'Automatic':
    case 'Uniform':
      return null;
    case 'Karras':
      return karras(steps, sigmaMin, sigmaMax, rho, float64);
    case 'Exponential':
      return exponential(steps, sigmaMin, sigmaMax, float64);
    case 'Beta':
      return linspace(1, 0, steps).map(
        (share) => sigmaMin + betaQuantile(share, betaAlpha, betaBeta) * (sigmaMax - sigmaMin),
      );
    default: {
      const ladder = {
        trained,
        sigmaAt: (t: number) => logSigmaAt(t, trained),
        top: trained.sigmas.length - 1,
        bottom: 0,
      };
      const bounds = { min: sigmaMin, max: sigmaMax, betaAlpha, betaBeta, xl: course.xl ?? false };
      const levels = ladderLikeA1111[schedule](
        steps,
        ladder,
        rho === undefined ? bounds : { ...bounds, rho },
      );
      return levels.slice(0, schedule === 'KL Optimal' ? steps : -1);
    }
  }
}

/** Image to image: the last ⌊steps · strength⌋ of the steps, and one at least, where diffusers fails. */
function part<T extends Point>(points: readonly T[], { strength }: Course): readonly T[] {
  if (strength === undefined) return points;
  const made = Math.min(Math.max(Math.floor(points.length * strength), 1), points.length);
  return points.slice(points.length - made);
}

/** Each point's own timestep, which rounding may have moved; between them as k-diffusion has it. */
function lookup(points: readonly Point[], ts: readonly number[], trained: Trained): Plan['timestep'] {
  const known = new Map(points.map(({ sigma }, i) => [sigma, ts[i]!]));
  return (sigma) => known.get(sigma) ?? timestepOf(sigma, trained);
}
