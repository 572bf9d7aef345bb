/**
 * A picture as CLIP sees it: the middle square, normalised as in CLIP's training.
 * https://github.com/openai/CLIP/blob/main/clip/clip.py
 */
import { flattened, type Pixels } from './pixels';
import { resample, type Extent } from './resample';

/** Mean and deviation of CLIP's training pictures, in 0…1, for red, green and blue. */
const MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const DEVIATION = [0.26862954, 0.26130258, 0.27577711] as const;

/** A picture's middle [3, side, side], normalised. Transparent parts count as white. */
export function clipView(picture: Pixels, side: number): Float32Array<ArrayBuffer> {
  const bytes = clipSquare(picture, side);
  const plane = side * side;
  return bytes.map((byte, i) => {
    const c = Math.floor(i / plane);
    return (byte / 255 - MEAN[c]!) / DEVIATION[c]!; // three planes
  });
}

/**
 * The same before normalisation: [3, side, side], 0…255, scaled as Pillow does with its bicubic filter, the shorter side to
 * `side` pixels.
 */
export function clipSquare(picture: Pixels, side: number): Float32Array<ArrayBuffer> {
  const { width, height, rgba } = flattened(picture);
  const planes = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) planes[c * width * height + i] = rgba[4 * i + c]!; // four bytes a pixel
  const from = { h: height, w: width };
  const short = Math.min(width, height);
  const to = {
    h: Math.floor((side * height) / short),
    w: Math.floor((side * width) / short),
  };
  return middle(resample(planes, from, to, 'bicubic antialiased', { bytes: true }), to, side);
}

function middle(planes: Float32Array, { h, w }: Extent, side: number): Float32Array<ArrayBuffer> {
  const [top, left] = [(h - side) >> 1, (w - side) >> 1];
  const out = new Float32Array(3 * side * side);
  for (let row = 0; row < 3 * side; row++) {
    const [c, y] = [Math.floor(row / side), row % side];
    const at = c * h * w + (top + y) * w + left;
    out.set(planes.subarray(at, at + side), row * side);
  }
  return out;
}
