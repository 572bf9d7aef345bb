/** The types of samplers: the noise levels they visit, the network they ask, and what they report. */
import type { Latent } from './latent';

/**
 * Predicts x0 from x at this sigma. Guidance and v-prediction are wrappers around such a function.
 * @param which 'negative' asks for the negative prompt's prediction alone; it costs nothing just after the guided answer
 * to the same question.
 */
export type Denoise = (x: Latent, sigma: number, which?: 'negative') => Promise<Latent>;

/**
 * Fresh unit noise, as large as x, for the way from one sigma to another. An independent draw ignores the two; a Brownian tree
 * gives its increment between them.
 */
export type Noise = (sigma: number, next: number) => Latent;

/** One step: from `sigma` down to `next`. */
export interface Point {
  readonly sigma: number;
  /** The following point's sigma, unless a tool's own arithmetic or a restart moves it. */
  readonly next: number;
  /** How many predictions the step may look back on, its own counted; absent: as many as the sampler likes. */
  readonly order?: number;
  /**
   * x is first brought up to sigma · (1 + churn). Where it is 0 the noise is drawn all the same, as k-diffusion does;
   * where it is absent, not.
   */
  readonly churn?: number;
  /** How far down the step goes before noise brings it up to `next`; absent: as eta says. */
  readonly down?: number;
  /** How much noise that is, if not as much as brings x up to `next`. */
  readonly up?: number;
  /** The factor of x when that noise is added; absent: 1, as the noise replaces nothing. */
  readonly kept?: number;
}

/** Options of samplers; each reads those that it knows. */
export interface Solver {
  /** 1 puts back all the noise of ancestral sampling, 0 none. */
  readonly eta: number;
  /** The factor of added noise. */
  readonly noiseScale: number;
  /** How a second-order SDE step weighs earlier predictions (Lu et al., 2022b). */
  readonly correction: 'midpoint' | 'heun';
  /** The factor of DPM++ 3M's third-order term; with noise, diffusers has it with the opposite sign. */
  readonly curvature: number;
  /** UniPC's B(h): h, or e^h − 1 (Zhao et al., 2023, section 3.2). */
  readonly unipc: 'bh1' | 'bh2';
  /** The measure of noise over which DEIS fits its polynomials (Zhang and Chen, 2022, section 3.3). */
  readonly measure: 'log sigma' | 'vp time';
  /** What PLMS averages over its steps. */
  readonly averages: 'eps' | 'v';
  /** How soon the consistency function of LCM gives only x0; Infinity: always. */
  readonly timestepScaling: number;
  /** The tolerances of DPM adaptive, and its order, 2 or 3. */
  readonly relativeTolerance: number;
  readonly absoluteTolerance: number;
  readonly adaptiveOrder: 2 | 3;
  /** Where between two sigmas DPM++ SDE asks for the second time. */
  readonly midway: number;
  /** Whether it takes those by way of their logarithms in float32, which a Brownian tree notices. */
  readonly throughLogs: boolean;
}

/** The noise levels that a sampler visits, and how the network is asked at each. */
export interface Plan {
  readonly points: readonly Point[];
  /** The sigma after the last step. */
  readonly end: number;
  /** The factor from unit noise to the first x. */
  readonly scale: number;
  /** The factor of a picture's latents before that noise is added to them. */
  readonly latentScale: number;
  /** The timestep for the network at a sigma. */
  readonly timestep: (sigma: number) => number;
  /**
   * For a network trained by flow matching: the share of noise in x at a sigma, once x is multiplied by share / sigma. Sigma
   * may be that share itself, or go to infinity. Absent: noise is added to x0, and takes no share from it.
   */
  readonly share?: (sigma: number) => number;
  /** The sigma at which an answer in v is read; absent: x's own. */
  readonly readBy?: (sigma: number) => number;
  /** The lowest and the highest sigma that a Brownian tree spans. */
  readonly range: readonly [number, number];
  readonly solver: Solver;
}

/** The state of a step before x moves on: x at its sigma, and the x0 predicted from it. */
export interface SampleStep {
  /** Of the plan's points. */
  readonly i: number;
  readonly sigma: number;
  readonly x: Latent;
  readonly denoised: Latent;
}

/** From x at the plan's first sigma to x at its end. It depends on nothing but its arguments and their answers. */
export type Sampler = (
  denoise: Denoise,
  x: Latent,
  plan: Plan,
  noise: Noise,
) => AsyncGenerator<SampleStep, Latent, void>;
