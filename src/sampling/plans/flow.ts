/**
 * Plans for networks trained by flow matching are laid out in shares of noise, 1 to 0. Most samplers use them directly: steps
 * along a direction are the same there as in sigma. Noise takes the place of x0, so that x is scaled down where noise is
 * added. Samplers that compute with the ratio of noise to picture are given sigmas, share / (1 − share), instead.
 */
import { DrobeError } from '../../errors';
import { flowTakes, shareOfSigma, shifted, sigmaOfShare, type FlowNoise } from '../flow';
import type { Plan, Point } from '../sampler';
import type { SamplerName, Sampling } from '../settings';
import { rangeOf, type Course } from './course';

/** Of a network that was trained by flow matching. */
export type Flowing = Course & { readonly noise: FlowNoise };

/** A plan in shares of noise, before the steps of samplers that add noise are adapted. */
export type SharePlan = Omit<Plan, 'share' | 'timestep' | 'range'>;

/** @throws DrobeError 'bad-request' */
export function checkFlow({ sampler, schedule }: Sampling): void {
  const what = [sampler, schedule].find((name) => !flowTakes(name));
  if (what !== undefined)
    throw new DrobeError('bad-request', { reason: `${what} is not for models trained by flow matching` });
}

/** Ancestral samplers: how far down a step goes is chosen as in ComfyUI. */
const ancestral: ReadonlySet<SamplerName> = new Set([
  'Euler a',
  'DPM2 a',
  'DPM++ 2S a',
  'RES multistep',
  'RES multistep a',
  'DDIM',
  'DDIM CFG++',
  'Euler CFG++',
  'Euler a CFG++',
  'DPM++ 2S a CFG++',
  'RES multistep CFG++',
  'RES multistep a CFG++',
]);

/** Samplers of stochastic equations, and others that add noise themselves. */
const bySigma: ReadonlySet<SamplerName> = new Set([
  'DPM++ 2S a',
  'DPM++ SDE',
  'DPM++ 2M SDE',
  'DPM++ 2M SDE Heun',
  'DPM++ 3M SDE',
  'DDPM',
  'ER SDE',
  'SEEDS 2',
  'SEEDS 3',
  'Exp Heun 2 x0',
  'Exp Heun 2 x0 SDE',
  'DDIM CFG++',
  'Euler CFG++',
  'Euler a CFG++',
  'DPM++ 2M CFG++',
  'DPM++ 2S a CFG++',
  'RES multistep CFG++',
  'RES multistep a CFG++',
  'Gradient Estimation CFG++',
]);

/** Pure noise has no finite sigma: it is taken at this distance before the end of a trained path, as in ComfyUI. */
const OFFSET = 1e-4;

/**
 * The plan as the sampler walks it.
 * @param sigmas whether the tool has this sampler in sigmas, whatever others do.
 */
export function walked(
  plan: SharePlan,
  sampling: Sampling,
  { shift, steps }: FlowNoise,
  { sigmas = false, timestep = (share) => share * steps }: Walk = {},
): Plan {
  const { sampler } = sampling;
  const still = sampler === 'DPM fast' || sampler === 'DPM adaptive';
  const solver = { ...plan.solver, timestepScaling: Infinity, ...(still && { eta: 0 }) };
  const points = plan.points.map((point) => ({ ...point, ...descentOf(point, sampler, solver.eta) }));
  const shares: Plan = {
    ...{ ...plan, points, solver, timestep },
    share: (share) => share,
    range: rangeOf(points.flatMap(({ sigma, next }) => [sigma, next])),
  };
  return sigmas || bySigma.has(sampler) ? inSigmas(shares, shifted(1 - OFFSET, shift)) : shares;
}

export interface Walk {
  readonly sigmas?: boolean;
  /** The timestep for the network at a share; absent: proportional to it. */
  readonly timestep?: (share: number) => number;
}

/** For a step that adds noise: how far down it goes first, and how much of x is kept. */
function descentOf({ sigma, next }: Point, sampler: SamplerName, eta: number): Partial<Point> {
  if (sampler === 'LCM') return { kept: 1 - next };
  if (next === 0 || !ancestral.has(sampler) || eta === 0) return {};
  const down = next * (1 + (next / sigma - 1) * eta);
  const kept = (1 - next) / (1 - down);
  return { down, kept, up: Math.sqrt(next * next - (kept * down) ** 2) };
}

/** The same plan in sigmas. @param top the share that stands for noise alone. */
function inSigmas(plan: Plan, top: number): Plan {
  const below = (share: number): number => (share < 1 ? share : top);
  const sigmaOf = (share: number): number => sigmaOfShare(below(share));
  const points = plan.points.map(({ kept: _kept, up: _up, ...point }): Point => ({
    ...point,
    sigma: sigmaOf(point.sigma),
    next: sigmaOf(point.next),
    ...(point.down !== undefined && { down: sigmaOf(point.down) }),
  }));
  const whole = 1 - below(plan.points[0]?.sigma ?? 0);
  return {
    ...{ ...plan, points },
    scale: plan.scale / whole,
    latentScale: plan.latentScale / whole,
    share: shareOfSigma,
    timestep: (sigma) => plan.timestep(shareOfSigma(sigma)),
    range: rangeOf(points.flatMap(({ sigma, next }) => [sigma, next])),
  };
}
