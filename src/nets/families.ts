/** The families of Stable Diffusion with a UNet, a row each: how its weights tell them apart, and facts that weights do not tell. */
import type { Shape } from '../graph/graph';
import type { Model, Prediction, TextEncoder } from './model';

/** Signs of its family in the weights of a UNet. */
export interface UNetSigns {
  /** 0 for one that reads no text. */
  readonly contextWidth: number;
  /** Null for a UNet with no inputs but the prompt's words and the timestep. */
  readonly labelWidth: number | null;
  /** Whether it projects to a transformer's tokens by a matrix instead of a 1×1 convolution. */
  readonly projectsLinearly: boolean;
  /** Whether all its attention can have heads of 64. */
  readonly dividesBy64: boolean;
  /** Whether the file has its text encoder under OpenCLIP's names. */
  readonly readsOpenClip: boolean;
}

export interface Family {
  readonly name: string;
  readonly texts: readonly [TextRow, ...TextRow[]];
  readonly vae: Pick<Model['vae'], 'scale' | 'shift' | 'float32'>;
  readonly latents: Model['latents'];
  readonly emptyIsZero: boolean;
  /** What its nets predict, where all predict the same. */
  readonly prediction: Prediction | null;
  /** The side, in pixels, of the pictures that it was trained on. */
  readonly side: number;
}

export interface UNetFamily extends Family {
  /** Whether a UNet with these signs is of this family, and not of one further down. */
  readonly when: (unet: UNetSigns) => boolean;
  /** Attention heads of the UNet at so many channels. */
  readonly heads: (channels: number) => number;
}

/** The widths of a denoiser's text inputs: of each token, and of the pooled prompt with its label. */
export type Widths = Pick<UNetSigns, 'contextWidth' | 'labelWidth'>;

export interface TextRow extends Pick<
  TextEncoder,
  'place' | 'activation' | 'clipSkip' | 'finalNorm' | 'pooled' | 'projected' | 'pad'
> {
  /** Its width beside a denoiser with these inputs. @param other the width of another text encoder, if there is one. */
  readonly width: (read: Widths, other: (place: TextRow['place']) => number | undefined) => number;
  /** How many layers there are, and after how many of them the UNet reads. */
  readonly layers: { readonly all: number; readonly read: number };
  /** Whether a missing projection means that the unread layers were cut off, too: converters drop them together. */
  readonly cutWithProjection: boolean;
}

const END = 49407;

/** SDXL's inputs beside the pooled prompt: six numbers, each embedded in 256. */
const TOLD = 6 * 256;

/** OpenAI's CLIP ViT-L, read after its last layer. */
const clipL: TextRow = {
  place: 'text',
  width: ({ contextWidth }) => contextWidth,
  layers: { all: 12, read: 12 },
  cutWithProjection: false,
  activation: 'quick_gelu',
  clipSkip: 1,
  finalNorm: true,
  pooled: false,
  projected: false,
  pad: END,
};

/** OpenCLIP ViT-H, read one layer before the end. */
const clipH: TextRow = {
  ...clipL,
  layers: { all: 24, read: 23 },
  cutWithProjection: true,
  activation: 'gelu',
  clipSkip: 2,
  pad: 0,
};

/** SDXL reads CLIP ViT-L and OpenCLIP ViT-bigG, both one layer before the end, without the final norm. */
export const xlTexts: readonly [clipL: TextRow, clipG: TextRow] = [
  {
    ...clipL,
    width: ({ contextWidth, labelWidth }) => contextWidth - (labelWidth ?? 0) + TOLD,
    layers: { all: 12, read: 11 },
    clipSkip: 2,
    finalNorm: false,
  },
  {
    ...clipH,
    place: 'text2',
    width: ({ labelWidth }) => (labelWidth ?? 0) - TOLD,
    layers: { all: 32, read: 31 },
    cutWithProjection: false, // the pooled prompt goes through all layers
    finalNorm: false,
    pooled: true,
    projected: true,
  },
];

const sizeOf64 = (channels: number): number => channels / 64;

const sd1: UNetFamily = {
  name: 'Stable Diffusion 1.x',
  when: () => true,
  texts: [clipL],
  heads: () => 8,
  vae: { scale: 0.18215, shift: 0, float32: false },
  latents: 'sd',
  emptyIsZero: false,
  prediction: 'epsilon',
  side: 512,
};

const sd2: UNetFamily = {
  ...sd1,
  name: 'Stable Diffusion 2.x',
  // For any other width, such as a miniature's, other signs tell.
  when: ({ contextWidth, projectsLinearly, dividesBy64, readsOpenClip }) =>
    contextWidth === 1024 || (contextWidth !== 768 && dividesBy64 && (projectsLinearly || readsOpenClip)),
  texts: [clipH],
  heads: sizeOf64,
  // 2.0 and 2.1 predict v, their "base" models the noise: the file does not tell.
  prediction: null,
};

/** https://github.com/Stability-AI/generative-models/blob/main/configs/inference/sd_xl_base.yaml and its like. */
const sdxl: UNetFamily = {
  name: 'Stable Diffusion XL',
  when: ({ labelWidth }) => labelWidth !== null,
  texts: xlTexts,
  heads: sizeOf64,
  vae: { scale: 0.13025, shift: 0, float32: true },
  latents: 'sdxl',
  emptyIsZero: true,
  prediction: 'epsilon',
  side: 1024,
};

export const families = { sdxl, sd2, sd1 } as const;

/**
 * A UNet's signs, read from any block with attention, as all are alike in this.
 * @param tensors in normal form.
 * @param place what their names begin with.
 */
export function signsOf(
  tensors: ReadonlyMap<string, { readonly shape: Shape; readonly name?: string }>,
  place: 'unet' | 'control',
): UNetSigns {
  const shapeOf = (weight: RegExp): Shape | undefined => {
    for (const [name, { shape }] of tensors)
      if (name.startsWith(`${place}.`) && weight.test(name)) return shape;
    return undefined;
  };
  const context = shapeOf(/\.attn2\.to_k\.(?:weight|down)$/);
  const own = [...tensors].filter(([name]) => name.startsWith(`${place}.`));
  return {
    dividesBy64: own.every(
      ([name, { shape }]) => !/\.attn1\.to_q\.weight$/.test(name) || shape[0]! % 64 === 0,
    ),
    readsOpenClip: [...tensors].some(
      ([key, { name }]) => key.startsWith('text.') && /(?:^|\.)transformer\.resblocks\./.test(name ?? ''),
    ),
    contextWidth: context?.[1] ?? 0,
    labelWidth: shapeOf(/\.label_emb\.0\.0\.(?:weight|down)$/)?.[1] ?? null,
    projectsLinearly: shapeOf(/\.proj_in\.weight$/)?.length === 2,
  };
}

/** The first row that fits; the last one fits all. */
export const familyOf = (unet: UNetSigns): UNetFamily =>
  Object.values(families).find(({ when }) => when(unet)) ?? sd1;

/**
 * Layers at an encoder's end that are not read. The count tells if it is that of a published encoder, whole or cut; a
 * miniature's does not.
 * @param count how many there are.
 * @param isProjected whether the projection after the last layer is there.
 */
export function layersNotRead(row: TextRow, count: number, isProjected: boolean): number {
  const { all, read } = row.layers;
  if (count >= read - 1 && count <= all) return Math.max(0, count - read);
  return row.cutWithProjection && !isProjected ? 0 : all - read;
}
