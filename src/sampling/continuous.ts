/**
 * Networks trained over all noise between two levels, and not over a table of betas: Karras et al.
 * (2022), arXiv 2206.00364, section 5.
 */
import { torchLinspace } from './numbers';
import { trainedOn, type Trained } from './trained';

/** Noise of any level between two sigmas, as in EDM (Karras et al., 2022). */
export interface ContinuousNoise {
  readonly kind: 'continuous';
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** The standard deviation of the latents in training, sigma_data there. */
  readonly sigmaData: number;
  /** How levels are spaced between the two by default: diffusers' sigma_schedule. */
  readonly spread: 'karras' | 'exponential';
}

/** Levels in the table that schedules walk on, as many as ComfyUI lays out. */
export const LEVELS = 1000;

/** A table like that of trained timesteps, evenly in log sigma: between its levels the line is exact. */
export function continuousLevels({ sigmaMin, sigmaMax }: ContinuousNoise): Trained {
  const logs = torchLinspace(Math.log(sigmaMin), Math.log(sigmaMax), LEVELS);
  return trainedOn(logs.map(Math.exp), logs);
}

/** The network's input in place of a timestep: c_noise of Table 1 there. */
export const toldOf = (sigma: number): number => Math.log(sigma) / 4;
