/** How a picture was made, whichever tool recorded it. */
import type { Like, SamplerName, Sampling, ScheduleName, Seeds } from '../sampling/settings';
import type { Emphasis } from '../text/weigh';
import type { RecipeControl } from './control';

/** The tools whose recipes are read. */
export const toolNames = [
  ...(['A1111', 'ComfyUI', 'InvokeAI', 'NovelAI', 'diffusers', 'Drobe'] as const),
  ...(['Fooocus', 'SwarmUI', 'Civitai', 'Draw Things', 'Easy Diffusion'] as const),
] as const;
export type ToolName = (typeof toolNames)[number];

/** The tool that wrote a recipe; `version` as it is recorded, where that tells more than the name. */
export interface Tool {
  readonly name: ToolName;
  readonly version?: string;
}

/**
 * What drawing starts from: the prompt alone; a picture to redraw, in whole, in part or beyond its edges; or one to change by
 * instruction.
 */
export const recipeModes = ['text', 'image', 'inpaint', 'outpaint', 'instruct'] as const;
export type RecipeMode = (typeof recipeModes)[number];

export const recipeContents = ['fill', 'original', 'latent noise', 'latent nothing'] as const;

export const recipePredictions = ['epsilon', 'v'] as const;

/** A second pass over the enlarged picture, as A1111's "Hires. fix" does it. */
export interface Hires {
  /** A1111's name for the upscaler: "Latent", "Latent (nearest-exact)", "Lanczos", "R-ESRGAN 4x+". */
  readonly upscaler: string;
  /** How many times larger; else `width` and `height`. */
  readonly scale?: number;
  readonly width?: number;
  readonly height?: number;
  readonly strength: number;
  /** The second pass's own values; absent where they are the first's. */
  readonly steps?: number;
  readonly guidance?: number;
  readonly sampler?: SamplerName;
  readonly schedule?: ScheduleName;
  readonly prompt?: string;
  readonly negative?: string;
}

export const recipeRedrawOrders = ['linear', 'chess'] as const;

/** Tiled redraw: the finished picture was enlarged and redrawn tile by tile. Lengths in pixels. */
export interface RecipeRedraw {
  /** The upscaler: "Lanczos", "4x-UltraSharp". */
  readonly upscaler: string;
  /** How many times larger than the recipe's size; absent where that is the enlarged size already. */
  readonly scale?: number;
  readonly strength?: number;
  readonly width?: number;
  readonly height?: number;
  readonly padding?: number;
  readonly blur?: number;
  readonly order?: (typeof recipeRedrawOrders)[number];
}

/** Skip-layer guidance: which blocks are left out, how much that counts, and in which share of the steps. */
export interface RecipeSkipLayers {
  readonly layers: readonly number[];
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

/** Settings under the names of a job's; those that a recipe does not record are absent. Sizes in pixels. */
export interface RecipeSettings extends Partial<Sampling>, Partial<Seeds> {
  readonly mode?: RecipeMode;
  readonly prompt?: string;
  readonly negative?: string;
  readonly width?: number;
  readonly height?: number;
  readonly steps?: number;
  readonly guidance?: number;
  /** How closely an instruct model keeps to the picture. */
  readonly imageGuidance?: number;
  /** 1 reads the last layer of the text encoder, as A1111 counts. */
  readonly clipSkip?: number;
  readonly emphasis?: Emphasis;
  /** What the model was taken to predict, whatever its file says. */
  readonly prediction?: (typeof recipePredictions)[number];
  /** Prompts of different lengths were padded to the same length with empty windows. */
  readonly padded?: boolean;
  /** Bits to which the weights of the denoiser and the text encoders were rounded; absent where they were not. */
  readonly bits?: 8 | 4;
  /** DeepCache: the whole UNet runs in one of this many calls, and the others reuse its deep features. */
  readonly reuse?: number;
  /** How many tokens T5 read, for a model that has one. */
  readonly t5Tokens?: number;
  /** Skip-layer guidance: leads away from a prediction without these layers (from 0) in a part of the run. */
  readonly skipLayers?: RecipeSkipLayers;
  /** How far a picture goes towards noise, 0 to 1. */
  readonly strength?: number;
  readonly maskBlur?: number;
  readonly maskMode?: 'masked' | 'rest';
  readonly content?: (typeof recipeContents)[number];
  readonly area?: 'whole' | 'masked';
  readonly padding?: number;
  readonly soft?: boolean;
  readonly feather?: number;
  readonly hires?: Hires;
  /** Tiled redraw of the finished picture. */
  readonly redraw?: RecipeRedraw;
  readonly controls?: readonly RecipeControl[];
}

/** Settings while they are being read. */
export type Draft = { -readonly [K in keyof RecipeSettings]: RecipeSettings[K] };

export const resourceKinds = ['model', 'vae', 'lora', 'embedding', 'control', 'upscaler'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** A file that a recipe uses: its name without folder and ending, which may be empty, and its hash, if known, as recorded. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly hash?: string;
}

/** How a picture was made, whichever tool wrote it down. */
export interface Recipe {
  readonly tool: Tool;
  /** The tool's name for the model's family, where it is not supported here. */
  readonly foreign?: string;
  readonly settings: RecipeSettings;
  readonly resources: readonly Resource[];
  /** Names and values that are not understood, as recorded. */
  readonly unknown: readonly (readonly [string, string])[];
}

/** The program whose way of computing gives a tool's pictures. */
export function likeOf(tool: ToolName): Like {
  switch (tool) {
    case 'A1111':
    case 'Draw Things': // its samplers have A1111's names
    case 'NovelAI': // its samplers are k-diffusion's, too
      return 'A1111';
    case 'Civitai':
    case 'ComfyUI':
    case 'Fooocus':
    case 'SwarmUI':
      return 'ComfyUI'; // which the other three draw with
    case 'Easy Diffusion':
    case 'InvokeAI':
    case 'diffusers':
    case 'Drobe':
      return 'diffusers';
  }
}

/** How a tool uses the weights in prompts. Fooocus and Civitai's generator use A1111's way on top of ComfyUI. */
export const emphasisOf = (tool: ToolName): Emphasis =>
  tool === 'ComfyUI' || tool === 'SwarmUI' ? 'ComfyUI' : 'A1111';

/** Resources of a kind. */
export const resourcesOf = ({ resources }: Recipe, kind: ResourceKind): readonly Resource[] =>
  resources.filter((resource) => resource.kind === kind);

/** Endings of the names of weight files. */
export const weightsEnding = /\.(?:safetensors|sft|gguf|ckpt|pt|pth|bin)$/i;

/** A file's name as recipes record it: without folders, and without the ending of a weight file. */
export const stemOf = (file: string): string => file.replace(/^.*[\\/]/, '').replace(weightsEnding, '');
