/**
 * DPM-Solver++ single-step (Lu et al., 2022, arXiv 2211.01095, section 4.1), as diffusers' DPMSolverSinglestepScheduler. A
 * round of two or three steps goes from where it began, each with one prediction more.
 */
import { mix, type Latent } from '../latent';
import type { Sampler } from '../sampler';

interface Said {
  readonly sigma: number;
  readonly denoised: Latent;
}

/** @param most steps in a round, where the plan does not say. */
export function singlestep(most: 2 | 3): Sampler {
  return async function* (denoise, x, { points }) {
    let start = x;
    let round: Said[] = []; // the oldest first
    for (const [i, { sigma, next, order = (i % most) + 1 }] of points.entries()) {
      const denoised = await denoise(x, sigma);
      yield { i, sigma, x, denoised };
      if (order === 1 || next === 0 || round.length === 0) {
        start = x;
        round = [];
      }
      round = [...round, { sigma, denoised }].slice(-most);
      x = reached(start, round, next);
    }
    return x;
  };
}

/** x at a sigma, from the start of a round. */
function reached(x: Latent, [first, second, third]: readonly Said[], to: number): Latent {
  const { sigma, denoised } = first!;
  const far = to / sigma;
  const h = Math.log(1 / far);
  const base = mix(far, x, 1 - far, denoised);
  const slope = ({ sigma: level, denoised: other }: Said): Latent => {
    const r = Math.log(sigma / level) / h;
    return mix(1 / r, other, -1 / r, denoised);
  };
  if (third) return mix(1, base, 1 - (1 - far) / h, slope(third));
  return second ? mix(1, base, (1 - far) / 2, slope(second)) : base;
}
