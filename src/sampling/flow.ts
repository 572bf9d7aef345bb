/**
 * Networks that were trained on straight paths from latents to noise (Liu et al., 2022, arXiv 2209.03003; Esser et al., 2024,
 * arXiv 2403.03206): x = (1 − share) · x0 + share · noise, and they predict the flow to noise: noise − x0.
 */
import { mix, scaled, type Latent } from './latent';
import type { SamplerName, ScheduleName } from './settings';
import { trainedOn, type Trained } from './trained';

/** Noise on straight paths, as in Esser et al. (2024). */
export interface FlowNoise {
  readonly kind: 'flow';
  /** How far levels are moved towards noise: section 5.3.2 there. */
  readonly shift: number;
  readonly steps: number;
}

/**
 * Samplers whose levels, or ways to add noise, come from a table of betas, and a schedule of levels that were found for other
 * networks.
 */
const refused: ReadonlySet<SamplerName | ScheduleName> = new Set(['Restart', 'TCD', 'Align Your Steps']);

/** Whether such networks can be sampled with these settings. */
export const flowTakes = (name: SamplerName | ScheduleName): boolean => !refused.has(name);

/** A share of noise, moved towards noise as larger pictures need it: equation 23 of Esser et al. */
export const shifted = (share: number, shift: number): number => (shift * share) / (1 + (shift - 1) * share);

/** The share of noise at each trained timestep, going up to noise alone. */
export function flowLevels({ shift, steps }: FlowNoise): Trained {
  return trainedOn(Float32Array.from({ length: steps }, (_, i) => shifted((i + 1) / steps, shift)));
}

/**
 * A share of noise as sigma in x0 + sigma · noise, which is x divided by the share of x0: in such sigmas noise is added and
 * taken away as with any other network. Noise alone is Infinity.
 */
export const sigmaOfShare = (share: number): number => share / (1 - share);
/** The share of noise at a sigma. */
export const shareOfSigma = (sigma: number): number => sigma / (1 + sigma);

/** How a plan's x at a sigma has its share of noise: see `Plan.share`. */
type Share = (sigma: number) => number;

/** x at a sigma as the network takes it. */
export const asFlow = (x: Latent, sigma: number, share: Share): Latent =>
  sigma === 0 || share(sigma) === sigma ? x : scaled(share(sigma) / sigma, x);

/** The factor of x0 in x at a sigma. */
export const signalAt = (sigma: number, share: Share): number =>
  sigma === 0 ? 1 : (sigma * (1 - share(sigma))) / share(sigma);

/** The x0 that an answer stands for. @param x at this share of noise. */
export function denoisedFromFlow(x: Latent, flow: Latent, share: number): Latent {
  return mix(1, x, -share, flow);
}
