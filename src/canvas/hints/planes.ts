/** Pictures as planes of numbers, for filters that work on one colour at a time. */
import type { Size } from '../crop';
import type { Pixels } from '../pixels';
import { resample, type Kernel } from '../resample';

/** Red, green and blue, one after the other: [3, height, width], each number from 0 to 255. */
export function planesOf({ width, height, rgba }: Pixels): Float32Array<ArrayBuffer> {
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) planes[c * area + i] = rgba[4 * i + c]!;
  }
  return planes;
}

/** An opaque picture of such planes, rounded as OpenCV rounds: to the nearest, halves to the even one. */
export function pictureOf(planes: Float32Array, { width, height }: Size): Pixels {
  const area = width * height;
  const rgba = new Uint8ClampedArray(4 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = planes[c * area + i]!;
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}

/** An opaque grey picture: one number for each pixel, in the order of rows. */
export function greyOf(values: ArrayLike<number>, { width, height }: Size): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    rgba[4 * i] = rgba[4 * i + 1] = rgba[4 * i + 2] = values[i]!;
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}

/** The colours of a picture at another size, all opaque. */
export function scaled(picture: Pixels, { width, height }: Size, kernel: Kernel): Pixels {
  const from = { h: picture.height, w: picture.width };
  return pictureOf(resample(planesOf(picture), from, { h: height, w: width }, kernel), { width, height });
}
