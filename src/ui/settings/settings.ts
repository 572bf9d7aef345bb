/** The settings of the form: what can be chosen, and what it begins with. */
import type { Backend, Job, MaskedContent, ModelFacts, RedrawOrder, Upscaler } from '../../engine/api';
import type { Sampling, Seeds } from '../../sampling/settings';
import type { Emphasis } from '../../text/weigh';

/** Settings that few people touch and recipes bring along. What is absent is as the sampler has it. */
export type Rare = Pick<Job, 'padded' | 'bits' | 'reuse' | 't5Tokens' | 'skipLayers'> &
  Pick<Seeds, 'seedDelta' | 'resizeFrom' | 'batch'> &
  Omit<Sampling, 'sampler' | 'schedule' | 'spacing' | 'like'> & {
    /** What the second pass has of its own, where there is one. */
    readonly hires?: Pick<NonNullable<Job['hires']>, 'sampler' | 'schedule' | 'prompt' | 'negative'>;
  };

/** What to draw, but for the picture to start from, and how to get there. */
export type Settings = {
  -readonly [
    K in
      | ('model' | 'backend' | 'prompt' | 'negative' | 'width' | 'height' | 'steps' | 'guidance')
      | ('sampler' | 'schedule' | 'spacing' | 'like')
  ]: Job[K];
} & {
  /** Names of styles that are added to the prompts when a picture is drawn, in their order. */
  styles: readonly string[];
  /** What a weight in the prompt does. */
  emphasis: Emphasis;
  /** Which layer of the text encoders is read, from the end. */
  clipSkip: number;
  /** In digits, up to 2⁶⁴ − 1, which no number holds exactly; "-1" for another one in each run. */
  seed: string;
  rng: Seeds['rng'];
  /** As `seed`. It counts as far as `variationStrength` says, 0 to 1. */
  variationSeed: string;
  variationStrength: number;
  /** Whether there is a second pass, larger. */
  hires: boolean;
  /** One of `upscalers`, or the name of an upscaler's file. */
  hiresUpscaler: string;
  hiresScale: number;
  hiresStrength: number;
  /** Of the second pass; 0: as in the first. */
  hiresSteps: number;
  hiresGuidance: number;
  /** The name of what makes finished pictures larger; empty: the first that there is. */
  upscaler: string;
  /** Whether those are drawn anew then, tile by tile. */
  redraw: boolean;
  /** How many times as large they become. */
  redrawScale: number;
  redrawStrength: number;
  /** Of a tile; 0: as the model draws best. */
  redrawWidth: number;
  redrawHeight: number;
  redrawPadding: number;
  redrawBlur: number;
  redrawOrder: RedrawOrder;
  /** The id of a ControlNet that is shown the tiles; empty: the first that is made for it, `NO_NET`: none. */
  redrawNet: string;
  rare: Rare;
  /** The id of a VAE of its own; empty for the model's. */
  vae: string;
  /** Whom the model borrows from, where it lacks parts and others were chosen than the best. */
  parts: NonNullable<Job['parts']>;
  /** The id of a TAESD for previews; empty for none. */
  taesd: string;
  /** What makes the finished picture; without a TAESD, the VAE. */
  decoder: Decoder;
  tiling: Tiling;
  prediction: Prediction;
  /** How many pictures a run makes: with the next seeds under A1111, else as one batch. */
  count: number;
  strength: number;
  outpaintStrength: number;
  imageGuidance: number;
  /** Gaussian, in pixels of the picture. */
  maskBlur: number;
  maskMode: MaskMode;
  content: MaskedContent;
  area: Area;
  /** Around the masked area, in pixels of the picture, where only that is worked on. */
  padding: number;
  soft: boolean;
  /** How far outpainting reaches into the picture, in its pixels. */
  feather: number;
};

/** What to start from: words alone; a picture that is drawn anew, in part or beyond its edges; or that words change. */
export type Mode = 'text' | 'image' | 'inpaint' | 'outpaint' | 'instruct';

/** What stands in the way of a picture. */
export type Obstacle = 'no-picture' | 'no-mask' | 'all-kept' | 'no-margin' | 'only-instruct' | 'no-instruct';

/** What a model can do, the most usual first. */
export function modesOf({ kind }: ModelFacts): readonly [Mode, ...Mode[]] {
  switch (kind) {
    case 'instruct':
      return ['instruct'];
    case 'base':
      return ['text', 'image', 'inpaint', 'outpaint'];
    case 'inpaint':
      return ['inpaint', 'outpaint', 'image', 'text'];
  }
}

/** Whether it was trained by flow matching. */
export const isFlow = (facts: ModelFacts | undefined): boolean => facts?.predicts?.prediction === 'flow';

export const maskModes = ['masked', 'rest'] as const;
export type MaskMode = (typeof maskModes)[number];

export const areas = ['whole', 'masked'] as const;
export type Area = (typeof areas)[number];

export const contents: readonly MaskedContent[] = ['fill', 'original', 'latent noise', 'latent nothing'];

export const backends: readonly Backend[] = ['auto', 'webgpu', 'wasm'];

/** What a UNet predicts: told by the checkpoint or by a trial, or overruled here. */
export const predictions = ['auto', 'epsilon', 'v'] as const;
export type Prediction = (typeof predictions)[number];

/** A1111's choice of "VAE type for decode". */
export const decoders = ['VAE', 'TAESD'] as const;
export type Decoder = (typeof decoders)[number];

/** When the VAE works in tiles. */
export const tilings = ['auto', 'always'] as const;
export type Tiling = (typeof tilings)[number];

/** What enlarges a picture for the second pass: its latents, or its pixels. */
export const upscalers: Readonly<Record<Upscaler, string>> = {
  Latent: 'Latent',
  'Latent (antialiased)': 'Latent (antialiased)',
  'Latent (bicubic)': 'Latent (bicubic)',
  'Latent (bicubic antialiased)': 'Latent (bicubic antialiased)',
  'Latent (nearest)': 'Latent (nearest)',
  'Latent (nearest-exact)': 'Latent (nearest-exact)',
  Lanczos: 'Lanczos',
  Nearest: 'Nearest',
};

/** The plain way in which finished pictures become larger, where they are drawn anew: by a name of `upscalers`. */
export const PLAIN_UPSCALER = 'Lanczos';

/** In which order tiles are drawn anew. */
export const redrawOrders: readonly RedrawOrder[] = ['linear', 'chess'];

/** No ControlNet is shown them. */
export const NO_NET = 'none';

/** Where random numbers come from. */
export const generators: readonly Seeds['rng'][] = ['CPU', 'NV'];

/** In what form the weights of the UNet's linear layers are used. */
const bitsOf = { full: undefined, int8: 8, int4: 4 } as const;
export type Precision = keyof typeof bitsOf;

export const precisionOf = ({ bits }: Rare): Precision => (bits === undefined ? 'full' : `int${bits}`);

export const withPrecision = (rare: Rare, precision: Precision): Rare =>
  withRare(rare, { bits: bitsOf[precision] });

/** Rare settings with these changed; one that is undefined is then as the sampler has it. */
export function withRare(rare: Rare, changes: { readonly [K in keyof Rare]: Rare[K] | undefined }): Rare {
  const all = Object.entries({ ...rare, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all);
}

/** Skip-layer guidance as Stability AI's and diffusers' have it for 3.5 Medium. */
export const skipping: NonNullable<Rare['skipLayers']> = {
  layers: [7, 8, 9],
  scale: 2.8,
  start: 0.01,
  end: 0.2,
};

/** Rare settings of a picture at this place of a batch, or of one alone. */
export const withBatch = (rare: Rare, batch: Rare['batch']): Rare => withRare(rare, { batch });

/** A seed of its own for each run, as people write it. */
export const RANDOM = '-1';

/** What a first visit begins with. */
export const initial: Settings = {
  model: '',
  vae: '',
  taesd: '',
  parts: {},
  decoder: 'VAE',
  tiling: 'auto',
  backend: 'auto',
  prediction: 'auto',
  prompt: '',
  negative: '',
  styles: [],
  width: 512,
  height: 512,
  steps: 20,
  guidance: 7,
  imageGuidance: 1.5,
  sampler: 'Euler a',
  schedule: 'Automatic',
  spacing: 'leading',
  like: 'diffusers',
  emphasis: 'A1111',
  clipSkip: 1,
  seed: RANDOM,
  rng: 'CPU',
  variationSeed: RANDOM,
  variationStrength: 0,
  hires: false,
  hiresUpscaler: 'Latent',
  hiresScale: 2,
  hiresStrength: 0.7,
  hiresSteps: 0,
  hiresGuidance: 0,
  upscaler: '',
  redraw: false,
  redrawScale: 2,
  redrawStrength: 0.35,
  redrawWidth: 0,
  redrawHeight: 0,
  redrawPadding: 32,
  redrawBlur: 8,
  redrawOrder: 'linear',
  redrawNet: '',
  rare: {},
  count: 1,
  strength: 0.75,
  outpaintStrength: 0.9,
  maskBlur: 4,
  maskMode: 'masked',
  content: 'original',
  area: 'whole',
  padding: 32,
  soft: true,
  feather: 16,
};
