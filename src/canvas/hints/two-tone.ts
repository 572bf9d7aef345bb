/** Pictures in black and white only, such as edges: recognised, and kept so when they are scaled. */
import type { Size } from '../crop';
import type { Pixels } from '../pixels';
import { greyOf } from './planes';

/** Which pixels are white: 1, the others 0. */
export interface TwoTone extends Size {
  readonly white: Uint8Array;
}

/** How many colours a picture has, counted no further than `most`. */
export function colourCount({ rgba }: Pixels, most: number): number {
  const colours = new Set<number>();
  for (let i = 0; i < rgba.length && colours.size < most; i += 4) {
    colours.add((rgba[i]! << 16) | (rgba[i + 1]! << 8) | rgba[i + 2]!);
  }
  return colours.size;
}

/** The tones of a picture that has only (nearly) black and (nearly) white pixels, and some of each; null for any other. */
export function twoTone(picture: Pixels): TwoTone | null {
  const { rgba, width, height } = picture;
  if (colourCount(picture, 3) !== 2) return null;
  const white = new Uint8Array(width * height);
  for (let i = 0; i < white.length; i++) {
    const value = rgba[4 * i]!;
    const isGrey = rgba[4 * i + 1] === value && rgba[4 * i + 2] === value;
    if (!isGrey || (value >= 16 && value <= 240)) return null;
    white[i] = value > 240 ? 1 : 0;
  }
  return white.includes(1) && white.includes(0) ? { width, height, white } : null;
}

/** Makes a scaled picture black and white again, at Otsu's threshold (1979). */
export function parted({ width, height, rgba }: Pixels): TwoTone {
  const counts = new Float64Array(256);
  for (let i = 0; i < rgba.length; i += 4) counts[rgba[i]!]!++;
  const limit = otsu(counts);
  const white = Uint8Array.from({ length: width * height }, (_, i) => (rgba[4 * i]! > limit ? 1 : 0));
  return { width, height, white };
}

export const pictureOfTones = (tones: TwoTone): Pixels =>
  greyOf(
    tones.white.map((v) => 255 * v),
    tones,
  );

/** Otsu's threshold: the two classes, up to this grey and above it, differ most from each other, and least within themselves. */
function otsu(counts: Float64Array): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const mass = counts.reduce((sum, n, value) => sum + n * value, 0);
  let [best, limit, below, massBelow] = [-1, 0, 0, 0];
  for (const [value, n] of counts.entries()) {
    below += n;
    massBelow += n * value;
    if (below === 0 || below === total) continue;
    const apart = massBelow / below - (mass - massBelow) / (total - below);
    const between = below * (total - below) * apart * apart;
    if (between > best) [best, limit] = [between, value];
  }
  return limit;
}

/** Whether most white pixels are in lines so thin that no square of 3 × 3 pixels fits into them. */
export function hasHairlines({ width, white }: TwoTone): boolean {
  // Erosion, then dilation: the centres of such squares, then all of their pixels.
  const cores = inSquares(white, width, (own, other) => own & other);
  const wide = inSquares(cores, width, (own, other) => own | other);
  let [all, thin] = [0, 0];
  for (let i = 0; i < white.length; i++) {
    all += white[i]!;
    if (white[i] === 1 && wide[i] === 0) thin++;
  }
  return 2 * thin > all;
}

/** Combines each pixel with its neighbours in a square of 3 × 3, as far as they exist. */
function inSquares(
  values: Uint8Array,
  width: number,
  both: (own: number, other: number) => number,
): Uint8Array {
  const across = values.slice();
  for (let i = 0; i < values.length; i++) {
    const x = i % width;
    if (x > 0) across[i] = both(across[i]!, values[i - 1]!);
    if (x + 1 < width) across[i] = both(across[i]!, values[i + 1]!);
  }
  const out = across.slice();
  for (let i = 0; i < values.length; i++) {
    if (i >= width) out[i] = both(out[i]!, across[i - width]!);
    if (i + width < values.length) out[i] = both(out[i]!, across[i + width]!);
  }
  return out;
}

/** Thins lines to one pixel: Zhang and Suen (1984), "A fast parallel algorithm for thinning digital patterns". */
export function thinned({ width, height, white }: TwoTone): TwoTone {
  // With a frame of black, so that every pixel has eight neighbours.
  const stride = width + 2;
  const framed = new Uint8Array(stride * (height + 2));
  for (let y = 0; y < height; y++) {
    framed.set(white.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  }
  // Clockwise from the one above.
  const ring = [-stride, -stride + 1, 1, stride + 1, stride, stride - 1, -1, -stride - 1];
  let left = Array.from(framed.keys()).filter((at) => framed[at] === 1);
  for (let before = -1; before !== left.length;) {
    before = left.length;
    for (const turn of [0, 1]) {
      const gone = left.filter((at) => canGo(framed, at, ring, turn));
      for (const at of gone) framed[at] = 0;
      left = left.filter((at) => framed[at] === 1);
    }
  }
  const thin = new Uint8Array(white.length);
  for (const at of left) thin[(Math.floor(at / stride) - 1) * width + (at % stride) - 1] = 1;
  return { width, height, white: thin };
}

/** Whether a white pixel is on the rim (first below and right, then above and left) and can go without breaking a line. */
function canGo(framed: Uint8Array, at: number, ring: readonly number[], turn: number): boolean {
  let [count, rises] = [0, 0];
  for (let i = 0; i < 8; i++) {
    const own = framed[at + ring[i]!]!;
    count += own;
    if (own === 0 && framed[at + ring[(i + 1) % 8]!] === 1) rises++;
  }
  if (count < 2 || count > 6 || rises !== 1) return false;
  const [up, right, down, leftward] = [ring[0]!, ring[2]!, ring[4]!, ring[6]!].map(
    (by) => framed[at + by] === 1,
  );
  return turn === 0
    ? !(up && right && down) && !(right && down && leftward)
    : !(up && right && leftward) && !(up && down && leftward);
}
