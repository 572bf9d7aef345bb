/** How a picture is sampled, in the names that people choose from. Types and names only. */

/** Whose numbers a run follows where tools do different things under one name. */
export const likes = ['diffusers', 'A1111', 'ComfyUI'] as const;
export type Like = (typeof likes)[number];

/** The samplers, by A1111's names where it has one. */
export const samplerNames = [
  'Euler',
  'Euler a',
  'Heun',
  'DPM2',
  'DPM2 a',
  'LMS',
  'DPM++ 2S a',
  'DPM++ 2S',
  'DPM++ 3S',
  'DPM++ 2M',
  'DPM++ 3M',
  'DPM++ SDE',
  'DPM++ 2M SDE',
  'DPM++ 2M SDE Heun',
  'DPM++ 3M SDE',
  'DPM-Solver 2M',
  'DPM fast',
  'DPM adaptive',
  'Restart',
  'DDIM',
  'DDIM CFG++',
  'DDPM',
  'PLMS',
  'UniPC',
  'UniPC bh2',
  'DEIS',
  'iPNDM',
  'RES multistep',
  'LCM',
  'TCD',
  'Euler CFG++',
  'Euler a CFG++',
  'DPM++ 2M CFG++',
  'DPM++ 2S a CFG++',
  'HeunPP2',
  'iPNDM v',
  'RES multistep a',
  'RES multistep CFG++',
  'RES multistep a CFG++',
  'Gradient Estimation',
  'Gradient Estimation CFG++',
  'ER SDE',
  'SEEDS 2',
  'SEEDS 3',
  'Exp Heun 2 x0',
  'Exp Heun 2 x0 SDE',
] as const;
export type SamplerName = (typeof samplerNames)[number];

/** Spacings of the noise levels, by A1111's names. Automatic is a tool's default for the sampler. */
export const scheduleNames = [
  'Automatic',
  'Uniform',
  'Karras',
  'Exponential',
  'Polyexponential',
  'SGM Uniform',
  'KL Optimal',
  'Align Your Steps',
  'Simple',
  'Normal',
  'DDIM',
  'Beta',
  'Turbo',
  'Linear Quadratic',
] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/**
 * Which of the trained timesteps are visited: Table 2 of Lin et al. (2023), arXiv 2305.08891. Only diffusers has
 * this choice.
 */
export const spacings = ['leading', 'trailing', 'linspace'] as const;
export type Spacing = (typeof spacings)[number];

/** The way from noise to picture. Absent settings are those of the tool that `like` names, for the sampler. */
export interface Sampling {
  readonly sampler: SamplerName;
  readonly schedule: ScheduleName;
  readonly spacing: Spacing;
  readonly like: Like;
  /** How much of the noise that a step takes away is put back fresh: ancestral and SDE samplers, DDIM, TCD. */
  readonly eta?: number;
  /** Noise added before a step, of Karras et al. (2022), Algorithm 2: k-diffusion's s_churn, s_tmin, s_tmax. */
  readonly churn?: number;
  readonly churnMin?: number;
  readonly churnMax?: number;
  /** The factor of noise added during the run: k-diffusion's s_noise. */
  readonly noiseScale?: number;
  /** The ends of the schedule, and how Karras and Polyexponential bend in between. A1111's "Schedule min sigma", … */
  readonly sigmaMin?: number;
  readonly sigmaMax?: number;
  readonly rho?: number;
  /** The shape of the Beta schedule. */
  readonly betaAlpha?: number;
  readonly betaBeta?: number;
  /** One noise level more is laid out, and the last but one left out. */
  readonly discardPenultimate?: boolean;
  /** Unit noise is multiplied by √(1 + sigma²) at the start, not by sigma: A1111's "SGM noise multiplier". */
  readonly scaleStart?: boolean;
  /** The network is asked only at whole timesteps: A1111's "enable quantization". */
  readonly wholeTimesteps?: boolean;
  /** Betas rescaled so that the last timestep is noise alone: Lin et al. (2023), Algorithm 1. */
  readonly zeroSnr?: boolean;
  /** How far guidance is brought back to the prompt's own contrast, 0 to 1: Lin et al. (2023), section 3.4. */
  readonly guidanceRescale?: number;
  /** Guidance rests above and below these sigmas: the prompt alone is asked. A1111's "Negative Guidance minimum sigma". */
  readonly guidanceMax?: number;
  readonly guidanceMin?: number;
  /** Below that in every call, and not only in every second: A1111's "NGMS all steps". */
  readonly guidanceMinAll?: boolean;
  /** The share of the steps at the beginning without guidance, 0 to 1: A1111's "Skip Early CFG". */
  readonly guidanceFrom?: number;
  /** DDPM puts back as much noise as it can, not as little: the other choice of Ho et al. (2020), section 3.2. */
  readonly largeVariance?: boolean;
  /** How many predictions a multistep sampler looks back on: LMS, UniPC, DEIS, iPNDM. */
  readonly order?: number;
  /** Where the last step ends: diffusers' final_sigmas_type, and set_alpha_to_one of its DDIM. */
  readonly lastSigma?: 'zero' | 'lowest';
  /** What is added to timesteps that are spaced 'leading'; absent: 1. */
  readonly stepsOffset?: number;
  /** Multistep samplers look back less in the last steps: diffusers' and UniPC's lower_order_final. */
  readonly lowerOrderFinal?: boolean;
  /** UniPC's variant, and how its steps lie under A1111. */
  readonly unipc?: 'bh1' | 'bh2';
  readonly unipcSpacing?: 'time' | 'time squared' | 'log SNR';
  /** How far levels are moved towards noise, of a model trained by flow matching; absent: as the model says. */
  readonly shift?: number;
  /** Image to image makes all of the steps, whatever the strength: A1111's img2img_fix_steps. */
  readonly allSteps?: boolean;
}

/** Which random numbers. */
export interface Seeds {
  /** 0 to 2⁶⁴ − 1, exact; −1 for a random one is settled before. */
  readonly seed: bigint;
  /** torch's CPU generator, or Philox as on an NVIDIA card. */
  readonly rng: 'CPU' | 'NV';
  /** Noise of another seed that the first noise is turned towards, and how far, 0 to 1: A1111's subseed. */
  readonly variationSeed?: bigint;
  readonly variationStrength?: number;
  /** Added to the seed of the noise on the way: A1111's "Eta noise seed delta", ENSD. */
  readonly seedDelta?: number;
  /** The first noise is that of a picture of this size, in pixels: A1111's "Seed resize from". */
  readonly resizeFrom?: { readonly width: number; readonly height: number };
  /** Picture `index` of a batch of `count` that is drawn with one seed. */
  readonly batch?: { readonly index: number; readonly count: number };
}
