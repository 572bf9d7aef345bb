/**
 * Linear multistep methods: a step goes along a sum of the directions of the last steps. What tells them apart is how the
 * directions are weighed.
 */
import { defined } from '../../checked';
import { mix, type Latent } from '../latent';
import type { Plan, Sampler, Solver } from '../sampler';
import { handedOn } from './ddim';

/**
 * What to go along, summed up: how far along each direction, the newest first.
 * @param sigmas where the directions were found, the newest first; as many as are to be used.
 */
type Weights = (sigmas: readonly number[], next: number, solver: Solver) => readonly number[];

/** @param most directions that are remembered, where the plan does not say. */
function linear(most: number, weights: Weights): Sampler {
  return async function* (denoise, x, { points, solver }) {
    let past: { sigma: number; d: Latent }[] = [];
    for (const [i, { sigma, next, order = most }] of points.entries()) {
      const denoised = await denoise(x, sigma);
      yield { i, sigma, x, denoised };
      const others = past.filter((entry) => entry.sigma !== sigma); // rounding may have made a step empty
      past = [{ sigma, d: mix(1 / sigma, x, -1 / sigma, denoised) }, ...others].slice(0, order);
      const by = weights(
        past.map((entry) => entry.sigma),
        next,
        solver,
      );
      x = by.reduce((sum, weight, n) => mix(1, sum, weight, past[n]!.d), x);
    }
    return x;
  };
}

/** Linear multistep in sigma: k-diffusion's sample_lms. */
export const lms = linear(4, (sigmas, next) => lagrange(sigmas, next, (sigma) => sigma));

/**
 * DEIS: Zhang and Chen (2022), arXiv 2204.13902, equation 15, with polynomials in log sigma (its ρ-based form), or in the
 * time of the variance-preserving process, tAB.
 */
export const deis = linear(3, (sigmas, next, { measure }) =>
  lagrange(sigmas, next, measure === 'log sigma' ? Math.log : vpTime),
);

/** DPM-Solver's multistep form: Lu et al. (2022), arXiv 2206.00927, with h in log(1/sigma). */
export const dpmSolver = linear(2, ([newest, before], next) => {
  const sigma = defined(newest);
  const way = next - sigma;
  if (before === undefined || next === 0) return [way];
  const ahead = (way * Math.log(sigma / next)) / (2 * Math.log(before / sigma));
  return [way + ahead, -ahead];
});

/** PNDM's formula for any number of steps, improved at the start: Zhang and Chen's iPNDM, section 4.3. */
export const ipndm = linear(4, (sigmas, next) => {
  return adams[sigmas.length - 1]!.map((weight) => weight * (next - sigmas[0]!));
});

/**
 * The same for unequal steps. The third-order weight is as the authors' code has it, which is not the paper's and does not
 * vanish with the steps: https://github.com/zju-pi/diff-sampler.
 */
export const ipndmV = linear(4, (sigmas, next) => {
  const steps = [next, ...sigmas].slice(0, -1).map((sigma, i) => sigma - sigmas[i]!);
  return unequal(steps).map((weight) => weight * steps[0]!);
});

/** @param steps the one to be made, and those before, the newest first. */
function unequal([newest, h1, h2, h3]: readonly number[]): readonly number[] {
  const h0 = defined(newest);
  if (h1 === undefined) return [1];
  const r = h0 / h1;
  if (h2 === undefined) return [1 + r / 2, -r / 2];
  const third = (1 - (r * h0) / (3 * (h1 + h2))) / 2;
  const back = h1 / h2;
  const three = [1 + r / 2 + third, -r / 2 - (1 + back) * third, third * back];
  if (h3 === undefined) return three;
  const [two, all] = [h0 + h1, h0 + h1 + h2];
  const share = (1 - h0 / (3 * two)) / 2 + ((1 - h0 / (2 * two)) * h0) / (6 * all);
  const fourth = (share * h0 * two * all) / (h1 * (h1 + h2) * (h1 + h2 + h3));
  const q = (h1 * (h1 + h2)) / (h2 * (h2 + h3));
  const four = [1, -(1 + back + q), back + q * (1 + h2 / h3), -q * back];
  return four.map((weight, i) => (three[i] ?? 0) + weight * fourth);
}

/** The weights of Adams and Bashforth for equal steps, the newest first. */
const adams = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

/** The integral over sigma, from where it stands to `next`, of each Lagrange polynomial in a measure of sigma. */
function lagrange(sigmas: readonly number[], next: number, measure: (sigma: number) => number): number[] {
  const from = sigmas[0]!;
  if (sigmas.length === 1) return [next - from];
  const at = sigmas.map(measure);
  return at.map((own, j) =>
    integral(from, next, (sigma) => {
      const u = measure(sigma);
      return at.reduce(
        (product, other, k) => (k === j ? product : (product * (u - other)) / (own - other)),
        1,
      );
    }),
  );
}

/** Gauss and Legendre's rule with eight nodes. */
function integral(from: number, to: number, f: (x: number) => number): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  const nodes = [
    [0.1834346424956498, 0.362683783378362],
    [0.525532409916329, 0.3137066458778873],
    [0.7966664774136267, 0.2223810344533745],
    [0.9602898564975363, 0.1012285362903763],
  ] as const;
  return half * nodes.reduce((sum, [x, w]) => sum + w * (f(middle + half * x) + f(middle - half * x)), 0);
}

/** The time of the process of Song et al. (2021b), arXiv 2011.13456, whose sigma is 0.002 at time 0.001 and 80 at 1. */
function vpTime(sigma: number): number {
  const [low, high] = [Math.log1p(0.002 ** 2), Math.log1p(80 ** 2)];
  const betaD = (2 * (low / 1e-3 - high)) / (1e-3 - 1);
  const betaMin = high - betaD / 2;
  return (Math.sqrt(betaMin ** 2 + 2 * betaD * Math.log1p(sigma * sigma)) - betaMin) / betaD;
}

/**
 * Pseudo linear multistep: Liu et al. (2022), arXiv 2202.09778, as diffusers' PNDMScheduler without its Runge-Kutta steps.
 * The first step is asked for a second time at its end, unless no noise is left there.
 */
export const plms: Sampler = async function* (denoise, x, plan) {
  const { points, solver } = plan;
  const past: Latent[] = [];
  for (const [i, { sigma, next }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    yield { i, sigma, x, denoised };
    const said = sayings[solver.averages];
    past.unshift(said.of(x, denoised, sigma));
    const start = x;
    const go = (mean: Latent): Latent => handedOn(said.step(start, mean, sigma, next), plan, i);
    if (i > 0) {
      const weights = adams[Math.min(past.length, 4) - 1]!;
      x = go(past.slice(0, 4).reduce((sum, e, n) => mix(1, sum, weights[n]!, e), new Float32Array(x.length)));
    } else {
      const ahead = go(past[0]!);
      const to = points[1]?.sigma ?? plan.end;
      x = to > 0 ? go(mix(0.5, past[0]!, 0.5, said.of(ahead, await denoise(ahead, to), to))) : ahead;
    }
  }
  return x;
};

/** What a network says, eps or v, made of x0 and back; and the step that follows from it. */
const sayings: Readonly<Record<Plan['solver']['averages'], Saying>> = {
  eps: {
    of: (x, denoised, sigma) => mix(1 / sigma, x, -1 / sigma, denoised),
    step: (x, eps, sigma, next) => mix(1, x, next - sigma, eps),
  },
  v: {
    // v = √ᾱ·eps − √(1−ᾱ)·x0, and eps = √ᾱ·v + √(1−ᾱ)·x in the variance-preserving form
    of: (x, denoised, sigma) => {
      const root = Math.hypot(sigma, 1);
      return mix(1 / (sigma * root), x, -root / sigma, denoised);
    },
    step: (x, v, sigma, next) => {
      const root = Math.hypot(sigma, 1);
      return mix(1 + ((next - sigma) * sigma) / (root * root), x, (next - sigma) / root, v);
    },
  },
};

interface Saying {
  readonly of: (x: Latent, denoised: Latent, sigma: number) => Latent;
  readonly step: (x: Latent, mean: Latent, sigma: number, next: number) => Latent;
}
