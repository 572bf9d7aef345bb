/** What a picture means as a mask. */
import type { Mask, Pixels } from './pixels';

/**
 * What of it is repainted: what is white in it, or bright in a picture that has colours or many greys; what is painted on
 * clear ground; or what is clear in it, a hole.
 */
export type Reading = 'white' | 'bright' | 'painted' | 'clear';

export interface MaskFile extends Mask {
  readonly reading: Reading;
}

/** Below this a pixel is as good as clear, and its colour says nothing. */
const VISIBLE = 64;
/** So much colours may differ and still be called one: scanners and JPEG blur them. */
const ALIKE = 32;
const DARK = 64;
const LIGHT = 191;

/**
 * Brightness counts, as everywhere in this field, white being repainted; but where something shows through and all that
 * can be seen is of one colour, or is a photo, it is the alpha that tells.
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
  // A dark sheet with a hole in it, or strokes on a clear one: the border tells. White says itself what it means.
  return isFramed && !isLight ? 'clear' : 'painted';
}

interface Looks {
  readonly isClear: boolean;
  /** All that can be seen is of one colour. */
  readonly isOne: boolean;
  readonly isLight: boolean;
  /** Nearly all that can be seen is nearly black or nearly white. */
  readonly isTwoTone: boolean;
  readonly hasColours: boolean;
  /** Most of its border can be seen. */
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
