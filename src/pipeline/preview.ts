/** Pictures of unfinished latents, cheap enough to show after every step. */
import type { Model } from '../nets/model';
import type { Latent } from '../sampling/latent';
import type { Checkpoint } from './checkpoint';
import type { Pixels } from './job';
import { asShared } from './latent-scale';
import type { Report } from './memory/slot';
import { toPixels } from './pixels';
import type { LatentSize } from './size';

/** RGB in −1…1 as a linear function of one latent: a row of weights and an offset a colour. */
export type Projection = readonly (readonly number[])[];

/**
 * Found by regression over many pictures:
 * https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204 for SD 1.x and 2.x,
 * https://github.com/comfyanonymous/ComfyUI/blob/master/comfy/latent_formats.py for SDXL and SD3.
 */
export const projections: Readonly<Record<Model['latents'], Projection>> = {
  sd: [
    [0.298, 0.187, -0.158, -0.184, 0],
    [0.207, 0.286, 0.189, -0.271, 0],
    [0.208, 0.173, 0.264, -0.473, 0],
  ],
  sdxl: [
    [0.3651, -0.2533, 0.1076, -0.3165, 0.1084],
    [0.4232, -0.0042, 0.1111, -0.2492, -0.0175],
    [0.4341, 0.1068, -0.0362, -0.2188, -0.0011],
  ],
  sd3: [
    [
      -0.0922, 0.0311, 0.1994, 0.0856, 0.0587, -0.0006, 0.0978, -0.0042, -0.0194, -0.0488, 0.0922, -0.0278,
      0.0332, -0.0069, -0.0596, -0.1448, 0.2394,
    ],
    [
      -0.0175, 0.0633, 0.0927, 0.0339, 0.0272, 0.1104, 0.0306, 0.1038, 0.002, 0.013, 0.0988, 0.0524, 0.0456,
      -0.003, -0.0465, -0.1463, 0.2135,
    ],
    [
      0.0749, 0.0954, 0.0458, 0.0902, -0.0496, 0.0309, 0.0427, 0.1358, 0.0669, -0.0268, 0.0951, -0.0542,
      0.0895, -0.081, -0.0293, -0.1189, 0.1925,
    ],
  ],
};

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
 * Steps from one preview of a miniature to the next. To decode one takes the CPU as long as several steps, and a GPU that is
 * imitated by it much longer.
 */
const PREVIEWED = { card: 1, cpu: 4, imitated: 10 } as const;

/**
 * What the picture would be if the sampler stopped here. A miniature's VAE is cheap enough to be used: after each step on a
 * graphics card, now and then without one. The latents of full-size models are projected to colours.
 * @param step counted from 0.
 * @returns null where there is none after this step.
 */
export async function preview(
  step: number,
  denoised: Latent,
  size: LatentSize,
  { checkpoint, report }: { readonly checkpoint: Checkpoint; readonly report: Report },
): Promise<Pixels | null> {
  const { miniature, vae, latents } = checkpoint.model;
  if (!miniature) {
    // Where nets do not fit together, the denoiser would have to make room for a TAESD.
    const sketch = checkpoint.resident ? await checkpoint.sketch(denoised, size, report) : null;
    return sketch
      ? toPixels(sketch, size.w * vae.factor, size.h * vae.factor)
      : project(asShared(denoised, vae), size, projections[latents]);
  }
  if (!checkpoint.resident || step % PREVIEWED[checkpoint.computedBy] !== 0) return null;
  return toPixels(await checkpoint.decode(denoised, size, report), size.w * vae.factor, size.h * vae.factor);
}
