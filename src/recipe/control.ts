/** Pictures that guide, as recipes tell of them: all but the picture itself. */

/** How the picture comes to the size that is drawn, by the names of A1111's extension. */
export const controlResizes = ['Just Resize', 'Crop and Resize', 'Resize and Fill'] as const;
export type ControlResize = (typeof controlResizes)[number];

/** By the names of a job's. */
export const recipeControlModes = ['balanced', 'prompt', 'control'] as const;

/** A ControlNet or a T2I-Adapter, and how the picture that it reads is made. What a recipe does not tell is absent. */
export interface ControlUnit {
  /** The net's file without folder and ending, and its hash, as they are given. */
  readonly model: string;
  readonly hash?: string;
  /** What made the hint of the picture, by the extension's name: "canny"; "none" where the picture is a hint already. */
  readonly module: string;
  readonly weight: number;
  /** Parts of the run, 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly mode: (typeof recipeControlModes)[number];
  readonly resize: ControlResize;
  /** The side of the picture that the module is shown, in pixels, unless it is as large as what is drawn. */
  readonly processorRes?: number;
  readonly pixelPerfect?: boolean;
  /** Settings of the module: of "canny" its low and its high threshold. */
  readonly thresholdA?: number;
  readonly thresholdB?: number;
  /** Of a net that knows several kinds of hint: which this one is. */
  readonly hintKind?: string;
}
