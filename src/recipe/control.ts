/** Pictures that guide, as recipes tell of them: all but the picture itself. */

/** How the picture comes to the size that is drawn; in A1111's extension Just Resize, Crop and Resize, Resize and Fill. */
export const recipeResizes = ['stretch', 'crop', 'fill'] as const;

/** By the names of a job's. */
export const recipeControlModes = ['balanced', 'prompt', 'control'] as const;

/** A ControlNet or a T2I-Adapter, and how the picture that it reads is made. What a recipe does not tell is absent. */
export interface RecipeControl {
  /** What makes the hint of the picture, by the extension's name: "canny"; "none" where the picture is a hint already. */
  readonly module: string;
  /** The net's file without folder and ending, and its hash, as they are given. */
  readonly model: string;
  readonly hash?: string;
  readonly weight: number;
  /** Parts of the run, 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly resize?: (typeof recipeResizes)[number];
  /** The shorter side of the picture that the module is shown, in pixels. */
  readonly resolution?: number;
  /** The module's own numbers, the extension's Threshold A and B: of "canny" its low and its high threshold. */
  readonly a?: number;
  readonly b?: number;
  /** The module is shown the picture at the size that is drawn, whatever the resolution says. */
  readonly pixelPerfect?: boolean;
  readonly mode?: (typeof recipeControlModes)[number];
  /** Of a net that knows several kinds of hint: which this one is. */
  readonly hintKind?: string;
}

/** A picture that is part of the prompt, by an IP-Adapter: A1111's extension has it as a unit like others. */
export const isReference = ({ module }: Pick<RecipeControl, 'module'>): boolean =>
  module.startsWith('ip-adapter');

/** While it is being read. */
export type ControlDraft = { -readonly [K in keyof RecipeControl]?: RecipeControl[K] };
