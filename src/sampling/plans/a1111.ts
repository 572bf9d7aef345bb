/** As AUTOMATIC1111's webui 1.10 has it, over k-diffusion. */
import { lastOf } from '../../checked';
import { exactAlphasCumprod, trainedSigmas, zeroTerminalSnr } from '../betas';
import { flowLevels } from '../flow';
import { ladderLikeA1111, type Ladder, type Named } from '../ladders';
import { linspace } from '../numbers';
import type { Plan, Point, Solver } from '../sampler';
import type { SamplerName, Sampling } from '../settings';
import { karras } from '../sigmas';
import { logSigmaAt, nearestTimestep, timestepOf, trainedOn, type Trained } from '../trained';
import { churning, descend, looking, rangeOf, withoutPenultimate, type Course, type Tabled } from './course';
import { checkFlow, walked, type Flowing } from './flow';
import { solverOf } from './solver';

/** The schedule that Automatic means, by sampler; for all others Uniform. */
const automatic: Partial<Record<SamplerName, Named>> = {
  'DPM++ 2M': 'Karras',
  'DPM++ SDE': 'Karras',
  'DPM++ 2S a': 'Karras',
  DPM2: 'Karras',
  'DPM2 a': 'Karras',
  Restart: 'Karras',
  'DPM++ 2M SDE': 'Exponential',
  'DPM++ 2M SDE Heun': 'Exponential',
  'DPM++ 3M SDE': 'Exponential',
};

/** Samplers that leave out the last level but one. */
const discarding: ReadonlySet<SamplerName> = new Set(['DPM2', 'DPM2 a', 'DPM++ 3M SDE']);

/** Samplers that go by timesteps, not by sigmas. */
const byTimesteps: ReadonlySet<SamplerName> = new Set(['DDIM', 'DDIM CFG++', 'PLMS', 'UniPC', 'UniPC bh2']);

/** Samplers that use only the first and the last level: from pure noise these are the trained range's ends. */
const spanning: ReadonlySet<SamplerName> = new Set(['DPM fast', 'DPM adaptive']);

/** The value of ᾱ in place of zero. */
const LAST_ALPHA = 4.8973451890853435e-8;

/** The number of timesteps that a latent consistency model is taken to know. */
const DISTILLED = 50;

/**
 * Also for networks trained by flow matching. Where A1111 adds noise to these, it does not scale the picture down to make room
 * for it, which spoils the picture; here that is done as in ComfyUI.
 */
export function planLikeA1111(sampling: Sampling, course: Tabled | Flowing): Plan {
  const { noise } = course;
  if (noise.kind === 'flow') return flowPlan(sampling, { ...course, noise });
  return tablePlan(sampling, { ...course, noise });
}

function flowPlan(sampling: Sampling, course: Flowing): Plan {
  checkFlow(sampling);
  const steps = stepsIn(sampling, course);
  const { ladder } = whole(flowLevels(course.noise), false);
  const all = levels(sampling, steps, ladder, false);
  const part = reached(sampling, course, all, steps);
  const [first = 0] = part;
  const plan = {
    points: looking(descend(part), sampling),
    end: part.at(-1) ?? 0,
    scale: first,
    latentScale: 1 - first,
    solver: solverOf(sampling, own[sampling.sampler]),
  };
  return walked(plan, sampling, course.noise);
}

function tablePlan(sampling: Sampling, course: Tabled): Plan {
  const alphas = Float32Array.from(exactAlphasCumprod(course.noise));
  const trained = trainedOn(trainedSigmas(sampling.zeroSnr ? zeroTerminalSnr(alphas, LAST_ALPHA) : alphas));
  if (byTimesteps.has(sampling.sampler)) return timestepPlan(sampling, course, trained);
  const { ladder, timestep } =
    sampling.sampler === 'LCM' ? distilled(trained) : whole(trained, sampling.wholeTimesteps ?? false);
  const steps = stepsIn(sampling, course);
  const sigmas = levels(sampling, steps, ladder, course.xl ?? false);
  const part = reached(sampling, course, sigmas, steps);
  const points = sampling.sampler === 'Restart' ? restarting(part) : descend(part);
  const [first = 0] = part;
  const { sampler, scaleStart = false } = sampling;
  return {
    points: churning(looking(points, sampling), sampling, { everywhere: true }),
    end: part.at(-1) ?? 0,
    scale: scaleStart ? Math.hypot(first, 1) : first,
    latentScale: 1,
    timestep,
    range: spanning.has(sampler)
      ? rangeOf(course.strength === undefined ? ladder.trained.sigmas : part)
      : rangeOf(sigmas),
    solver: solverOf(sampling, own[sampler]),
  };
}

/** Options of samplers under A1111. */
const own: Partial<Record<SamplerName, Partial<Solver>>> = {
  'DPM++ 3M': { correction: 'heun' },
  'DPM++ 3M SDE': { correction: 'heun' },
  UniPC: { unipc: 'bh1' },
};

/** The number of steps to lay out. */
function stepsIn({ allSteps }: Sampling, { steps, strength }: Course): number {
  return allSteps && strength ? Math.floor(steps / Math.min(strength, 0.999)) : steps;
}

/** The levels used for a picture, of all that are laid out. */
function reached(
  sampling: Sampling,
  course: Course,
  sigmas: readonly number[],
  laid: number,
): readonly number[] {
  return course.strength === undefined ? sigmas : sigmas.slice(laid - encoded(sampling, course, laid) - 1);
}

/** How far a picture goes into the noise, in steps. */
function encoded({ allSteps }: Sampling, course: Course, laid: number): number {
  const { steps, strength = 1 } = course;
  return allSteps ? steps - 1 : Math.floor(Math.min(strength, 0.999) * laid);
}

function levels(sampling: Sampling, steps: number, ladder: Ladder, xl: boolean): number[] {
  const { sampler, schedule, sigmaMin, sigmaMax, rho, betaAlpha = 0.6, betaBeta = 0.6 } = sampling;
  const name = schedule === 'Automatic' ? (automatic[sampler] ?? 'Uniform') : schedule;
  const less = sampling.discardPenultimate ?? discarding.has(sampler);
  const bounds = {
    min: sigmaMin ?? ladder.trained.sigmas[0]!,
    max: sigmaMax ?? lastOf(ladder.trained.sigmas),
    ...(rho !== undefined && { rho }),
    betaAlpha,
    betaBeta,
    xl,
  };
  const sigmas = ladderLikeA1111[name](less ? steps + 1 : steps, ladder, bounds);
  return less ? withoutPenultimate(sigmas) : sigmas;
}

function whole(trained: Trained, rounded: boolean): { ladder: Ladder; timestep: Plan['timestep'] } {
  const ladder = {
    trained,
    sigmaAt: (t: number) => logSigmaAt(t, trained),
    top: trained.sigmas.length - 1,
    bottom: 0,
  };
  return {
    ladder,
    timestep: (sigma) => (rounded ? nearestTimestep(sigma, trained) : timestepOf(sigma, trained)),
  };
}

/** Every twentieth of the trained timesteps, which is what the network is told of. */
function distilled(trained: Trained): { ladder: Ladder; timestep: Plan['timestep'] } {
  const stride = Math.floor(trained.sigmas.length / DISTILLED);
  const few = trainedOn(trained.sigmas.filter((_, t) => t % stride === stride - 1));
  const { ladder } = whole(few, true);
  return { ladder, timestep: (sigma) => nearestTimestep(sigma, few) * stride + stride - 1 };
}

/**
 * Restart sampling (Xu et al., 2023, arXiv 2306.14878), from 20 steps on: levels of Karras are laid out anew in fewer steps,
 * and near 0.1 it goes up to 2 again, once, or twice from 36 steps on.
 */
function restarting(sigmas: readonly number[]): Point[] {
  const steps = sigmas.length - 1;
  if (steps < 20) return descend(sigmas);
  const times = steps < 36 ? 1 : 2;
  const again = steps < 36 ? 9 : Math.floor(steps / 4);
  const levels = [...karras(steps - again * times, sigmas[sigmas.length - 2]!, sigmas[0]!), 0];
  const nearest = (to: number): number =>
    levels.reduce((best, sigma, i) => (Math.abs(sigma - to) < Math.abs(levels[best]! - to) ? i : best), 0);
  const [low, high] = [nearest(0.1), nearest(2)];
  const down = descend(levels);
  if (high >= low) return down;
  const loop = descend(karras(again + 1, levels[low]!, levels[high]!));
  return [...down.slice(0, low), ...Array.from({ length: times }, () => loop).flat(), ...down.slice(low)];
}

/**
 * Samplers that go by timesteps start from unit noise as it is, and end at the first trained sigma but one. A picture is
 * given the noise of one timestep more than it is drawn from. One step is made at least, where
 * A1111 makes none and leaves the noise as it is.
 */
function timestepPlan(sampling: Sampling, course: Course, trained: Trained): Plan {
  const { sigmas } = trained;
  const steps = stepsIn(sampling, course);
  const stride = Math.floor(sigmas.length / (sampling.discardPenultimate ? steps + 1 : steps));
  const all: number[] = [];
  for (let t = 0; t < sigmas.length; t += stride) all.push(Math.min(t + 1, sigmas.length - 1));
  const isUniPC = sampling.sampler.startsWith('UniPC');
  // The others go from each timestep to the one below it.
  const fewest = isUniPC ? 1 : 2;
  if (all.length < fewest) all.push(sigmas.length - 1);
  const reached =
    course.strength === undefined ? all.length : Math.max(encoded(sampling, course, steps), fewest);
  const ts = all.slice(0, reached);
  const { points, timestep, readBy } = isUniPC
    ? continuous(sampling, ts, course, trained)
    : discrete(ts, trained);
  const start = Math.hypot(points[0]?.sigma ?? 0, 1);
  const noisy = sigmas[all[reached] ?? lastOf(all)]!;
  const fromNoise = course.strength === undefined;
  const latentScale = fromNoise ? 1 : start / Math.hypot(noisy, 1);
  return {
    points,
    end: points.at(-1)?.next ?? 0,
    scale: fromNoise ? start : latentScale * noisy,
    latentScale,
    timestep,
    ...(readBy && { readBy }),
    range: rangeOf(points.map(({ sigma }) => sigma)),
    solver: solverOf(sampling, own[sampling.sampler]),
  };
}

/** From each timestep to the one below it. */
function discrete(ts: readonly number[], trained: Trained): Pick<Plan, 'points' | 'timestep' | 'readBy'> {
  const points = descend(ts.map((t) => trained.sigmas[t]!).reverse());
  return { points, timestep: (sigma) => nearestTimestep(sigma, trained) };
}

/** As many steps of UniPC's own: evenly in a time that runs from 1 to 1/1000, between timesteps in log ᾱ. */
function continuous(
  { order = 3, unipcSpacing = 'time', lowerOrderFinal = true }: Sampling,
  ts: readonly number[],
  { strength }: Course,
  trained: Trained,
): Pick<Plan, 'points' | 'timestep' | 'readBy'> {
  const count = ts.length;
  const from = strength === undefined ? trained.sigmas.length - 1 : (ts.at(-1) ?? 0);
  const n = trained.sigmas.length;
  const times = (): number[] => {
    const [first, final] = [(from + 1) / n, 1 / n];
    switch (unipcSpacing) {
      case 'time':
        return linspace(first, final, count + 1);
      case 'time squared':
        return linspace(Math.sqrt(first), Math.sqrt(final), count + 1).map((root) => root * root);
      case 'log SNR':
        return linspace(Math.log(trained.sigmas[from]!), Math.log(trained.sigmas[0]!), count + 1).map(
          (log) => (logAlphaTime(Math.exp(log), trained) + 1) / n,
        );
    }
  };
  const positions = times().map((time) => time * n - 1);
  const sigmas = positions.map((t) => logAlphaSigma(t, trained));
  const points = descend(sigmas).map((point, i) => ({
    ...point,
    order: lowerOrderFinal ? Math.min(order, count - i) : order,
  }));
  const known = new Map(sigmas.map((sigma, i) => [sigma, positions[i]!]));
  const timestep = (sigma: number): number => known.get(sigma) ?? logAlphaTime(sigma, trained);
  return { points, timestep, readBy: (sigma) => trained.sigmas[Math.floor(timestep(sigma))]! };
}

/** −log ᾱ of a trained timestep. */
const logAlpha = (sigma: number): number => Math.log1p(sigma * sigma);

function logAlphaSigma(t: number, { sigmas }: Trained): number {
  const low = Math.min(Math.max(Math.floor(t), 0), sigmas.length - 2);
  const [a, b] = [logAlpha(sigmas[low]!), logAlpha(sigmas[low + 1]!)];
  return Math.sqrt(Math.expm1(a + (t - low) * (b - a)));
}

function logAlphaTime(sigma: number, { sigmas }: Trained): number {
  const below = sigmas.findLastIndex((s) => s <= sigma);
  const low = Math.min(Math.max(below, 0), sigmas.length - 2);
  const [a, b] = [logAlpha(sigmas[low]!), logAlpha(sigmas[low + 1]!)];
  return low + (logAlpha(sigma) - a) / (b - a);
}
