/** RES: Zhang et al. (2023), arXiv 2308.02157, section 4: second order from the last two predictions. */
import { mix, type Latent } from '../latent';
import type { Sampler } from '../sampler';
import { descent } from './ancestral';

/** @param cfgpp with the negative prompt's x0 in the place of the guided one, as CFG++ has it. */
function res(cfgpp: boolean): Sampler {
  return async function* (denoise, x, { points, solver }, noise) {
    let old: { x0: Latent; sigma: number; down: number } | null = null;
    for (const [i, point] of points.entries()) {
      const { sigma, next } = point;
      const denoised = await denoise(x, sigma);
      const x0 = cfgpp ? await denoise(x, sigma, 'negative') : denoised;
      yield { i, sigma, x, denoised };
      const { down, up, kept } = descent(point, solver);
      const moved = cfgpp ? mix(1, x, 1, mix(1, denoised, -1, x0)) : x;
      if (old && old.down < old.sigma && down > 0 && down < sigma) {
        const h = Math.log(sigma / down);
        const c2 = Math.log(old.down / old.sigma) / h;
        const phi1 = -Math.expm1(-h) / h;
        const b2 = (1 - phi1) / (h * c2);
        x = mix(down / sigma, moved, h, mix(phi1 - b2, x0, b2, old.x0));
      } else {
        x = mix(1, denoised, down / sigma, mix(1, x, -1, x0));
      }
      if (next > 0 && up > 0) x = mix(kept, x, solver.noiseScale * up, noise(sigma, next));
      old = { x0, sigma, down };
    }
    return x;
  };
}

export const resMultistep = res(false);
export const resMultistepCfgpp = res(true);
