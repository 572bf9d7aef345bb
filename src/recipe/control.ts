/** Controls (ControlNets, T2I-Adapters, IP-Adapters) as recipes record them: everything but the picture itself. */

/**
 * How the control image is fitted to the output's size; in A1111's extension "Just Resize", "Crop and Resize" and "Resize and
 * Fill".
 */
export const recipeResizes = ['stretch', 'crop', 'fill'] as const;

/** Which counts more: the prompt, the control, or neither. A job has the same names. */
export const recipeControlModes = ['balanced', 'prompt', 'control'] as const;

/** A control, and how the image that its net reads is made. What a recipe does not record is absent. */
export interface RecipeControl {
  /** The preprocessor that makes the hint, under the extension's name: "canny"; "none" where the picture is a hint already. */
  readonly module: string;
  /** The name of the net's file without folder and ending, and its hash, as the recipe gives them. */
  readonly model: string;
  readonly hash?: string;
  readonly weight: number;
  /** The part of the run in which the control acts, each end from 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly resize?: (typeof recipeResizes)[number];
  /** The shorter side of the preprocessor's input, in pixels. */
  readonly resolution?: number;
  /** The preprocessor's own numbers, the extension's Threshold A and B: for "canny", the low and the high threshold. */
  readonly a?: number;
  readonly b?: number;
  /** The preprocessor gets the picture at the output's size, whatever `resolution` says. */
  readonly pixelPerfect?: boolean;
  readonly mode?: (typeof recipeControlModes)[number];
  /** The kind of hint, for a net that takes several. */
  readonly hintKind?: string;
}

/** Whether a control is an IP-Adapter, whose picture is part of the prompt; in A1111's extension it is a unit like any other. */
export const isReference = ({ module }: Pick<RecipeControl, 'module'>): boolean =>
  module.startsWith('ip-adapter');

/** A control while it is being read. */
export type ControlDraft = { -readonly [K in keyof RecipeControl]?: RecipeControl[K] };
