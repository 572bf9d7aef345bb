/** Samplers that keep the variance: Song et al. (2021), arXiv 2010.02502, and Ho et al. (2020), arXiv 2006.11239. */
import { mix, scaled, type Latent } from '../latent';
import type { Plan, Sampler } from '../sampler';
import { descent } from './ancestral';
import { toward } from './euler';

/**
 * Where the next step starts at another sigma than this one ended, the tools that work so keep the variance-preserving x:
 * in sigma space it grows with √(1 + sigma²).
 */
export function handedOn(x: Latent, { points, end }: Plan, i: number): Latent {
  const { next } = points[i]!;
  const start = points[i + 1]?.sigma ?? end;
  return start === next ? x : scaled(Math.hypot(start, 1) / Math.hypot(next, 1), x);
}

/** DDIM's equation 12; with eta 1 it is DDPM. In sigma space that is Euler's ancestral step. */
export const ddim: Sampler = async function* (denoise, x, plan, noise) {
  const { points, solver } = plan;
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const { down, up, kept } = descent(point, solver);
    x = toward(denoised, x, sigma, down);
    if (up > 0) x = mix(kept, x, solver.noiseScale * up, noise(sigma, next));
    x = handedOn(x, plan, i);
  }
  return x;
};
