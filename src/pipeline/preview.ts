/** Pictures of unfinished latents, cheap enough to show after every step. */
import type { LatentSize } from './checkpoint';
import type { Pixels } from './job';

/** RGB in −1…1 as a linear function of one latent: a row of weights and an offset a colour. */
export type Projection = readonly (readonly number[])[];

/**
 * For Stable Diffusion 1.x, found by regression over many pictures:
 * https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204
 */
export const stableDiffusion1: Projection = [
  [0.298, 0.187, -0.158, -0.184, 0],
  [0.207, 0.286, 0.189, -0.271, 0],
  [0.208, 0.173, 0.264, -0.473, 0],
];

/** Latents [channels, h, w] → one pixel a latent. */
export function project(latents: Float32Array, { h, w }: LatentSize, projection: Projection): Pixels {
  const area = h * w;
  const channels = latents.length / area;
  const rgba = new Uint8ClampedArray(area * 4);
  for (let i = 0; i < area; i++) {
    for (const [c, weights] of projection.entries()) {
      let value = weights[channels]!; // the offset stands behind the channels
      for (let k = 0; k < channels; k++) value += weights[k]! * latents[k * area + i]!;
      rgba[4 * i + c] = (value / 2 + 0.5) * 255;
    }
    rgba[4 * i + 3] = 255;
  }
  return { width: w, height: h, rgba };
}

/**
 * The projection that fits best what the VAE made of these latents: least squares over all of them. Every
 * checkpoint's VAE has its own, so previews are in its true colours from its second picture on.
 * @param image what the VAE decoded them to, [3, factor·h, factor·w] in −1…1.
 */
export function fitProjection(
  latents: Float32Array,
  image: Float32Array,
  { h, w }: LatentSize,
  factor: number,
): Projection {
  const area = h * w;
  const channels = latents.length / area;
  const n = channels + 1;
  const normal = Array.from({ length: n }, () => new Float64Array(n + 3)); // [AᵀA | Aᵀb for each colour]
  for (let i = 0; i < area; i++) {
    const row = [...Array.from({ length: channels }, (_, k) => latents[k * area + i]!), 1];
    const colour = [0, 1, 2].map((c) => meanOfBlock(image, c, i, { h, w }, factor));
    for (let a = 0; a < n; a++) {
      for (const [b, x] of [...row, ...colour].entries()) normal[a]![b]! += row[a]! * x;
    }
  }
  for (let a = 0; a < n; a++) normal[a]![a]! += 1e-3 * area; // a flat picture leaves directions undetermined
  solve(normal);
  return [0, 1, 2].map((c) => normal.map((row) => row[n + c]!));
}

/** Mean of one colour over the pixels that latent i covers. */
function meanOfBlock(
  image: Float32Array,
  colour: number,
  i: number,
  { h, w }: LatentSize,
  factor: number,
): number {
  const width = w * factor;
  const from = colour * h * factor * width + Math.floor(i / w) * factor * width + (i % w) * factor;
  let sum = 0;
  for (let y = 0; y < factor; y++) for (let x = 0; x < factor; x++) sum += image[from + y * width + x]!;
  return sum / factor ** 2;
}

/** Gauss–Jordan elimination in place; the matrix is symmetric positive definite and needs no pivoting. */
function solve(rows: Float64Array[]): void {
  for (const [a, row] of rows.entries()) {
    const pivot = row[a]!;
    for (let b = 0; b < row.length; b++) row[b]! /= pivot;
    for (const other of rows) {
      if (other === row) continue;
      const times = other[a]!;
      for (let b = 0; b < row.length; b++) other[b]! -= times * row[b]!;
    }
  }
}
