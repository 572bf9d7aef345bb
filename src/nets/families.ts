/** The families of Stable Diffusion that have a UNet, a row each: what its weights tell, and what they cannot. */
import type { Shape } from '../graph/graph';
import type { Model, Prediction, TextEncoder } from './model';

/** What the weights of a UNet tell of its family. */
export interface UNetSigns {
  /** 0 for one that reads no text. */
  readonly contextWidth: number;
  /** Null for one that is told nothing beside the prompt's words and the timestep. */
  readonly labelWidth: number | null;
  /** Whether it projects to a transformer's tokens by a matrix, not by a 1×1 convolution. */
  readonly projectsLinearly: boolean;
  /** Whether all of its attention can be in heads of 64. */
  readonly dividesBy64: boolean;
  /** Whether its text encoder lies in the file in OpenCLIP's names. */
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
  /** Pixels on a side that it was trained with. */
  readonly side: number;
}

export interface UNetFamily extends Family {
  /** What tells its UNets from those of families further down. */
  readonly when: (unet: UNetSigns) => boolean;
  /** Attention heads of the UNet at so many channels. */
  readonly heads: (channels: number) => number;
}

/** How wide what a denoiser reads is, token by token and as a whole. */
export type Widths = Pick<UNetSigns, 'contextWidth' | 'labelWidth'>;

export interface TextRow extends Pick<
  TextEncoder,
  'place' | 'activation' | 'clipSkip' | 'finalNorm' | 'pooled' | 'projected' | 'pad'
> {
  /** How wide it is beside a denoiser that reads this. @param other the width of another one, where that is there. */
  readonly width: (read: Widths, other: (place: TextRow['place']) => number | undefined) => number;
  /** Of how many layers the UNet reads what comes after how many. */
  readonly layers: { readonly all: number; readonly read: number };
  /** Whether the layers that are not read were cut off, where its projection is not there: they go together. */
  readonly cutWithProjection: boolean;
}

const END = 49407;

/** Numbers that SDXL is told beside the prompt as a whole: six, each embedded in 256. */
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

/** SDXL reads CLIP ViT-L and OpenCLIP ViT-bigG, both one layer before the end, and as it comes from there. */
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
    cutWithProjection: false, // what goes through all of it is the prompt as a whole
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
  // Of a width of its own other signs tell.
  when: ({ contextWidth, projectsLinearly, dividesBy64, readsOpenClip }) =>
    contextWidth === 1024 || (contextWidth !== 768 && dividesBy64 && (projectsLinearly || readsOpenClip)),
  texts: [clipH],
  heads: sizeOf64,
  // 2.0 and 2.1 predict v, their "base" models the noise: nothing in the file tells.
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
 * What the weights of a UNet tell, by any block with attention, as all blocks are alike in this.
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
 * Layers at an encoder's end that are not read. Where the count is that of a real one, whole or cut, it tells; a miniature's
 * says nothing.
 * @param count how many there are.
 * @param isProjected whether what follows the last of all layers is there.
 */
export function layersNotRead(row: TextRow, count: number, isProjected: boolean): number {
  const { all, read } = row.layers;
  if (count >= read - 1 && count <= all) return Math.max(0, count - read);
  return row.cutWithProjection && !isProjected ? 0 : all - read;
}
