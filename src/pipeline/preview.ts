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
