/** The families of Stable Diffusion, a row each: what tensor names tell, and what they cannot. */
import type { Shape } from '../graph/graph';
import type { Model, Prediction, TextEncoder } from './model';

export interface Family {
  readonly name: string;
  /** Text encoders by the prefix of their names. The last one's is the family's sign. */
  readonly texts: readonly [TextRow, ...TextRow[]];
  /** What tells it from a family with the same sign that stands further down. */
  readonly when?: (tensors: ReadonlyMap<string, { readonly shape: Shape }>) => boolean;
  /** Attention heads of the UNet at so many channels. */
  readonly heads: (channels: number) => number;
  readonly vae: Pick<Model['vae'], 'scale' | 'float32'>;
  readonly latents: Model['latents'];
  readonly emptyIsZero: boolean;
  /** What its UNets predict, where all predict the same. */
  readonly prediction: Prediction | null;
  /** Pixels on a side that it was trained with. */
  readonly side: number;
}

type TextRow = Pick<
  TextEncoder,
  'prefix' | 'naming' | 'activation' | 'skip' | 'clipSkip' | 'finalNorm' | 'pooled' | 'pad'
>;

const END = 49407;

/** OpenAI's CLIP ViT-L, read after its last layer. */
const clipL = (prefix: string): TextRow => ({
  prefix,
  naming: 'transformers',
  activation: 'quick_gelu',
  skip: 0,
  clipSkip: 1,
  finalNorm: true,
  pooled: false,
  pad: END,
});

/** OpenCLIP, read one layer before the end. */
const openClip = (prefix: string): TextRow => ({
  ...clipL(prefix),
  naming: 'open_clip',
  activation: 'gelu',
  skip: 1,
  clipSkip: 2,
  pad: 0,
});

/** SDXL reads CLIP ViT-L, too, one layer before the end, and as it comes from there. */
const PENULTIMATE = { skip: 1, clipSkip: 2, finalNorm: false } as const;

const sizeOf64 = (channels: number): number => channels / 64;

const sd1 = {
  name: 'Stable Diffusion 1.x',
  heads: () => 8,
  vae: { scale: 0.18215, float32: false },
  latents: 'sd',
  emptyIsZero: false,
  prediction: 'epsilon',
  side: 512,
} as const;

/** https://github.com/Stability-AI/generative-models/blob/main/configs/inference/sd_xl_base.yaml and its like. */
const sdxl = {
  name: 'Stable Diffusion XL',
  heads: sizeOf64,
  vae: { scale: 0.13025, float32: true },
  latents: 'sdxl',
  emptyIsZero: true,
  prediction: 'epsilon',
  side: 1024,
} as const;

const sd2 = {
  ...sd1,
  name: 'Stable Diffusion 2.x',
  heads: sizeOf64,
  // 2.0 and 2.1 predict v, their "base" models the noise: nothing in the file tells.
  prediction: null,
} as const;

/** The text encoders of a diffusers folder, as `nets/diffusers.ts` names them. */
const FOLDER = { first: 'text_encoder.text_model', second: 'text_encoder_2.text_model' };

/** SD 2.x and XL project to a transformer's tokens by a matrix, SD 1.x by a 1×1 convolution. */
const projectsLinearly: Family['when'] = (tensors) =>
  [...tensors].some(([name, { shape }]) => /\.\d+\.1\.proj_in\.weight$/.test(name) && shape.length === 2);

export const families: readonly Family[] = [
  {
    ...sdxl,
    texts: [
      { ...clipL('conditioner.embedders.0.transformer.text_model'), ...PENULTIMATE },
      { ...openClip('conditioner.embedders.1.model'), finalNorm: false, pooled: true },
    ],
  },
  { ...sd2, texts: [openClip('cond_stage_model.model')] },
  { ...sd1, texts: [clipL('cond_stage_model.transformer.text_model')] },
  // As the first converters named it.
  { ...sd1, texts: [clipL('cond_stage_model.transformer')] },

  // From folders of diffusers, where OpenCLIP has transformers' names.
  {
    ...sdxl,
    texts: [
      { ...clipL(FOLDER.first), ...PENULTIMATE },
      { ...openClip(FOLDER.second), naming: 'transformers', finalNorm: false, pooled: true },
    ],
  },
  {
    ...sd2,
    // The layer that is not read was left out when it was converted.
    texts: [{ ...openClip(FOLDER.first), naming: 'transformers', skip: 0 }],
    when: projectsLinearly,
  },
  { ...sd1, texts: [clipL(FOLDER.first)] },
];
