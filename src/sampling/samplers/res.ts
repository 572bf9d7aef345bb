/** RES: Zhang et al. (2023), "Improved order analysis and design of exponential integrator for diffusion models sampling". */
import { mix, type Latent } from '../latent';
import type { Sampler } from '../sampler';
import { descent } from './ancestral';
import { toward } from './euler';

/** Its second-order multistep form, arXiv 2308.02157, section 4. */
export const resMultistep: Sampler = async function* (denoise, x, { points, solver }, noise) {
  let old: { denoised: Latent; sigma: number; down: number } | null = null;
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const { down, up } = descent(point, solver);
    if (old && old.down < old.sigma && down > 0 && down < sigma) {
      const h = Math.log(sigma / down);
      const c2 = Math.log(old.down / old.sigma) / h;
      const phi1 = -Math.expm1(-h) / h;
      const phi2 = (1 - phi1) / h;
      const b2 = phi2 / c2;
      const ahead = mix(phi1 - b2, denoised, b2, old.denoised);
      x = mix(down / sigma, x, h, ahead);
    } else {
      x = toward(denoised, x, sigma, down);
    }
    if (next > 0 && up > 0) x = mix(1, x, solver.noiseScale * up, noise(sigma, next));
    old = { denoised, sigma, down };
  }
  return x;
};
