/** Samplers for distilled models that predict x0 in one step. */
import { mix, toVp } from '../latent';
import type { Sampler } from '../sampler';

/**
 * Multistep consistency sampling: Luo et al. (2023), arXiv 2310.04378, Algorithm 3 of the appendix. Every step goes to
 * the very end, then back up to `next` with fresh noise; the last one stays. The consistency function's c_skip and c_out
 * have sigma_data 0.5.
 */
export const lcm: Sampler = async function* (denoise, x, { points, timestep, solver }, noise) {
  for (const [i, { sigma, next, kept = 1 }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const scaledT = solver.timestepScaling * timestep(sigma);
    const out = solver.timestepScaling < Infinity ? scaledT / Math.hypot(scaledT, 0.5) : 1;
    x = mix(out, denoised, 1 - out * out, toVp(x, sigma));
    if (next > 0) x = mix(kept, x, solver.noiseScale * next, noise(sigma, next));
  }
  return x;
};
