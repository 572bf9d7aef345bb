/**
 * DPM-Solver++ (Lu et al., 2022, arXiv 2211.01095) and its SDE form, as in k-diffusion. `h` is the step in log(1/sigma).
 */
import { mix, type Latent } from '../latent';
import type { Sampler } from '../sampler';
import { ancestral, descent } from './ancestral';
import { toward } from './euler';

const { fround } = Math;

/** Asked twice a step, with ancestral noise: k-diffusion's sample_dpmpp_2s_ancestral. */
export const dpmpp2sAncestral: Sampler = async function* (denoise, x, { points, solver }, noise) {
  for (const [i, point] of points.entries()) {
    const { sigma, next } = point;
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const { down, up } = descent(point, solver);
    const middle = Math.sqrt(sigma * down);
    const better = down > 0 ? await denoise(toward(denoised, x, sigma, middle), middle) : denoised;
    x = toward(better, x, sigma, down);
    if (next > 0) x = mix(1, x, solver.noiseScale * up, noise(sigma, next));
  }
  return x;
};

/** The stochastic DPM-Solver++ (1) asked twice a step: k-diffusion's sample_dpmpp_sde. */
export const dpmppSde: Sampler = async function* (denoise, x, { points, solver }, noise) {
  const { eta, noiseScale, midway, throughLogs } = solver;
  for (const [i, { sigma, next }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    if (next === 0) {
      x = denoised;
      continue;
    }
    const [t, to] = [fround(-Math.log(sigma)), fround(-Math.log(next))];
    const middle = fround(Math.exp(-fround(t + fround(midway * fround(to - t)))));
    const [start, end] = throughLogs ? [fround(Math.exp(-t)), fround(Math.exp(-to))] : [sigma, next];
    const half = ancestral(sigma, middle, eta);
    const first = noise(start, middle);
    const x2 = mix(1, toward(denoised, x, sigma, half.down), noiseScale * half.up, first);
    const denoised2 = await denoise(x2, middle);
    const ahead = 1 / (2 * midway);
    const { down, up } = ancestral(sigma, next, eta);
    x = toward(mix(1 - ahead, denoised, ahead, denoised2), x, sigma, down);
    x = mix(1, x, noiseScale * up, noise(start, end));
  }
  return x;
};

/**
 * DPM-Solver++(2M) and (3M), and their SDE form where eta is above 0: k-diffusion's sample_dpmpp_2m, sample_dpmpp_2m_sde and
 * sample_dpmpp_3m_sde. First order at the start, into sigma 0, and after a step that rounding to whole timesteps made empty.
 */
export function multistep(most: 2 | 3, { stochastic = false } = {}): Sampler {
  return async function* (denoise, x, { points, solver }, noise) {
    const eta = stochastic ? solver.eta : 0;
    let past: { denoised: Latent; h: number }[] = []; // the newest first
    for (const [i, { sigma, next, order = most }] of points.entries()) {
      const denoised = await denoise(x, sigma);
      yield { i, sigma, x, denoised };
      const h = Math.log(sigma / next);
      const decay = (1 + eta) * h;
      const reach = -Math.expm1(-decay);
      const kept = next > 0 ? (next / sigma) * Math.exp(-eta * h) : 0;
      const [last, older] = next > 0 ? past.slice(0, order - 1) : [];
      x = mix(kept, x, reach, denoised);
      if (last && last.h > 0 && h > 0) {
        const slope = mix(h / last.h, denoised, -h / last.h, last.denoised);
        const phi2 = 1 - reach / decay;
        if (older && older.h > 0) {
          const slope2 = mix(h / older.h, last.denoised, -h / older.h, older.denoised);
          const [r0, r1] = [last.h / h, older.h / h];
          const bend = mix(1 / (r0 + r1), slope, -1 / (r0 + r1), slope2);
          x = mix(1, x, 1, mix(phi2, mix(1, slope, r0, bend), solver.curvature - phi2 / decay, bend));
        } else {
          const weight = solver.correction === 'heun' ? phi2 : reach / 2;
          x = mix(1, x, weight, slope);
        }
      }
      if (eta > 0 && next > 0) {
        const up = next * Math.sqrt(-Math.expm1(-2 * eta * h));
        x = mix(1, x, solver.noiseScale * up, noise(sigma, next));
      }
      past = [{ denoised, h }, ...past].slice(0, most - 1);
    }
    return x;
  };
}
