/** What the plans of diffusers' schedulers have in common. */
import { alphasCumprod, trainedSigmas, zeroTerminalSnr } from '../../betas';
import type { Plan, Point, Solver } from '../../sampler';
import type { SamplerName, Sampling } from '../../settings';
import { timestepOf, trainedOn, type Trained } from '../../trained';
import type { Course, Tabled } from '../course';

/** Plans one sampler as its scheduler in diffusers would. */
export type Planner = (sampling: Sampling, course: Tabled) => Plan;

/** The last ᾱ with zero terminal SNR, for schedulers whose formulas need a finite sigma: diffusers' own number. */
export const LAST_ALPHA = 2 ** -24;
/** The same for the other schedulers: so small that it is as good as zero, and sigma still finite. */
export const NO_ALPHA = 2 ** -60;

/** The sigmas that the network was trained on. @param last ᾱ of the last one, with zero terminal SNR. */
export function trainedFor({ zeroSnr = false }: Sampling, { noise }: Tabled, last: number): Trained {
  const alphas = alphasCumprod(noise);
  return trainedOn(trainedSigmas(zeroSnr ? zeroTerminalSnr(alphas, last) : alphas));
}

/** How diffusers' samplers differ from k-diffusion's of the same name. */
export function ownSolver(sampler: SamplerName): Partial<Solver> {
  if (sampler === 'DPM fast' || sampler === 'DPM adaptive') return { eta: 0 };
  return sampler === 'DPM++ 3M SDE' ? { curvature: -1 / 2 } : {};
}

/** The scale of the noise that a run begins with, where it begins at this sigma. */
export const beginning = (sigma: number, { strength }: Course): number =>
  strength === undefined ? Math.hypot(sigma, 1) : sigma;

/** The last ⌊steps · strength⌋ of the steps, for image to image; at least one, where diffusers fails with none. */
export function part<T extends Point>(points: readonly T[], { strength }: Course): readonly T[] {
  if (strength === undefined) return points;
  const made = Math.min(Math.max(Math.floor(points.length * strength), 1), points.length);
  return points.slice(points.length - made);
}

/** The timestep of each point, as the scheduler rounded it; of sigmas between them, as k-diffusion finds it. */
export function lookup(points: readonly Point[], ts: readonly number[], trained: Trained): Plan['timestep'] {
  const known = new Map(points.map(({ sigma }, i) => [sigma, ts[i]!]));
  return (sigma) => known.get(sigma) ?? timestepOf(sigma, trained);
}
