/**
 * The samplers, one generator each, after k-diffusion; what they compute is what diffusers' schedulers of the
 * same names compute. A sampler stops when its caller stops pulling.
 */
import { mix, toVp, type Latent } from './latent';
import type { Plan, Point } from './schedules';

/** Predicts x0 from x. Guidance and v-prediction are wrappers around such a function. */
export type Denoise = (x: Latent, at: Point) => Promise<Latent>;

/** Where a step stands before x moves on: x at its sigma, and the x0 predicted from it. */
export interface SampleStep {
  readonly i: number;
  readonly sigma: number;
  readonly x: Latent;
  readonly denoised: Latent;
}

/** From x at the plan's first sigma to x at its end. `noise` gives fresh unit noise, as large as x. */
export type Sampler = (
  denoise: Denoise,
  x: Latent,
  plan: Plan,
  noise: () => Latent,
) => AsyncGenerator<SampleStep, Latent, void>;

/** Algorithm 2 (Euler steps, no churn) of Karras et al. (2022), arXiv 2206.00364. */
const euler: Sampler = async function* (denoise, x, { points }) {
  for (const [i, at] of points.entries()) {
    const denoised = await denoise(x, at);
    yield { i, sigma: at.sigma, x, denoised };
    const ratio = at.next / at.sigma;
    x = mix(ratio, x, 1 - ratio, denoised);
  }
  return x;
};

/**
 * Ancestral sampling with Euler steps: k-diffusion's sample_euler_ancestral. Every step goes further down than
 * `next` and adds noise to come back up. Noise is drawn in the last step too, where it counts for nothing:
 * diffusers does, and the generator must stay in step with it.
 */
const eulerAncestral: Sampler = async function* (denoise, x, { points }, noise) {
  for (const [i, at] of points.entries()) {
    const denoised = await denoise(x, at);
    yield { i, sigma: at.sigma, x, denoised };
    const ratio = at.next / at.sigma;
    const up = at.next * Math.sqrt(1 - ratio * ratio);
    const down = at.next * ratio; // √(next² − up²)
    x = mix(down / at.sigma, x, 1 - down / at.sigma, denoised);
    x = mix(1, x, up, noise());
  }
  return x;
};

/**
 * Song et al. (2021), arXiv 2010.02502, equation 12 with eta 0. In sigma space that is Euler's step. Where the
 * next step starts elsewhere than this one ended, diffusers keeps the variance-preserving x: hence `k`.
 */
const ddim: Sampler = async function* (denoise, x, { points, end }) {
  for (const [i, at] of points.entries()) {
    const denoised = await denoise(x, at);
    yield { i, sigma: at.sigma, x, denoised };
    const ratio = at.next / at.sigma;
    const k = Math.hypot(points[i + 1]?.sigma ?? end, 1) / Math.hypot(at.next, 1);
    x = mix(k * ratio, x, k * (1 - ratio), denoised);
  }
  return x;
};

/**
 * DPM-Solver++(2M): Lu et al. (2022), arXiv 2211.01095, Algorithm 2, as in k-diffusion's sample_dpmpp_2m. `h` is
 * the step in log(1/sigma). First order at the start, into sigma 0, and after a step that rounding to whole
 * timesteps made empty.
 */
const dpmpp2m: Sampler = async function* (denoise, x, { points }) {
  let old = x;
  let hOld = 0;
  for (const [i, at] of points.entries()) {
    const denoised = await denoise(x, at);
    yield { i, sigma: at.sigma, x, denoised };
    const h = Math.log(at.sigma / at.next);
    const ahead = hOld > 0 && at.next > 0 ? h / (2 * hOld) : 0;
    const ratio = at.next / at.sigma;
    x = mix(ratio, x, 1 - ratio, mix(1 + ahead, denoised, -ahead, old));
    old = denoised;
    hOld = h;
  }
  return x;
};

/**
 * Multistep consistency sampling: Luo et al. (2023), arXiv 2310.04378, Algorithm 3 of the appendix. Every step goes to
 * the very end, then back up to `next` with fresh noise; the last one stays. The consistency function's c_skip and c_out
 * have diffusers' LCMScheduler's sigma_data 0.5 and timestep_scaling 10.
 */
const lcm: Sampler = async function* (denoise, x, { points }, noise) {
  for (const [i, at] of points.entries()) {
    const denoised = await denoise(x, at);
    yield { i, sigma: at.sigma, x, denoised };
    const scaledT = 10 * at.t;
    const root = Math.hypot(scaledT, 0.5);
    x = mix(scaledT / root, denoised, (0.5 / root) ** 2, toVp(x, at.sigma));
    if (at.next > 0) x = mix(1, x, at.next, noise());
  }
  return x;
};

export const samplers = {
  Euler: euler,
  'Euler a': eulerAncestral,
  DDIM: ddim,
  'DPM++ 2M': dpmpp2m,
  'DPM++ 2M Karras': dpmpp2m,
  LCM: lcm,
} satisfies Record<string, Sampler>;

export type SamplerName = keyof typeof samplers;

export const samplerNames = Object.keys(samplers) as readonly SamplerName[];
