/** Reads a picture as a mask. */
import type { Mask, Pixels } from './pixels';

/**
 * Which parts are masked: `white` ones, in a picture of two tones; `bright` ones, in one with colours or many greys; what
 * is `painted` on a transparent ground; or the transparent parts, a hole, `clear`.
 */
export type Reading = 'white' | 'bright' | 'painted' | 'clear';

/** A mask from a file, and how the file was read. */
export interface MaskFile extends Mask {
  readonly reading: Reading;
}

/** Pixels with less alpha count as transparent, and their colour is ignored. */
const VISIBLE = 64;
/** How much colours may differ and still count as one: scanners and JPEG blur them. */
const ALIKE = 32;
const DARK = 64;
const LIGHT = 191;

/**
 * White is masked, as everywhere in this field; but if the picture has transparency, and its visible part has one colour or
 * is a photo, alpha decides.
 */
export function maskIn({ width, height, rgba }: Pixels): MaskFile {
  const about = look({ width, height, rgba });
  const reading = readingOf(about);
  const alpha = Uint8Array.from({ length: width * height }, (_, i) => {
    const a = rgba[4 * i + 3]!; // four bytes a pixel
    if (reading === 'painted') return a;
    return reading === 'clear' ? 255 - a : Math.round((luma(rgba, i) * a) / 255);
  });
  return { width, height, alpha, reading };
}

function readingOf({ isClear, isOne, isLight, isTwoTone, hasColours, isFramed }: Looks): Reading {
  const byBrightness = isTwoTone && !hasColours ? 'white' : 'bright';
  if (!isClear) return byBrightness;
  if (!isOne) return byBrightness === 'white' ? 'white' : 'clear';
  // A dark sheet with a hole, or strokes on a transparent one: the border tells which. White stands for itself.
  return isFramed && !isLight ? 'clear' : 'painted';
}

interface Looks {
  readonly isClear: boolean;
  /** Whether all visible pixels have one colour. */
  readonly isOne: boolean;
  readonly isLight: boolean;
  /** Whether nearly all visible pixels are nearly black or nearly white. */
  readonly isTwoTone: boolean;
  readonly hasColours: boolean;
  /** Whether most of its border is visible. */
  readonly isFramed: boolean;
}

function look({ width, height, rgba }: Pixels): Looks {
  let [clear, seen, light, middle, coloured, border] = [0, 0, 0, 0, 0, 0];
  const [least, most] = [
    [255, 255, 255],
    [0, 0, 0],
  ];
  for (let i = 0; i < width * height; i++) {
    const a = rgba[4 * i + 3]!; // four bytes a pixel
    if (a < 255) clear++;
    if (a < VISIBLE) continue;
    seen++;
    const colour = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
    for (const [c, value] of colour.entries()) {
      least[c] = Math.min(least[c]!, value); // three of each
      most[c] = Math.max(most[c]!, value);
    }
    if (Math.max(...colour) - Math.min(...colour) > ALIKE) coloured++;
    const grey = luma(rgba, i);
    if (grey > LIGHT) light++;
    else if (grey >= DARK) middle++;
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) border++;
  }
  const around = 2 * (width + height) - 4;
  return {
    isClear: clear > 0,
    isOne: most.every((value, c) => value - least[c]! <= ALIKE),
    isLight: light > seen / 2,
    isTwoTone: middle <= seen / 10,
    hasColours: coloured > seen / 50,
    isFramed: border > around / 2,
  };
}

/** Rec. 601, as PIL makes a grey picture. */
const luma = (rgba: Uint8ClampedArray, i: number): number =>
  rgba[4 * i]! * 0.299 + rgba[4 * i + 1]! * 0.587 + rgba[4 * i + 2]! * 0.114;
