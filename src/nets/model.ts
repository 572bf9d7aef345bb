/** What a checkpoint turned out to be: the facts that weights alone cannot tell, and how it likes to be used. */
import { DrobeError } from '../errors';
import type { ClipConfig } from './clip';
import type { Place } from './names/places';
import type { UNetConfig } from './unet';

/**
 * The noise, v (Salimans and Ho, 2022), or how latents flow towards noise: noise less latents (Liu et al., 2022, arXiv
 * 2209.03003). Over continuous noise 'epsilon' is what Karras et al. (2022), Table 1, scale
 * by c_out: v with the other sign.
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
  /** The deviation of the latents that it was trained with. */
  readonly sigmaData: number;
  /** How the levels lie between the two where nothing else is chosen. */
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

/** Who says what a UNet predicts: marks among its tensors, its metadata, a file beside it, its folder's scheduler. */
export type Teller = 'marks' | 'metadata' | 'yaml' | 'scheduler';

/** One text encoder, and the marks around the tokens it takes. */
export interface TextEncoder extends ClipConfig {
  /** What its names begin with. */
  readonly place: Extract<Place, 'text' | 'text2'>;
  /** Gives the prompt as a whole, too. */
  readonly pooled: boolean;
  /** What its UNet was trained with, as A1111 counts: 1 reads what comes after the last layer, 2 after the one before. */
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
  /** Rows of its table: ids that it knows are below. */
  readonly vocabulary: number;
  readonly eos: number;
  readonly pad: number;
}

/** What any net that predicts takes, beside latents. */
interface Inputs {
  /** Numbers of the timestep's embedding. */
  readonly modelChannels: number;
  /** Channels it takes: latents, and what else its kind needs. */
  readonly inChannels: number;
  readonly contextWidth: number;
  /** Numbers it is told beside the timestep, of the prompt as a whole, and for SDXL of sizes; null for most UNets. */
  readonly labelWidth: number | null;
  /** Numbers that tell it the guidance scale (latent consistency models); null for most. */
  readonly guidanceWidth: number | null;
}

export interface UNetModel extends UNetConfig, Inputs {
  readonly net: 'unet';
}

/** Of which all else stands in its weights. */
export interface MMDiTModel extends Inputs {
  readonly net: 'mmdit';
  readonly labelWidth: number;
}

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
  /** Gives tokens behind theirs (SD3, which draws without it, too); null where it is not there, or never is. */
  readonly t5: T5Encoder | null;
  /** An empty negative prompt is nothing at all, all zeros, and not the encoding of no words (SDXL). */
  readonly emptyIsZero: boolean;
  readonly vae: {
    readonly latentChannels: number;
    /** Pixels per latent, along each side. */
    readonly factor: number;
    /** Latents that are drawn = (encoder's mean − shift) × scale. */
    readonly scale: number;
    readonly shift: number;
    /** What each channel is moved and divided by before, where it is. */
    readonly mean?: readonly number[];
    readonly deviation?: readonly number[];
    /** Half precision overflows in it. */
    readonly float32: boolean;
  };
  /** Whose latents they are: SD 1.x and 2.x share theirs. */
  readonly latents: 'sd' | 'sdxl' | 'sd3';
  /** Null where nothing in the file tells. */
  readonly prediction: Prediction | null;
  /** The noise that it was trained over. */
  readonly noise: BetaSchedule | ContinuousNoise | FlowNoise;
  /** How its own scheduler is set; what is absent is as usual. */
  readonly scheduler: {
    /** Its betas are rescaled so that the last timestep is noise alone. */
    readonly zeroSnr?: boolean;
    /** What is added to timesteps that are spaced 'leading'. */
    readonly stepsOffset?: number;
    /** Whether DDIM and PLMS end without any noise, or with the least that was trained. */
    readonly alphaToOne?: boolean;
    /** Where other samplers end. */
    readonly finalSigma?: 'zero' | 'lowest';
  };
  /** Who says what it predicts, and over which noise; nobody where it is as in its family. */
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
