/** Noise on the way: what ancestral and churning steps have in common. */
import { mix, type Latent } from '../latent';
import type { Noise, Point, Solver } from '../sampler';

/**
 * An ancestral step from `sigma` to `next`: how far down it goes, and how much noise then brings it up. k-diffusion's
 * get_ancestral_step; in sigma space it is DDIM's equation 16 (Song et al., 2021, arXiv 2010.02502) too.
 */
export function ancestral(sigma: number, next: number, eta: number): { down: number; up: number } {
  const up = Math.min(next, eta * next * Math.sqrt(Math.max(0, 1 - (next / sigma) ** 2)));
  return { down: Math.sqrt(next * next - up * up), up };
}

/** The same for a point of a plan, which may have it otherwise; and what of x is kept where noise is added. */
export function descent(
  { sigma, next, down, up, kept = 1 }: Point,
  { eta }: Solver,
): { down: number; up: number; kept: number } {
  if (down === undefined) return { ...ancestral(sigma, next, eta), kept };
  return { down, up: up ?? Math.sqrt(next * next - down * down), kept };
}

/** x with as much noise as a step of a plan begins with: where it churns, or starts above where the last one ended. */
export function raised(
  x: Latent,
  points: readonly Point[],
  i: number,
  { noiseScale }: Solver,
  noise: Noise,
): { x: Latent; sigma: number } {
  const { sigma: start, churn, next } = points[i]!;
  const before = Math.min(points[i - 1]?.next ?? start, start);
  const sigma = start * (1 + (churn ?? 0));
  if (sigma === before && churn === undefined) return { x, sigma };
  const fresh = noise(sigma, next);
  const up = Math.sqrt(sigma * sigma - before * before);
  return { x: up > 0 ? mix(1, x, noiseScale * up, fresh) : x, sigma };
}
