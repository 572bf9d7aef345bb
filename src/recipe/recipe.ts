/** What a picture is told to be made with, whichever tool wrote it down. */
import type { Like, SamplerName, Sampling, ScheduleName, Seeds } from '../sampling/settings';
import type { Emphasis } from '../text/weigh';
import type { RecipeControl } from './control';

/** The tools whose recipes are read. */
export const toolNames = [
  ...(['A1111', 'ComfyUI', 'InvokeAI', 'NovelAI', 'diffusers', 'Drobe'] as const),
  ...(['Fooocus', 'SwarmUI', 'Civitai', 'Draw Things', 'Easy Diffusion'] as const),
] as const;
export type ToolName = (typeof toolNames)[number];

/** The tool that a recipe comes from; `version` as it stands there, where that tells more than the name. */
export interface Tool {
  readonly name: ToolName;
  readonly version?: string;
}

/** What to start from: words alone; a picture that is drawn anew, in part or beyond its edges; or that words change. */
export const recipeModes = ['text', 'image', 'inpaint', 'outpaint', 'instruct'] as const;
export type RecipeMode = (typeof recipeModes)[number];

export const recipeContents = ['fill', 'original', 'latent noise', 'latent nothing'] as const;

export const recipePredictions = ['epsilon', 'v'] as const;

/** A second pass over the enlarged picture, as A1111's "Hires. fix" does it. */
export interface Hires {
  /** A1111's name of what enlarges it: "Latent", "Latent (nearest-exact)", "Lanczos", "R-ESRGAN 4x+". */
  readonly upscaler: string;
  /** How many times larger; else `width` and `height`. */
  readonly scale?: number;
  readonly width?: number;
  readonly height?: number;
  readonly strength: number;
  /** What the second pass has of its own; absent: as the first. */
  readonly steps?: number;
  readonly guidance?: number;
  readonly sampler?: SamplerName;
  readonly schedule?: ScheduleName;
  readonly prompt?: string;
  readonly negative?: string;
}

export const recipeRedrawOrders = ['linear', 'chess'] as const;

/** Tiled redraw: the finished picture was made larger and drawn anew part by part. Lengths in pixels. */
export interface RecipeRedraw {
  /** What made the picture larger: "Lanczos", "4x-UltraSharp". */
  readonly upscaler: string;
  /** How many times larger than the size that the recipe tells; absent: that is the larger one's. */
  readonly scale?: number;
  readonly strength?: number;
  readonly width?: number;
  readonly height?: number;
  readonly padding?: number;
  readonly blur?: number;
  readonly order?: (typeof recipeRedrawOrders)[number];
}

export interface RecipeSkipLayers {
  readonly layers: readonly number[];
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

/** Settings by the names of a job's; what a recipe does not tell is absent. Sizes in pixels. */
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
  /** What the model was taken to predict, whatever it says itself. */
  readonly prediction?: (typeof recipePredictions)[number];
  /** Prompts of different lengths are made alike by empty windows. */
  readonly padded?: boolean;
  /** Weights were rounded to so many bits a number, the denoiser's and text encoders'; absent: they were as they are. */
  readonly bits?: 8 | 4;
  /** The UNet is run whole in one of so many calls, and its deep features are used again in the others (DeepCache). */
  readonly reuse?: number;
  /** How many tokens T5 read, of a model that has one. */
  readonly t5Tokens?: number;
  /** Layers, counted from 0, without which the net was asked, too, to lead away from that, and in which part of the run. */
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
  /** What was done once the picture was finished. */
  readonly redraw?: RecipeRedraw;
  readonly controls?: readonly RecipeControl[];
}

/** While it is being read. */
export type Draft = { -readonly [K in keyof RecipeSettings]: RecipeSettings[K] };

export const resourceKinds = ['model', 'vae', 'lora', 'embedding', 'control'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** A file that a recipe uses: its name without folder and ending, and its hash, as they are given. Either may be empty. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly hash?: string;
}

export interface Recipe {
  readonly tool: Tool;
  /** What its tool calls the family of its model, where that is none that is drawn with here. */
  readonly foreign?: string;
  readonly settings: RecipeSettings;
  readonly resources: readonly Resource[];
  /** What is not understood: names and values as they stand there. */
  readonly unknown: readonly (readonly [string, string])[];
}

/** The way of computing that gives the pictures of a tool. */
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

/** How a tool uses the weights in prompts. Fooocus and Civitai's generator took A1111's way into ComfyUI. */
export const emphasisOf = (tool: ToolName): Emphasis =>
  tool === 'ComfyUI' || tool === 'SwarmUI' ? 'ComfyUI' : 'A1111';

/** Resources of a kind. */
export const resourcesOf = ({ resources }: Recipe, kind: ResourceKind): readonly Resource[] =>
  resources.filter((resource) => resource.kind === kind);

/** How names of files of weights end. */
export const weightsEnding = /\.(?:safetensors|sft|gguf|ckpt|pt|pth|bin)$/i;

/** A file's name as recipes say it: without folders and without the ending of weights. */
export const stemOf = (file: string): string => file.replace(/^.*[\\/]/, '').replace(weightsEnding, '');
