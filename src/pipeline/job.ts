/** What a picture is asked for with, what is told on the way, and what comes out. */
import type { NetHintName } from '../canvas/hints/by-nets';
import type { Size } from '../canvas/crop';
import type { Mask, Pixels } from '../canvas/pixels';
import type { Bits } from '../graph/graph';
import type { HintNet } from '../nets/hints/hint-net';
import type { LoraUse, Unused } from '../nets/lora';
import type { Prediction } from '../nets/model';
import type { Lent } from '../nets/names/places';
import type { Latent } from '../sampling/latent';
import type { SamplerName, Sampling, ScheduleName, Seeds } from '../sampling/settings';
import type { Emphasis } from '../text/weigh';

export type { Bits, Lent };

/** What to draw, by which way from noise to picture, and from which noise. Sizes in pixels. */
export interface Job extends Sampling, Seeds {
  readonly prompt: string;
  readonly negative: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  /** What a weight in the prompt does; absent: as in A1111. */
  readonly emphasis?: Emphasis;
  /** Which layer of the text encoders is read, from the end, as A1111 counts; absent or 1: as the denoiser was trained. */
  readonly clipSkip?: number;
  /** So many tokens are read by T5, for a model that has one; absent: as the tool has it. */
  readonly t5Tokens?: number;
  /** Away from what the net does without some of its layers, too, for Stable Diffusion 3.x; absent: not. */
  readonly skipLayers?: SkipLayers;
  /** Prompts of different lengths are made alike by empty windows: A1111's "Pad conds". */
  readonly padded?: boolean;
  /** A second pass, larger. Only for pictures from words alone. */
  readonly hires?: Hires;
  /** The source is drawn anew part by part. Only for image to image. */
  readonly redraw?: Redraw;
  /** What the denoiser predicts; absent: as the checkpoint says, or as a trial shows. */
  readonly prediction?: Prediction;
  /** What makes the picture of the last latents; absent, or where there is no TAESD that fits: the VAE. */
  readonly decoder?: 'TAESD';
  /** The picture to start from, or to change; null to start from noise alone. */
  readonly source: Source | null;
  /** Pictures that guide, each with the net that reads it. */
  readonly controls?: readonly Control[];
  /** Pictures that show what to draw like, each with the IP-Adapter that tells the UNet of it. */
  readonly references?: readonly Reference[];
  /** The answers that a run of this very job gave before it broke off: it goes on from there. */
  readonly known?: readonly Latent[];
  /** The UNet is run whole in one of so many calls; in the others its deep features are used again. Absent: in all. */
  readonly reuse?: number;
  /** Pictures are encoded and decoded in tiles, even where memory is not short. */
  readonly tiled?: true;
  /** Linear layers' weights in so many bits a number (`nets/bits.ts`); absent: as they are, unless memory is short. */
  readonly bits?: Bits;
  /** What to do without to save memory; absent: nothing, unless it is plain that it would not fit. */
  readonly savings?: MemorySavings;
}

/** Skip-layer guidance: which layers, counted from 0, how much it counts, and from and up to which part of the run. */
export interface SkipLayers {
  readonly layers: readonly number[];
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

/** A1111's "Hires. fix": the picture is made larger, goes some way back to noise and is drawn from there. */
export interface Hires {
  /** What the sides are multiplied by. */
  readonly scale: number;
  /** One of `upscalers`, or the name of an upscaler's file. */
  readonly upscaler: string;
  /** Denoising strength, above 0 to 1. */
  readonly strength: number;
  /** Absent: as in the first pass. */
  readonly steps?: number;
  readonly guidance?: number;
  readonly sampler?: SamplerName;
  readonly schedule?: ScheduleName;
  readonly prompt?: string;
  readonly negative?: string;
}

/**
 * Tiled redraw, as A1111's extension "Ultimate SD upscale" has it: a picture of any size, drawn in parts of a size that the
 * model draws well. A source that is not as large as the job is made so. Lengths in pixels.
 */
export interface Redraw {
  /** What is drawn of the picture at a time, without what is seen around it. */
  readonly tile: Size;
  /** How much is seen, and kept, around a tile. */
  readonly padding: number;
  /** How softly neighbours fade into each other: the radius of A1111's blur. */
  readonly blur: number;
  readonly order: RedrawOrder;
}

/** Row by row, or first the dark fields of a chessboard and then the light ones. */
export type RedrawOrder = 'linear' | 'chess';

/** By A1111's names: what enlarges latents, and what enlarges the picture that they are decoded to. */
export const upscalers = [
  'Latent',
  'Latent (antialiased)',
  'Latent (bicubic)',
  'Latent (bicubic antialiased)',
  'Latent (nearest)',
  'Latent (nearest-exact)',
  'Lanczos',
  'Nearest',
] as const;
export type Upscaler = (typeof upscalers)[number];

/** What a run does without to need less memory. */
export interface MemorySavings {
  /** No two nets are on the device at the same time. */
  readonly apart: boolean;
  /** The denoiser is asked one question at a time: not all that guidance asks in one batch. */
  readonly single: boolean;
  /** Nets that guide and the UNet are not on the device at the same time, and take turns in every step. */
  readonly turns: boolean;
  /** Linear layers' weights are rounded to so many bits a number (`nets/bits.ts`); null: they are as they are. */
  readonly bits: Bits | null;
  /** The side, in latents, of the tiles in which pictures are encoded and decoded; null: whole. */
  readonly tile: number | null;
}

/** A picture, already of the job's width and height and opaque (both but for `redraw`), and what to do with it. */
export type Source = { readonly pixels: Pixels } & (
  | {
      /** Image to image: it goes this far towards noise, above 0 to 1, and is drawn anew from there. */
      readonly kind: 'image';
      readonly strength: number;
    }
  | {
      /** The prompt says what to change; this says how closely to keep to the picture. For instruct models. */
      readonly kind: 'instruct';
      readonly imageGuidance: number;
    }
  | {
      /** Inpainting: what the mask shows is drawn anew, by as much as `strength` says; the rest is kept. */
      readonly kind: 'inpaint';
      readonly strength: number;
      /** How much each pixel may change, 0 to 255, in rows as the picture's own. */
      readonly mask: Uint8Array<ArrayBuffer>;
      readonly content: MaskedContent;
      /**
       * Grey parts of the mask change by less strength. If not, half or more counts as white and less as black, and
       * each latent asks its first pixel: as diffusers does.
       */
      readonly soft: boolean;
    }
);

/** What is under the mask at the start, by A1111's names: colours from around it, what was there, noise or nothing. */
export type MaskedContent = (typeof maskedContents)[number];
export const maskedContents = ['fill', 'original', 'latent noise', 'latent nothing'] as const;

/** A picture that guides, and the net that reads it: a ControlNet or a T2I-Adapter. */
export interface Control {
  /** The id of the net's file. */
  readonly model: string;
  /**
   * What the net is shown, already a hint (edges, depths, …) of the job's width and height. What is clear in it is shown as
   * −1, by which nets for inpainting are told what is to be drawn; hints for others are opaque.
   */
  readonly hint: Pixels;
  /** The same of the size that the second pass of Hires fix draws; absent: the hint, enlarged. */
  readonly large?: Pixels;
  /** How much of what the net adds is added, 0 to 2. */
  readonly weight: number;
  /** From and up to which part of the run it guides, 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly mode: ControlMode;
  /** Of a net that knows several kinds of hint: which this one is, by its name there. */
  readonly hintKind?: string;
}

/**
 * Whether prompt and hint count the same, or one of them more, as in A1111's extension: the prompt by less control the
 * further out in the net; the hint by control of the prompt's half of guidance alone.
 */
const controlModes = ['balanced', 'prompt', 'control'] as const;
export type ControlMode = (typeof controlModes)[number];

/** A picture that is part of the prompt, by an IP-Adapter. */
export interface Reference {
  /** The id of the adapter's file. */
  readonly model: string;
  /** The id of the file of what looks at the picture; absent: the first at hand that the adapter was made for. */
  readonly encoder?: string;
  /** Of any size: its middle is seen, as a square. */
  readonly pixels: Pixels;
  /** How much of it is added to what the prompt says. */
  readonly weight: number;
  /** Where in what is drawn it counts, and how much there. Of any size: it lies over all of that. Absent: everywhere. */
  readonly mask?: Mask;
  /** From and up to which part of the run it counts, 0 to 1. */
  readonly start: number;
  readonly end: number;
}

export type { HintNet, LoraUse, Mask, NetHintName, Pixels, Unused };

export type NetName =
  | 'text encoder'
  | 'second text encoder'
  | 'T5'
  | 'text attention'
  | 'UNet'
  | 'MMDiT'
  | 'outer UNet'
  | 'ControlNet'
  | 'T2I-Adapter'
  | 'image encoder'
  | 'IP-Adapter'
  | 'TAESD'
  | 'VAE encoder'
  | 'VAE decoder'
  | 'upscaler'
  | 'hint net';

/** What a person should know about a run that succeeds all the same. */
export type Notice =
  | { readonly code: 'size-rounded'; readonly width: number; readonly height: number }
  | { readonly code: 'retried-in-f32'; readonly net: NetName }
  /** Memory was short, so the picture is made in this way, which takes longer. */
  | { readonly code: 'saving-memory'; readonly by: Exclude<keyof MemorySavings, 'bits'> }
  /** Memory was short, so weights were rounded, which changes the picture. */
  | { readonly code: 'fewer-bits'; readonly bits: Bits }
  /** Asked for, but computed wrongly on this device: weights are used as they are. */
  | { readonly code: 'bits-refused'; readonly bits: Bits }
  /** The model's T5 is there, but not its tokenizer: it is not asked. */
  | { readonly code: 't5-without-tokenizer' }
  | { readonly code: 'resumed'; readonly after: 'device-lost' | 'engine-crashed' }
  /** Lists that a prompt draws from and that are not at hand; their names are read as words. */
  | { readonly code: 'lists-missing'; readonly names: readonly string[] }
  /** Tags in a prompt that ask for something that there is not here. */
  | { readonly code: 'tags-ignored'; readonly tags: readonly string[] }
  /** Of a LoRA the model uses some modules only. */
  | { readonly code: 'lora-in-part'; readonly name: string; readonly use: LoraUse }
  /** Words that have vectors, but for other kinds of models: they are read as any word is. */
  | { readonly code: 'words-for-others'; readonly words: readonly string[] };

export type Progress =
  | {
      /** `checking`: its weights are loaded, and are still compared with what was stored. */
      readonly kind: 'reading' | 'checking';
      readonly net: NetName;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  | { readonly kind: 'compiling'; readonly net: NetName }
  | { readonly kind: 'encoding'; readonly what: 'prompt' | 'picture' }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly steps: number;
      /** Which part of how many, where a picture is drawn anew in tiles. */
      readonly tile?: { readonly number: number; readonly of: number };
      readonly preview: Pixels | null;
      /** What the denoiser led to in this step; none where that was known. */
      readonly answers: readonly Latent[];
    }
  | { readonly kind: 'decoding' }
  /** So many of its tiles are larger now. */
  | { readonly kind: 'enlarging'; readonly done: number; readonly tiles: number }
  /** Told before a run fails: another one that does without this may succeed. */
  | { readonly kind: 'short-of-memory'; readonly savings: MemorySavings }
  | { readonly kind: 'notice'; readonly notice: Notice };

/** The finished picture, with the job as it was really run (size rounded) and where the time went. */
export interface Picture extends Pixels {
  readonly job: Job;
  readonly milliseconds: {
    readonly encode: number;
    readonly steps: readonly number[];
    readonly decode: number;
  };
}
