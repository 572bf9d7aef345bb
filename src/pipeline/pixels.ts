/** Planar floats in −1…1, as the VAE gives them, and the bytes a screen shows. */
import type { Pixels } from './job';

/** [3, height, width] in −1…1 → opaque RGBA, rounded as diffusers rounds. */
export function toPixels(image: Float32Array, width: number, height: number): Pixels {
  const area = width * height;
  const rgba = new Uint8ClampedArray(area * 4);
  for (let i = 0; i < area; i++) {
    // The array clamps, and rounds halves to even as numpy does.
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = (image[c * area + i]! / 2 + 0.5) * 255;
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}

/** RGBA → [3, height, width] in −1…1, as diffusers prepares a picture. Alpha is not looked at. */
export function fromPixels({ width, height, rgba }: Pixels): Float32Array<ArrayBuffer> {
  const area = width * height;
  const image = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) image[c * area + i] = (rgba[4 * i + c]! / 255) * 2 - 1;
  }
  return image;
}
