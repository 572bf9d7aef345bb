/**
 * CFG++: Chung et al. (2024), arXiv 2406.08070. A step ends at the guided x0, with the noise put back that the negative
 * prompt alone leads to. As in A1111 and ComfyUI.
 */
import { mix, type Latent } from '../latent';
import type { Sampler } from '../sampler';
import { descent } from './ancestral';
import { handedOn } from './ddim';

/** Its Algorithm 2, with DDIM's noise. */
export const ddimCfgpp: Sampler = async function* (denoise, x, plan, noise) {
  const { points, solver } = plan;
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    const negative = await denoise(x, sigma, 'negative');
    yield { i, sigma, x, denoised };
    const { down, up } = descent(point, solver);
    x = mix(1, denoised, down / sigma, mix(1, x, -1, negative));
    if (up > 0) x = mix(1, x, solver.noiseScale * up, noise(sigma, next));
    x = handedOn(x, plan, i);
  }
  return x;
};

/** With DPM++ 2S a. */
export const dpmpp2sAncestralCfgpp: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    const negative = await denoise(x, sigma, 'negative');
    yield { i, sigma, x, denoised };
    const { down, up } = descent(point, solver);
    const to = (level: number, from: Latent, better: Latent): Latent =>
      mix(level / sigma, mix(1, x, 1, mix(1, denoised, -1, from)), 1 - level / sigma, better);
    if (down > 0) {
      const middle = Math.sqrt(sigma * down);
      const x2 = to(middle, negative, denoised);
      const denoised2 = await denoise(x2, middle);
      x = to(down, await denoise(x2, middle, 'negative'), denoised2);
    } else {
      x = denoised;
    }
    if (next > 0) x = mix(1, x, solver.noiseScale * up, noise(sigma, next));
  }
  return x;
};

/** With DPM++ 2M. */
export const dpmpp2mCfgpp: Sampler = async function* (denoise, x, { points }) {
  let old: { negative: Latent; sigma: number } | null = null;
  for (const [i, { sigma, next }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    const negative = await denoise(x, sigma, 'negative');
    yield { i, sigma, x, denoised };
    const ratio = next / sigma;
    x = mix(1, denoised, ratio, mix(1, x, -1, negative));
    if (old && old.sigma > sigma && next > 0) {
      const weight = ((1 - ratio) * Math.log(sigma / next)) / (2 * Math.log(old.sigma / sigma));
      x = mix(1, x, weight, mix(1, denoised, -1, old.negative));
    }
    old = { negative, sigma };
  }
  return x;
};

/** With gradient estimation. */
export const gradientEstimationCfgpp: Sampler = async function* (denoise, x, { points }) {
  let old: Latent | null = null;
  for (const [i, { sigma, next }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    const negative = await denoise(x, sigma, 'negative');
    yield { i, sigma, x, denoised };
    const d = mix(1 / sigma, x, -1 / sigma, negative);
    x = mix(1, denoised, next, d);
    if (old && next > 0) x = mix(1, x, next - sigma, mix(1, d, -1, old));
    old = d;
  }
  return x;
};
