/** Samplers that step along the direction at hand: Karras et al. (2022), arXiv 2206.00364, and k-diffusion. */
import { mix, type Latent } from '../latent';
import type { Sampler } from '../sampler';
import { descent, raised } from './ancestral';

/** x on its straight way to x0, from `sigma` as far as `to`. */
export function toward(denoised: Latent, x: Latent, sigma: number, to: number): Latent {
  const ratio = to / sigma;
  return mix(ratio, x, 1 - ratio, denoised);
}

/** Algorithm 2 of Karras et al. without its second-order correction: k-diffusion's sample_euler. */
export const euler: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, { next }] of points.entries()) {
    const start = raised(x, points, i, solver, noise);
    const denoised = await denoise(start.x, start.sigma);
    yield { i, sigma: start.sigma, x: start.x, denoised };
    x = toward(denoised, start.x, start.sigma, next);
  }
  return x;
};

/**
 * Ancestral sampling with Euler steps, k-diffusion's sample_euler_ancestral: every step goes further down than `next` and
 * adds noise to come back up.
 */
export const eulerAncestral: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const { down, up, kept } = descent(point, solver);
    x = toward(denoised, x, sigma, down);
    if (next > 0 && up > 0) x = mix(kept, x, solver.noiseScale * up, noise(sigma, next));
  }
  return x;
};

/**
 * Algorithm 2 of Karras et al., k-diffusion's sample_heun. Over a plan that goes up again it is restart sampling: Xu et
 * al. (2023), arXiv 2306.14878, Algorithm 1.
 */
export const heun: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, { next }] of points.entries()) {
    const start = raised(x, points, i, solver, noise);
    const denoised = await denoise(start.x, start.sigma);
    yield { i, sigma: start.sigma, x: start.x, denoised };
    x = toward(denoised, start.x, start.sigma, next);
    if (next === 0) continue;
    const d = mix(1 / start.sigma, start.x, -1 / start.sigma, denoised);
    const d2 = mix(1 / next, x, -1 / next, await denoise(x, next));
    x = mix(1, start.x, (next - start.sigma) / 2, mix(1, d, 1, d2));
  }
  return x;
};

/** Like Heun, but asked a second time halfway in log sigma: k-diffusion's sample_dpm_2, after DPM-Solver-2. */
export const dpm2: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, { next }] of points.entries()) {
    const start = raised(x, points, i, solver, noise);
    const denoised = await denoise(start.x, start.sigma);
    yield { i, sigma: start.sigma, x: start.x, denoised };
    x = await midpoint(denoise, start.x, denoised, start.sigma, next);
  }
  return x;
};

/** The same with ancestral noise: k-diffusion's sample_dpm_2_ancestral. */
export const dpm2Ancestral: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const { down, up, kept } = descent(point, solver);
    x = await midpoint(denoise, x, denoised, sigma, down);
    if (next > 0) x = mix(kept, x, solver.noiseScale * up, noise(sigma, next));
  }
  return x;
};

async function midpoint(
  denoise: Parameters<Sampler>[0],
  x: Latent,
  denoised: Latent,
  sigma: number,
  to: number,
): Promise<Latent> {
  if (to === 0) return denoised;
  const middle = Math.sqrt(sigma * to);
  const x2 = toward(denoised, x, sigma, middle);
  const denoised2 = await denoise(x2, middle);
  return mix(1, x, (to - sigma) / middle, mix(1, x2, -1, denoised2));
}

/**
 * Heun's steps that look two levels ahead, weighed by how much noise is there: Heun++ of
 * https://github.com/Carzit/sd-webui-samplers-scheduler, as in ComfyUI.
 */
export const heunpp2: Sampler = async function* (denoise, x, { points, solver }, noise) {
  const top = points[0]!.sigma;
  for (const [i, { next }] of points.entries()) {
    const start = raised(x, points, i, solver, noise);
    const denoised = await denoise(start.x, start.sigma);
    yield { i, sigma: start.sigma, x: start.x, denoised };
    x = start.x;
    const way = next - start.sigma;
    const ahead = [next, points[i + 1]?.next ?? 0].filter((sigma) => sigma > 0);
    let d = mix(1 / start.sigma, x, -1 / start.sigma, denoised);
    let sum = d;
    let [at, from] = [x, start.sigma];
    for (const sigma of ahead) {
      at = mix(1, at, sigma - from, d);
      const there = mix(1 / sigma, at, -1 / sigma, await denoise(at, sigma));
      const weight = sigma / ((ahead.length + 1) * top);
      sum = mix(1, sum, weight, mix(1, there, -1, mix(1 / start.sigma, x, -1 / start.sigma, denoised)));
      d = there;
      from = sigma;
    }
    x = mix(1, x, way, sum);
  }
  return x;
};

/** Permenter and Yuan (2024), arXiv 2306.04848, section 5: a direction is corrected by how it changed, twice over. */
export const gradientEstimation: Sampler = async function* (denoise, x, { points }) {
  let old: Latent | null = null;
  for (const [i, { sigma, next }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const d = mix(1 / sigma, x, -1 / sigma, denoised);
    x = toward(denoised, x, sigma, next);
    if (old && next > 0) x = mix(1, x, next - sigma, mix(1, d, -1, old));
    old = d;
  }
  return x;
};
