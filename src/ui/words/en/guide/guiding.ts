/** What is said where pictures that guide are set up. */
import type { PreprocessorName } from '../../../../canvas/hints';
import type { ResizeMode } from '../../../../canvas/hints/resize';
import type { ControlMode } from '../../../../engine/api';

export const guiding = {
  control: 'Control',
  numbered: (number: number): string => `Control ${number}`,
  add: 'Add control',
  remove: 'Remove control',
  model: 'Control model',
  misfit: (name: string): string => `${name} (does not fit)`,
  /** What a net is for that is of the model's family and does not fit it. */
  otherSize: (base: string): string => `${base} of another size`,

  pictureAndHint: 'Picture and hint',
  toGuideBy: 'To guide by',
  sourceGuides: 'The source image',
  hint: 'Hint',
  hintOf: (width: number, height: number): string => `Hint, ${width} × ${height}`,
  image: 'Control image',
  useResult: 'Use this result',
  draw: 'Draw…',
  removeImage: 'Remove control image',
  withoutOwn: 'Without one of its own, the source image guides.',
  orDrop: 'Or drop or paste one here.',

  preprocessor: 'Preprocessor',
  resizeMode: 'Resize mode',
  pixelPerfect: 'Pixel perfect',
  resolution: 'Preprocessor resolution',
  kind: 'Kind of hint',
  weight: 'Control weight',
  start: 'Control start',
  end: 'Control end',
  mode: 'Control mode',

  /** A1111's words for its choices. */
  modes: {
    balanced: 'Balanced',
    prompt: 'My prompt is more important',
    control: 'ControlNet is more important',
  } satisfies Readonly<Record<ControlMode, string>>,
  resizeModes: {
    stretch: 'Just Resize',
    crop: 'Crop and Resize',
    fill: 'Resize and Fill',
  } satisfies Readonly<Record<ResizeMode, string>>,
  preprocessors: {
    none: 'None: it is a hint already',
    canny: 'Canny edges',
    scribble_xdog: 'Scribble (difference of blurs)',
    softedge_filter: 'Soft edges (by filters)',
    lineart_standard: 'Line art of dark lines on white',
    invert: 'Invert: dark lines on white become white on black',
    threshold: 'Black and white by a threshold',
    grey: 'Grey',
    recolor_luminance: 'Lightness, to colour anew',
    recolor_intensity: 'Strongest colour, to colour anew',
    t2ia_color_grid: 'Colours of large squares',
    tile_resample: 'Tile: less detail',
    blur_gaussian: 'Blur',
    shuffle: 'Shuffle: colours without shapes',
    inpaint_only: 'Inpaint: what is masked is left out',
    inpaint_global_harmonious: 'Inpaint, all of the picture anew',
    depth_anything_v2: 'Depth (Depth Anything V2)',
    depth_anything: 'Depth (Depth Anything)',
    lineart_realistic: 'Line art (informative drawings)',
    lineart_coarse: 'Line art, coarse (informative drawings)',
    softedge_hed: 'Soft edges (HED)',
  } satisfies Readonly<Record<PreprocessorName, string>>,
  /** A preprocessor's own numbers. */
  numbers: {
    gamma: 'Gamma',
    low: 'Low threshold',
    high: 'High threshold',
    threshold: 'Threshold',
    softness: 'Softness',
    smaller: 'Times smaller',
    sigma: 'Sigma',
    seed: 'Seed',
  },
};
