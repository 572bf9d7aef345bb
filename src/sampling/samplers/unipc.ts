/** UniPC: Zhao et al. (2023), arXiv 2302.04867, predicting x0. */
import { defined } from '../../checked';
import { mix, type Latent } from '../latent';
import type { Sampler, Solver } from '../sampler';

/** A prediction, and the log(1/sigma) it was made at. */
interface Known {
  readonly lambda: number;
  readonly denoised: Latent;
}

/**
 * Algorithm 6 and 7: each step is predicted from the past, and once the network has been asked at its end, corrected. The
 * last one is not asked about.
 */
export const unipc: Sampler = async function* (denoise, x, { points, solver }) {
  let past: Known[] = []; // the newest first
  let from = x;
  let corrected = 0;
  for (const [i, { sigma, next, order = 3 }] of points.entries()) {
    const denoised = await denoise(x, sigma);
    const here = { lambda: -Math.log(sigma), denoised };
    if (i > 0) x = update(from, past.slice(0, corrected), sigma, solver, here);
    yield { i, sigma, x, denoised };
    past = [here, ...past.filter(({ lambda }) => lambda !== here.lambda)].slice(0, 3);
    from = x;
    corrected = Math.min(order, past.length);
    x = next > 0 ? update(x, past.slice(0, corrected), next, solver) : denoised;
  }
  return x;
};

/**
 * x at `to`, of what is known.
 * @param ahead what was predicted there, to correct it by.
 */
function update(
  x: Latent,
  known: readonly Known[],
  to: number,
  { unipc: form }: Solver,
  ahead?: Known,
): Latent {
  const first = defined(known[0]);
  const h = -Math.log(to) - first.lambda;
  if (h === 0) return x; // rounding to whole timesteps made the step empty
  const reach = Math.expm1(-h); // negative
  x = mix(Math.exp(-h), x, -reach, first.denoised);
  const others = [...known.slice(1), ...(ahead ? [ahead] : [])];
  const ratios = others.map(({ lambda }) => (lambda - first.lambda) / h);
  const scale = form === 'bh1' ? -h : reach;
  const weights = solved(ratios, -h, scale);
  for (const [k, { denoised }] of others.entries()) {
    x = mix(1, x, (-scale * weights[k]!) / ratios[k]!, mix(1, denoised, -1, first.denoised));
  }
  return x;
}

/** Equation 9: the weights of the differences. A single one has a half, as the authors found good. */
function solved(ratios: readonly number[], hh: number, scale: number): number[] {
  if (ratios.length === 1) return [0.5];
  let phi = Math.expm1(hh) / hh - 1;
  let factorial = 1;
  const right = ratios.map((_, i) => {
    const value = (phi * factorial) / scale;
    factorial *= i + 2;
    phi = phi / hh - 1 / factorial;
    return value;
  });
  return solve(
    ratios.map((_, i) => ratios.map((r) => r ** i)),
    right,
  );
}

/** Linear equations, by elimination with pivots. */
function solve(rows: number[][], right: number[]): number[] {
  const n = right.length;
  const all = rows.map((row, i) => [...row, right[i]!]);
  for (let c = 0; c < n; c++) {
    const best = all
      .slice(c)
      .reduce((b, row, k) => (Math.abs(row[c]!) > Math.abs(all[b]![c]!) ? c + k : b), c);
    [all[c], all[best]] = [all[best]!, all[c]!];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = all[r]![c]! / all[c]![c]!;
      all[r] = all[r]!.map((v, k) => v - factor * all[c]![k]!);
    }
  }
  return all.map((row, i) => row[n]! / row[i]!);
}
