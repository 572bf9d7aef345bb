/**
 * DPM-Solver: Lu et al. (2022), arXiv 2206.00927, as k-diffusion's sample_dpm_fast and sample_dpm_adaptive. Time is
 * log(1/sigma), and what is predicted is the noise.
 */
import { mix, type Latent } from '../latent';
import type { Denoise, Noise, Plan, Sampler } from '../sampler';
import { ancestral } from './ancestral';

/** The noise in x at a time. */
type Predict = (x: Latent, t: number) => Promise<Latent>;

const sigmaOf = (t: number): number => Math.exp(-t);

function predicting(denoise: Denoise): Predict {
  return async (x, t) => {
    const sigma = sigmaOf(t);
    return mix(1 / sigma, x, -1 / sigma, await denoise(x, sigma));
  };
}

/** Order 1 to 3 over one interval; `eps` was predicted at its start. */
async function solved(
  order: number,
  predict: Predict,
  x: Latent,
  eps: Latent,
  t: number,
  next: number,
): Promise<{ x: Latent; lower: Latent }> {
  const h = next - t;
  const first = mix(1, x, -sigmaOf(next) * Math.expm1(h), eps);
  if (order === 1) return { x: first, lower: first };
  const at = (r: number, correction: Latent): Latent =>
    mix(1, x, -sigmaOf(t + r * h) * Math.expm1(r * h), correction);
  const [r1, r2] = order === 2 ? [1 / 2, 1] : [1 / 3, 2 / 3];
  const eps1 = await predict(at(r1, eps), t + r1 * h);
  const difference = mix(1, eps1, -1, eps);
  const second = mix(1, first, (-sigmaOf(next) * Math.expm1(h)) / (2 * r1), difference);
  if (order === 2) return { x: second, lower: first };
  const bend = -sigmaOf(t + r2 * h) * (r2 / r1) * (Math.expm1(r2 * h) / (r2 * h) - 1);
  const eps2 = await predict(mix(1, at(r2, eps), bend, difference), t + r2 * h);
  const third = (-sigmaOf(next) / r2) * (Math.expm1(h) / h - 1);
  return { x: mix(1, first, third, mix(1, eps2, -1, eps)), lower: second };
}

/** So many predictions, in intervals of order 3 and one or two of less at the end: section 3.4 and its Algorithm "fast". */
export const dpmFast: Sampler = async function* (denoise, x, plan, noise) {
  const predict = predicting(denoise);
  const { points, solver } = plan;
  const [from, to] = ends(plan);
  const calls = points.length;
  const intervals = Math.floor(calls / 3) + 1;
  const left = calls % 3;
  const tail = left === 0 ? [2, 1] : [left];
  const orders = [...Array<number>(intervals - tail.length).fill(3), ...tail];
  let asked = 0;
  for (const [n, order] of orders.entries()) {
    const t = from + ((to - from) * n) / orders.length;
    const next = from + ((to - from) * (n + 1)) / orders.length;
    const step = descent(t, next, to, solver.eta);
    const eps = await predict(x, t);
    yield { i: asked, sigma: sigmaOf(t), x, denoised: mix(1, x, -sigmaOf(t), eps) };
    asked += order;
    ({ x } = await solved(order, predict, x, eps, t, step.down));
    x = noised(x, step.up, solver.noiseScale, () => noise(sigmaOf(t), sigmaOf(next)));
  }
  return x;
};

/** Steps as long as the error they make allows: Algorithm 4 of appendix D, as k-diffusion controls them. */
export const dpmAdaptive: Sampler = async function* (denoise, x, plan, noise) {
  const predict = predicting(denoise);
  const { points, solver } = plan;
  const { adaptiveOrder: order, relativeTolerance, absoluteTolerance } = solver;
  const [from, to] = ends(plan);
  let h = 0.05;
  let previous = x;
  let t = from;
  while (t < to - 1e-5) {
    const next = Math.min(to, t + h);
    const step = descent(t, next, to, solver.eta);
    const eps = await predict(x, t);
    const denoised = mix(1, x, -sigmaOf(t), eps);
    const { x: higher, lower } = await solved(order, predict, x, eps, t, step.down);
    const delta = (k: number): number =>
      Math.max(absoluteTolerance, relativeTolerance * Math.max(Math.abs(lower[k]!), Math.abs(previous[k]!)));
    const error = Math.sqrt(
      higher.reduce((sum, v, k) => sum + ((lower[k]! - v) / delta(k)) ** 2, 0) / x.length,
    );
    const factor = 1 + Math.atan((error + 1e-8) ** (-1 / (solver.eta > 0 ? 1.5 : order)) - 1);
    if (factor >= 0.81) {
      previous = lower;
      yield { i: Math.floor((points.length * (t - from)) / (to - from)), sigma: sigmaOf(t), x, denoised };
      x = noised(higher, step.up, solver.noiseScale, () => noise(sigmaOf(t), sigmaOf(next)));
      t = next;
    }
    h *= factor;
  }
  return x;
};

/** The time at the highest and at the lowest sigma above 0, where both end. */
function ends({ range }: Plan): [number, number] {
  return [-Math.log(range[1]), -Math.log(range[0])];
}

/** How far down in time a step goes, and how much noise then brings it up. */
function descent(t: number, next: number, end: number, eta: number): { down: number; up: number } {
  if (eta === 0) return { down: next, up: 0 };
  const { down } = ancestral(sigmaOf(t), sigmaOf(next), eta);
  const reached = Math.min(end, -Math.log(down));
  return { down: reached, up: Math.sqrt(Math.max(0, sigmaOf(next) ** 2 - sigmaOf(reached) ** 2)) };
}

function noised(x: Latent, up: number, scale: number, fresh: () => ReturnType<Noise>): Latent {
  const noise = fresh(); // drawn even where it counts for nothing, as in k-diffusion
  return up > 0 ? mix(1, x, scale * up, noise) : x;
}
