/** Gaussian blur of whole pictures, as OpenCV computes it: mirrored beyond their edges. */
import type { Size } from '../crop';
import type { Pixels } from '../pixels';
import { pictureOf, planesOf } from './planes';

/**
 * cv2.GaussianBlur(picture, (0, 0), sigma), to the bit: for bytes, OpenCV's weights are multiples of 1/256, so that grey stays
 * grey whatever the order of the sums.
 * @param sigma in pixels, above 0.
 */
export function gaussianBlur(picture: Pixels, sigma: number): Pixels {
  const kernel = inParts(gaussian(sigma, sizeOf(3 * sigma)), 256);
  const sums = convolved(planesOf(picture), picture, kernel);
  // Halves are rounded up, here and only here.
  return pictureOf(
    sums.map((sum) => Math.floor((sum + 32768) / 65536)),
    picture,
  );
}

/** The same without rounding, for planes [channels, height, width]. OpenCV's kernel is larger for these. */
export const smoothed = (planes: Float32Array, size: Size, sigma: number): Float32Array<ArrayBuffer> =>
  convolved(planes, size, gaussian(sigma, sizeOf(4 * sigma)));

/** The size of a kernel with this reach, in pixels: an odd number. */
const sizeOf = (reach: number): number => Math.round(2 * reach + 1) | 1;

function gaussian(sigma: number, size: number): Float64Array {
  const middle = (size - 1) / 2;
  const kernel = Float64Array.from({ length: size }, (_, i) =>
    Math.exp((-0.5 * (i - middle) ** 2) / sigma ** 2),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((weight) => weight / sum);
}

/** A kernel in whole parts. Each weight's rounding error is added to the next one, and the rest to the middle. */
function inParts(kernel: Float64Array, parts: number): Float64Array {
  const whole = new Float64Array(kernel.length);
  const middle = (kernel.length - 1) / 2;
  let [left, owed] = [parts, 0];
  for (let i = 0; i < middle; i++) {
    const exact = kernel[i]! * parts + owed;
    const weight = Math.round(exact);
    owed = exact - weight;
    whole[i] = whole[kernel.length - 1 - i] = weight;
    left -= 2 * weight;
  }
  whole[middle] = left;
  return whole;
}

/** Planes [channels, height, width], convolved across and down with one symmetric kernel. */
function convolved(
  planes: Float32Array,
  { width, height }: Size,
  kernel: Float64Array,
): Float32Array<ArrayBuffer> {
  const reach = (kernel.length - 1) / 2;
  // Both neighbours at a distance are taken at once, so the middle is taken twice, each time with half its weight.
  const taps = Array.from(kernel.subarray(reach), (weight, by) => ({
    weight: by === 0 ? weight / 2 : weight,
    by,
  })).filter(({ weight }) => weight !== 0);
  const area = width * height;
  const out = new Float32Array(planes.length);
  const across = new Float32Array(area);
  const line = new Float64Array(width);
  const wide = new Float32Array(width + 2 * reach);
  const mirror = Int32Array.from(wide, (_, i) => mirrored(i - reach, width));
  for (let plane = 0; plane < planes.length; plane += area) {
    for (let y = 0; y < height; y++) {
      for (let i = 0; i < wide.length; i++) wide[i] = planes[plane + y * width + mirror[i]!]!;
      line.fill(0);
      for (const { weight, by } of taps) {
        for (let x = 0; x < width; x++) {
          line[x] = line[x]! + weight * (wide[x + reach - by]! + wide[x + reach + by]!);
        }
      }
      across.set(line, y * width);
    }
    for (let y = 0; y < height; y++) {
      line.fill(0);
      for (const { weight, by } of taps) {
        const above = mirrored(y - by, height) * width;
        const below = mirrored(y + by, height) * width;
        for (let x = 0; x < width; x++)
          line[x] = line[x]! + weight * (across[above + x]! + across[below + x]!);
      }
      out.set(line, plane + y * width);
    }
  }
  return out;
}

/** The index that is seen at `at`, mirrored at both ends without repeating the last pixel. */
function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const inside = Math.abs(at) % period;
  return Math.min(inside, period - inside);
}
