/**
 * Which noise levels a sampler visits, and which timestep the UNet is told at each. The choices are those of
 * diffusers' schedulers as it configures them for Stable Diffusion checkpoints, number for number.
 */
import { DrobeError } from '../errors';
import { alphasCumprod, trainedSigmas, type BetaSchedule } from './betas';
import type { SamplerName } from './samplers';
import { spacings, type Spacing } from './settings';

export { alphasCumprod, spacings, trainedSigmas };
export type { BetaSchedule, Spacing };

/** One step: from `sigma`, where the UNet is asked with timestep `t`, down to `next`. */
export interface Point {
  readonly sigma: number;
  readonly t: number;
  /** The following point's sigma, save where DDIM's rounded timesteps disagree with its fixed stride. */
  readonly next: number;
}

export interface Plan {
  readonly points: readonly Point[];
  /** The sigma that is left after the last step. */
  readonly end: number;
  /** What unit noise is multiplied by to be the first x. */
  readonly scale: number;
}

const { fround } = Math;

/**
 * The points a sampler visits in so many steps.
 * @throws DrobeError 'bad-request' for numbers of steps that the sampler cannot make.
 */
export function plan(
  sampler: SamplerName,
  steps: number,
  spacing: Spacing,
  alphas: Float32Array<ArrayBuffer>,
): Plan {
  if (!Number.isInteger(steps) || steps < 1 || steps > alphas.length)
    throw new DrobeError('bad-request', { reason: `steps must be 1 to ${alphas.length}, not ${steps}` });
  return plans[sampler](steps, spacing, trainedSigmas(alphas));
}

/**
 * Image to image as diffusers has it for latent consistency models: all of the steps, laid out in the last part of the
 * distilled timesteps.
 * @param strength that part, above 0 to 1.
 * @throws DrobeError 'bad-request' where it has fewer timesteps than there are steps.
 */
export function lcmPlanFrom(strength: number, steps: number, alphas: Float32Array<ArrayBuffer>): Plan {
  return consistencyPlan(steps, strength, trainedSigmas(alphas));
}

type Planner = (steps: number, spacing: Spacing, trained: Float32Array<ArrayBuffer>) => Plan;

const plans: Record<SamplerName, Planner> = {
  Euler: eulerPlan,
  'Euler a': eulerPlan,
  DDIM: ddimPlan,
  'DPM++ 2M': dpmPlan,
  'DPM++ 2M Karras': karrasPlan,
  LCM: (steps, _, trained) => consistencyPlan(steps, 1, trained),
};

/** Timesteps need not be whole: sigma is interpolated. diffusers' EulerDiscreteScheduler. */
function eulerPlan(steps: number, spacing: Spacing, trained: Float32Array<ArrayBuffer>): Plan {
  const ts = timesteps(spacing, steps, trained.length).map(fround);
  const sigmas = ts.map((t) => sigmaAt(t, trained));
  const max = Math.max(...sigmas);
  return descend(ts, sigmas, spacing === 'leading' ? Math.sqrt(max * max + 1) : max);
}

/**
 * A step ends one fixed stride below its start, which need not be where the next one starts; the last ends at
 * the first trained sigma, not at zero. diffusers' DDIMScheduler with set_alpha_to_one = false.
 */
function ddimPlan(steps: number, spacing: Spacing, trained: Float32Array<ArrayBuffer>): Plan {
  const stride = Math.floor(trained.length / steps);
  const points = timesteps(spacing, steps, trained.length).map((exact) => {
    const t = roundEven(exact);
    return { t, sigma: sigmaAt(t, trained), next: sigmaAt(t - stride, trained) };
  });
  return { points, end: points.at(-1)!.next, scale: Math.hypot(points[0]!.sigma, 1) };
}

/** One timestep more is laid out, and the last one left out. diffusers' DPMSolverMultistepScheduler. */
function dpmPlan(steps: number, spacing: Spacing, trained: Float32Array<ArrayBuffer>): Plan {
  const count = spacing === 'trailing' ? steps : steps + 1;
  const ts = timesteps(spacing, count, trained.length).slice(0, steps).map(roundEven);
  const sigmas = ts.map((t) => sigmaAt(t, trained));
  return descend(ts, sigmas, Math.hypot(sigmas[0]!, 1));
}

/** The noise levels of Karras et al. (2022), equation 5, rho 7, over all that was trained; spacing has no say. */
function karrasPlan(steps: number, _: Spacing, trained: Float32Array<ArrayBuffer>): Plan {
  const rho = 7;
  const max = trained.at(-1)! ** (1 / rho);
  const min = trained[0]! ** (1 / rho);
  const sigmas = linspace(0, 1, steps).map((ramp) => (max + ramp * (min - max)) ** rho);
  const ts = sigmas.map((sigma) => roundEven(timestepOf(sigma, trained)));
  return descend(ts, sigmas, Math.hypot(sigmas[0]!, 1));
}

/** Timesteps that a latent consistency model was distilled to: diffusers' original_inference_steps. */
const DISTILLED = 50;

/** Of the last of the distilled timesteps, so many evenly spread. diffusers' LCMScheduler; spacing has no say. */
function consistencyPlan(steps: number, strength: number, trained: Float32Array<ArrayBuffer>): Plan {
  const stride = Math.floor(trained.length / DISTILLED);
  const reached = Math.floor(DISTILLED * strength);
  if (steps > reached) {
    const reason = `LCM can make ${reached} steps at most${strength < 1 ? ' at this denoising strength' : ''}, not ${steps}`;
    throw new DrobeError('bad-request', { reason });
  }
  const ts = Array.from(
    { length: steps },
    (_, i) => (reached - Math.floor(i * (reached / steps))) * stride - 1,
  );
  const sigmas = ts.map((t) => trained[t]!); // fewer than were trained
  return descend(ts, sigmas, Math.hypot(sigmas[0]!, 1));
}

/** Each step ends where the next one starts, the last at zero. */
function descend(ts: readonly number[], sigmas: readonly number[], scale: number): Plan {
  const points = sigmas.map((sigma, i) => ({ sigma, t: ts[i]!, next: sigmas[i + 1] ?? 0 }));
  return { points, end: 0, scale };
}

/** From noise to picture. 'leading' has diffusers' steps_offset of 1, so that it ends at t = 1. */
function timesteps(spacing: Spacing, count: number, trained: number): number[] {
  const each = <T>(f: (i: number) => T) => Array.from({ length: count }, (_, i) => f(i));
  switch (spacing) {
    case 'linspace':
      return linspace(0, trained - 1, count).reverse();
    case 'leading': {
      // At least 1: DPM++ lays out 1001 of 1000, and with a stride of 0 would stay at t = 1 all the way.
      const stride = Math.max(1, Math.floor(trained / count));
      return each((i) => (count - 1 - i) * stride + 1);
    }
    case 'trailing': {
      const stride = trained - (trained - trained / count); // as numpy's arange has it, rounding and all
      return each((i) => roundEven(trained - i * stride) - 1);
    }
  }
}

/** Between two trained timesteps the straight line, beyond the ends their values: numpy's interp. */
function sigmaAt(t: number, trained: Float32Array<ArrayBuffer>): number {
  const at = Math.min(Math.max(t, 0), trained.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return trained[low]! + (at - low) * (trained[high]! - trained[low]!);
}

/** The inverse of `sigmaAt`, but straight in log sigma, as k-diffusion's DiscreteSchedule.sigma_to_t. */
function timestepOf(sigma: number, trained: Float32Array<ArrayBuffer>): number {
  const below = trained.findLastIndex((s) => s <= sigma);
  const low = Math.min(Math.max(below, 0), trained.length - 2);
  const [a, b] = [fround(Math.log(trained[low]!)), fround(Math.log(trained[low + 1]!))];
  return low + Math.min(Math.max((a - Math.log(sigma)) / (a - b), 0), 1);
}

function linspace(from: number, to: number, count: number): number[] {
  const step = (to - from) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? to : from + i * step));
}

/** Halves go to the even neighbour, as in numpy. */
function roundEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
