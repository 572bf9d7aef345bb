/** Exponential integrators of the reverse SDE, asked more than once a step. */
import { mix, type Latent } from '../latent';
import type { Denoise, Noise, Plan, Sampler } from '../sampler';

/** φ₁ and φ₂ of Hochbruck and Ostermann (2010), times −h: what a prediction and its change count for. */
const reach = (h: number): number => -Math.expm1(-h);
const bent = (h: number): number => (h > 0 ? 1 - reach(h) / h : 0);

interface Stage {
  /** How far in log(1/sigma), of 1. */
  readonly at: number;
  /** What it makes of the predictions so far. */
  readonly weights: (h: number) => readonly number[];
}

/**
 * SEEDS: Gonzalez et al. (2023), arXiv 2305.14267, Algorithms 2 and 3. Noise is drawn for each part of a step, and what one
 * stage drew is in the next.
 */
function staged(stages: readonly Stage[]): Sampler {
  return async function* (denoise, x, { points, solver }, noise) {
    for (const [i, { sigma, next }] of points.entries()) {
      const denoised = await denoise(x, sigma);
      yield { i, sigma, x, denoised };
      x = next > 0 ? await staggered(stages, denoise, noise, solver, { x, sigma, next, denoised }) : denoised;
    }
    return x;
  };
}

interface Step {
  readonly x: Latent;
  readonly sigma: number;
  readonly next: number;
  readonly denoised: Latent;
}

async function staggered(
  stages: readonly Stage[],
  denoise: Denoise,
  noise: Noise,
  { eta, noiseScale }: Plan['solver'],
  { x, sigma, next, denoised }: Step,
): Promise<Latent> {
  const h = Math.log(sigma / next);
  const said = [denoised];
  let fresh: Latent = new Float32Array(x.length);
  let before = 0;
  let to = x;
  for (const [n, { at, weights }] of stages.entries()) {
    const level = sigma * (next / sigma) ** at;
    const by = weights((1 + eta) * h);
    to = x.map((v) => (level / sigma) * Math.exp(-at * h * eta) * v);
    said.forEach((one, k) => (to = mix(1, to, by[k]!, one)));
    if (eta > 0) {
      const part = (at - before) * h * eta;
      const drawn = noise(sigma * (next / sigma) ** before, level);
      fresh = mix(Math.exp(-part), fresh, Math.sqrt(-Math.expm1(-2 * part)), drawn);
      to = mix(1, to, noiseScale * level, fresh);
    }
    before = at;
    if (n < stages.length - 1) said.push(await denoise(to, level));
  }
  return to;
}

export const seeds2 = staged([
  { at: 1 / 2, weights: (h) => [reach(h / 2)] },
  { at: 1, weights: (h) => [0, reach(h)] },
]);

export const seeds3 = staged([
  { at: 1 / 3, weights: (h) => [reach(h / 3)] },
  { at: 2 / 3, weights: (h) => [reach((2 / 3) * h) - 2 * bent((2 / 3) * h), 2 * bent((2 / 3) * h)] },
  { at: 1, weights: (h) => [reach(h) - 1.5 * bent(h), 0, 1.5 * bent(h)] },
]);

/** Heun's method in log(1/sigma), predicting x0: ComfyUI's exp_heun_2_x0. */
export const expHeun = staged([
  { at: 1, weights: (h) => [reach(h)] },
  { at: 1, weights: (h) => [reach(h) - bent(h), bent(h)] },
]);

/**
 * ER-SDE-Solver-3: Cui et al. (2023), arXiv 2309.06169, section 3.3, with its noise scale φ(x) = x(e^(x^0.3) + 10). As in
 * ComfyUI, its integrals are sums over 200 parts.
 */
export const erSde: Sampler = async function* (denoise, x, { points, solver }, noise) {
  const scale = (sigma: number): number => sigma * (Math.exp(sigma ** 0.3) + 10);
  let past: { sigma: number; denoised: Latent; slope: Latent | null }[] = []; // the newest first
  for (const [i, { sigma, next }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    if (next === 0) {
      x = denoised;
      continue;
    }
    const ratio = scale(next) / scale(sigma);
    x = mix(ratio, x, 1 - ratio, denoised);
    const [last, older] = past;
    let slope: Latent | null = null;
    if (last && last.sigma > sigma) {
      const way = next - sigma;
      const width = -way / 200;
      const levels = Array.from({ length: 200 }, (_, k) => next + k * width);
      const sum = (f: (level: number) => number): number =>
        scale(next) * width * levels.reduce((total, level) => total + f(level) / scale(level), 0);
      const across = sigma - last.sigma;
      slope = mix(1 / across, denoised, -1 / across, last.denoised);
      x = mix(1, x, way + sum(() => 1), slope);
      if (older && last.slope) {
        const half = (sigma - older.sigma) / 2;
        const bend = mix(1 / half, slope, -1 / half, last.slope);
        x = mix(1, x, (way * way) / 2 + sum((level) => level - sigma), bend);
      }
    }
    const up = Math.sqrt(Math.max(0, next * next - (sigma * ratio) ** 2));
    x = mix(1, x, solver.noiseScale * up, noise(sigma, next));
    past = [{ sigma, denoised, slope }, ...past].slice(0, 2);
  }
  return x;
};
