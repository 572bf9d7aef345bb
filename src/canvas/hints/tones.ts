/** Hints that are made pixel by pixel. */
import type { Pixels } from '../pixels';
import { greyOf } from './planes';

type Tone = (r: number, g: number, b: number) => number;

/** Black lines on white become white lines on black, which is how nets were taught. */
export function negative({ width, height, rgba }: Pixels): Pixels {
  return { width, height, rgba: rgba.map((v, i) => (i % 4 === 3 ? v : 255 - v)) };
}

/** Grey as ITU-R BT.601 weighs colours, like cv2.cvtColor. */
export const grey = (picture: Pixels): Pixels =>
  toned(picture, (r, g, b) => 0.299 * r + 0.587 * g + 0.114 * b);

/** White where all three colours are above the threshold. */
export const threshold = (picture: Pixels, above: number): Pixels =>
  toned(picture, (r, g, b) => (Math.min(r, g, b) > above ? 255 : 0));

/** How bright each pixel is: the strongest of its colours, which is V of HSV. */
export const intensity = (picture: Pixels, gamma: number): Pixels =>
  toned(picture, (r, g, b) => brightened(Math.max(r, g, b), gamma));

/**
 * How light each pixel looks: L of CIE L*a*b* in the whole numbers that OpenCV computes it in. A1111's extension takes red
 * for blue here (what is RGB it calls BGR), and so do we: a net is shown the same.
 */
export function luminance(picture: Pixels, gamma: number): Pixels {
  return toned(picture, (r, g, b) => {
    const y = (871 * linear[b]! + 2929 * linear[g]! + 296 * linear[r]! + 2048) >> 12;
    return brightened((296 * root[y]! - 1336934 + (1 << 14)) >> 15, gamma);
  });
}

/** Bytes of sRGB as light, in 2040 parts. */
const linear = Uint16Array.from({ length: 256 }, (_, byte) => {
  const v = byte / 255;
  return Math.round(2040 * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
});

/** Light in 2040 parts as CIE's cube root, in 2^15 parts. */
const root = Uint16Array.from({ length: 2041 }, (_, parts) => {
  const y = parts / 2040;
  return Math.round(2 ** 15 * (y < 0.008856 ? 7.787 * y + 16 / 116 : Math.cbrt(y)));
});

/** Cut to a whole number as numpy does, from a hair above it: 255 × (v / 255) may fall below v. */
const brightened = (v: number, gamma: number): number => Math.floor(255 * (v / 255) ** gamma + 1e-3);

/** Clear where the mask is more than half: what a net for inpainting is to make up. */
export function withHole(picture: Pixels, mask: Uint8Array): Pixels {
  const rgba = picture.rgba.slice();
  for (let i = 0; i < mask.length; i++) rgba[4 * i + 3] = mask[i]! > 127 ? 0 : 255;
  return { width: picture.width, height: picture.height, rgba };
}

function toned(picture: Pixels, tone: Tone): Pixels {
  const { rgba } = picture;
  const values = new Float32Array(picture.width * picture.height);
  for (let i = 0; i < values.length; i++) values[i] = tone(rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!);
  return greyOf(values, picture);
}
