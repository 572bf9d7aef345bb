/**
 * Preprocessors, which make a hint of a picture: the image that a ControlNet or T2I-Adapter reads. Here are those without a net,
 * one row each, under their names in A1111's extension (sd-webui-controlnet); `grey` and `softedge_filter` are our own. Those
 * that are nets are in `by-nets.ts`.
 */
import { keysOf } from '../../objects';
import type { Pixels } from '../pixels';
import { netHintNames, netHints, type NetHintName } from './by-nets';
import { canny } from './canny';
import { colourGrid, downsampled } from './coarse';
import { gaussianBlur } from './gauss';
import { lineArt, scribble, softEdges } from './lines';
import { greyOf } from './planes';
import type { HintNumber, Preprocessor } from './preprocessor';
import { shuffled } from './shuffle';
import { grey, intensity, luminance, negative, threshold, withHole } from './tones';

/** A preprocessor that computes its hints here. */
export interface HintMaker extends Preprocessor {
  /**
   * @param picture opaque; for a maker that is `scaled`, already at the resolution.
   * @param numbers those that it does not take are ignored.
   * @param mask a number for each pixel, above 127 where it is to be inpainted; for a maker that is `masked`.
   */
  make(picture: Pixels, numbers: { readonly a: number; readonly b: number }, mask?: Uint8Array): Pixels;
}

const gamma: HintNumber = { name: 'a', of: 'gamma', min: 0.1, max: 2, step: 0.001, initial: 1 };

const makers = {
  none: {
    numbers: [],
    scaled: false,
    nets: [],
    make: (picture) => picture,
  },
  canny: {
    numbers: [
      { name: 'a', of: 'low', min: 1, max: 255, step: 1, initial: 100 },
      { name: 'b', of: 'high', min: 1, max: 255, step: 1, initial: 200 },
    ],
    scaled: true,
    nets: ['canny', 'edge'],
    make: (picture, { a, b }) => greyOf(canny(picture, a, b), picture),
  },
  scribble_xdog: {
    numbers: [{ name: 'a', of: 'threshold', min: 1, max: 64, step: 1, initial: 32 }],
    scaled: true,
    nets: ['scribble', 'sketch'],
    make: (picture, { a }) => scribble(picture, a),
  },
  softedge_filter: {
    numbers: [{ name: 'a', of: 'softness', min: 0.5, max: 6, step: 0.1, initial: 1.5 }],
    scaled: true,
    nets: ['softedge', 'soft-edge', 'soft_edge', '-hed', '_hed', 'pidi'],
    make: (picture, { a }) => softEdges(picture, a),
  },
  lineart_standard: {
    module: 'lineart_standard (from white bg & black line)',
    numbers: [],
    scaled: true,
    nets: ['lineart', 'line-art', 'line_art'],
    make: lineArt,
  },
  invert: {
    module: 'invert (from white bg & black line)',
    numbers: [],
    scaled: false,
    nets: ['canny', 'lineart', 'scribble', 'sketch', 'mlsd'],
    make: negative,
  },
  threshold: {
    numbers: [{ name: 'a', of: 'threshold', min: 0, max: 255, step: 1, initial: 127 }],
    scaled: true,
    nets: ['qrcode', 'qr_code', 'brightness'],
    make: (picture, { a }) => threshold(picture, a),
  },
  grey: {
    numbers: [],
    scaled: false,
    nets: ['grey', 'gray'],
    make: grey,
  },
  recolor_luminance: {
    numbers: [gamma],
    scaled: false,
    nets: ['recolor', 'recolour'],
    make: (picture, { a }) => luminance(picture, a),
  },
  recolor_intensity: {
    numbers: [gamma],
    scaled: false,
    nets: ['recolor', 'recolour'],
    make: (picture, { a }) => intensity(picture, a),
  },
  t2ia_color_grid: {
    also: 'color',
    numbers: [],
    scaled: true,
    nets: ['color', 'colour'],
    make: colourGrid,
  },
  tile_resample: {
    numbers: [{ name: 'a', of: 'smaller', min: 1, max: 8, step: 0.01, initial: 1 }],
    scaled: false,
    nets: ['tile'],
    make: (picture, { a }) => downsampled(picture, a),
  },
  blur_gaussian: {
    numbers: [{ name: 'a', of: 'sigma', min: 0.01, max: 64, step: 0.01, initial: 9 }],
    scaled: true,
    nets: ['blur', 'tile'],
    make: (picture, { a }) => gaussianBlur(picture, a),
  },
  shuffle: {
    // A1111's has no seed and differs each time; it ignores this number.
    numbers: [{ name: 'a', of: 'seed', min: 0, max: 1000, step: 1, initial: 0 }],
    scaled: true,
    nets: ['shuffle'],
    make: (picture, { a }) => shuffled(picture, a),
  },
  inpaint_only: {
    numbers: [],
    scaled: false,
    masked: true,
    nets: ['inpaint'],
    make: (picture, _numbers, mask) => (mask ? withHole(picture, mask) : picture),
  },
  inpaint_global_harmonious: {
    also: 'inpaint',
    numbers: [],
    scaled: false,
    masked: true,
    nets: ['inpaint'],
    make: (picture, _numbers, mask) => (mask ? withHole(picture, mask) : picture),
  },
} as const satisfies Readonly<Record<string, HintMaker>>;

export type HintName = keyof typeof makers;

/** In the order in which they are offered. */
export const hintMakers: Readonly<Record<HintName, HintMaker>> = makers;

export const hintNames: readonly HintName[] = keysOf<HintName>(makers);

export { isNetHint, netHintNames, netHintOf, type NetHintName } from './by-nets';

/** Any preprocessor, whether it is a net or not. */
export type PreprocessorName = HintName | NetHintName;

/** All that can make a hint, by the names under which they are chosen. */
export const preprocessors: Readonly<Record<PreprocessorName, Preprocessor>> = { ...makers, ...netHints };

const preprocessorNames: readonly PreprocessorName[] = [...hintNames, ...netHintNames];

/** A preprocessor's name in infotext. */
export const moduleOf = (name: PreprocessorName): string => preprocessors[name].module ?? name;

/** The preprocessor with this name in infotext. */
export const makerNamed = (module: string): PreprocessorName | undefined =>
  preprocessorNames.find((name) => [name, moduleOf(name), preprocessors[name].also].includes(module));

/**
 * The preprocessor whose hints a net usually reads, by its file's name (or a union net's kind of hint): the longest of the words
 * in it decides ("softedge" rather than "edge"); of rows with the same word, the first.
 * @param byNets those whose nets are at hand: they come first.
 */
export function usualMaker(net: string, byNets: readonly NetHintName[] = []): PreprocessorName {
  const small = net.toLowerCase();
  let [usual, longest]: [PreprocessorName, number] = ['none', 0];
  for (const name of [...byNets, ...hintNames]) {
    for (const word of preprocessors[name].nets) {
      if (word.length > longest && small.includes(word)) [usual, longest] = [name, word.length];
    }
  }
  return usual;
}
