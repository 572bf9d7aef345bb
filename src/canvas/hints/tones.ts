/** Hints that are made pixel by pixel. */
import type { Pixels } from '../pixels';
import { greyOf } from './planes';

type Tone = (r: number, g: number, b: number) => number;

/** Black lines on white become white lines on black, as the nets were trained on. */
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
 * Lightness: L of CIE L*a*b*, in OpenCV's integers. A1111's extension swaps red and blue here (it calls RGB BGR), and so do we:
 * the net gets the same hint.
 */
export function luminance(picture: Pixels, gamma: number): Pixels {
  return toned(picture, (r, g, b) => {
    const y = (871 * linear[b]! + 2929 * linear[g]! + 296 * linear[r]! + 2048) >> 12;
    return brightened((296 * root[y]! - 1336934 + (1 << 14)) >> 15, gamma);
  });
}

/** Linear light of bytes in sRGB, in 2040 parts. */
const linear = Uint16Array.from({ length: 256 }, (_, byte) => {
  const v = byte / 255;
  return Math.round(2040 * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
});

/** CIE's cube root of light in 2040 parts, in 2^15 parts. */
const root = Uint16Array.from({ length: 2041 }, (_, parts) => {
  const y = parts / 2040;
  return Math.round(2 ** 15 * (y < 0.008856 ? 7.787 * y + 16 / 116 : Math.cbrt(y)));
});

/** Truncated as numpy does, but with a little added: 255 × (v / 255) may fall below v. */
const brightened = (v: number, gamma: number): number => Math.floor(255 * (v / 255) ** gamma + 1e-3);

/** The picture, clear where the mask is above half, for an inpainting net to fill. */
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
