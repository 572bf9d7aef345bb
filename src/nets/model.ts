/** What a checkpoint is: the facts that its weights alone do not tell, and recommended settings. */
import { DrobeError } from '../errors';
import type { ClipConfig } from './clip';
import type { Place } from './names/places';
import type { UNetConfig } from './unet';

/**
 * The noise, v (Salimans and Ho, 2022), or the flow from latents to noise: noise − latents (Liu et al., 2022, arXiv
 * 2209.03003). Over continuous noise 'epsilon' is the value that Karras et al. (2022), Table 1,
 * scale by c_out: v with the opposite sign.
 */
export type Prediction = 'epsilon' | 'v' | 'flow';

/** How much noise each trained timestep has. As in `sampling/betas.ts`. */
export interface BetaSchedule {
  readonly kind: 'scaled_linear' | 'linear' | 'squaredcos_cap_v2';
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly steps: number;
}

/** All noise there is between two levels. As in `sampling/continuous.ts`. */
export interface ContinuousNoise {
  readonly kind: 'continuous';
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** The standard deviation of the latents in training. */
  readonly sigmaData: number;
  /** How levels are spaced between the two by default. */
  readonly spread: 'karras' | 'exponential';
}

/**
 * Straight paths from latents to noise, σ of the way at t = 1000·σ (Esser et al., 2024, arXiv 2403.03206). As in
 * `sampling/flow.ts`.
 */
export interface FlowNoise {
  readonly kind: 'flow';
  /** How far levels are moved towards noise: section 5.3.2 there. */
  readonly shift: number;
  readonly steps: number;
}

/** The sources that tell what a UNet predicts: marks among its tensors, its metadata, a file beside it, its folder's scheduler. */
export type Teller = 'marks' | 'metadata' | 'yaml' | 'scheduler';

/** One text encoder, and the marks around its tokens. */
export interface TextEncoder extends ClipConfig {
  /** The beginning of its names. */
  readonly place: Extract<Place, 'text' | 'text2'>;
  /** It also gives the pooled prompt. */
  readonly pooled: boolean;
  /** In its UNet's training, as A1111 counts: 1 reads after the last layer, 2 after the one before. */
  readonly clipSkip: number;
  readonly width: number;
  readonly length: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
}

/** T5's encoder, beside what its shapes tell its graph. */
export interface T5Encoder {
  readonly width: number;
  /** Rows of its table; valid ids are below this. */
  readonly vocabulary: number;
  readonly eos: number;
  readonly pad: number;
}

/** The inputs of any net that predicts, beside latents. */
interface Inputs {
  /** Numbers of the timestep's embedding. */
  readonly modelChannels: number;
  /** Channels of its input: latents, and whatever else its kind needs. */
  readonly inChannels: number;
  readonly contextWidth: number;
  /** Width of its label: the pooled prompt, and for SDXL sizes; null for most UNets. */
  readonly labelWidth: number | null;
  /** Width of the guidance scale's embedding (latent consistency models); null for most. */
  readonly guidanceWidth: number | null;
}

/** A UNet, beside its weights. */
export interface UNetModel extends UNetConfig, Inputs {
  readonly net: 'unet';
}

/** Of which all else stands in its weights. */
export interface MMDiTModel extends Inputs {
  readonly net: 'mmdit';
  readonly labelWidth: number;
}

/** A checkpoint, as far as its weights do not tell it themselves. */
export interface Model {
  /** For people: "Stable Diffusion 1.x". */
  readonly family: string;
  /**
   * `base` takes latents alone; `instruct` (InstructPix2Pix) a picture's latents beside them; `inpaint` a mask and the
   * latents of the picture without what the mask hides.
   */
  readonly kind: 'base' | 'instruct' | 'inpaint';
  /** The net that predicts. */
  readonly denoiser: UNetModel | MMDiTModel;
  /** Their encodings side by side are the context. */
  readonly texts: readonly [TextEncoder, ...TextEncoder[]];
  /** Its tokens follow theirs (SD3, which also draws without it); null if it is missing, or the family has none. */
  readonly t5: T5Encoder | null;
  /** An empty negative prompt is all zeros, and not the encoding of an empty text (SDXL). */
  readonly emptyIsZero: boolean;
  readonly vae: {
    readonly latentChannels: number;
    /** Pixels per latent, along each side. */
    readonly factor: number;
    /** The denoiser's latents = (encoder's mean − shift) × scale. */
    readonly scale: number;
    readonly shift: number;
    /** What each channel is shifted and divided by before that, if at all. */
    readonly mean?: readonly number[];
    readonly deviation?: readonly number[];
    /** It needs single precision: half precision overflows in it. */
    readonly float32: boolean;
  };
  /** Whose latents they are: SD 1.x and 2.x share theirs. */
  readonly latents: 'sd' | 'sdxl' | 'sd3';
  /** Null if the file does not tell. */
  readonly prediction: Prediction | null;
  /** The noise that it was trained over. */
  readonly noise: BetaSchedule | ContinuousNoise | FlowNoise;
  /** How its own scheduler is set; what is absent is as usual. */
  readonly scheduler: {
    /** Its betas are rescaled so that the last timestep is pure noise. */
    readonly zeroSnr?: boolean;
    /** The offset added to timesteps that are spaced 'leading'. */
    readonly stepsOffset?: number;
    /** Whether DDIM and PLMS end without any noise, or with the least that was trained. */
    readonly alphaToOne?: boolean;
    /** Where other samplers end. */
    readonly finalSigma?: 'zero' | 'lowest';
  };
  /** The sources that told its prediction and noise; empty if these are its family's. */
  readonly told: readonly Teller[];
  /** Dtype of most weights, as safetensors spells it. */
  readonly dtype: string;
  readonly title: string | null;
  readonly recommended: {
    readonly width: number;
    readonly height: number;
    readonly steps: number;
    readonly guidance: number;
    readonly sampler: string;
    readonly spacing: string;
  };
  readonly examples: readonly string[];
  /** Draws pictures of at most 128 px: a toy, and cheap to run. */
  readonly miniature: boolean;
}

/** What is known of a model's UNet. @throws DrobeError 'bug' where another net predicts: whoever asks tells them apart. */
export function unetIn({ denoiser }: Pick<Model, 'denoiser'>): UNetModel {
  if (denoiser.net !== 'unet')
    throw new DrobeError('bug', { reason: `a UNet is asked for, not ${denoiser.net}` });
  return denoiser;
}
