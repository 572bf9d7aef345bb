/** From a UNet that predicts noise to the denoiser a sampler asks. */
import type { Model } from '../nets/model';
import { timestepEmbedding } from '../nets/unet';
import type { Value } from '../runtime/session';
import { denoisedFromEps, denoisedFromV, toVp, type Latent } from '../sampling/latent';
import type { Denoise } from '../sampling/samplers';

/** Runs the UNet on the batch: `latents`, `timestep` and `context` in, prediction out. */
export type RunUNet = (
  values: Readonly<Record<'latents' | 'timestep' | 'context', Value>>,
) => Promise<Float32Array>;

/**
 * Classifier-free guidance (Ho & Salimans, 2022, https://arxiv.org/abs/2207.12598): the prediction for the prompt,
 * pushed away from the one for the negative prompt. Both come from one run with batch 2.
 *
 * @param context text encodings [batch, length, width]: negative, then prompt; the prompt alone for no guidance.
 */
export function guided(
  run: RunUNet,
  model: Model,
  context: Value,
  guidance: number,
  size: { readonly h: number; readonly w: number },
): Denoise {
  const batch = context.shape[0]!;
  const denoised = model.prediction === 'v' ? denoisedFromV : denoisedFromEps;
  return async (x, { sigma, t }) => {
    const prediction = await run({
      latents: {
        data: repeated(toVp(x, sigma), batch),
        shape: [batch, model.vae.latentChannels, size.h, size.w],
      },
      timestep: {
        data: repeated(timestepEmbedding(t, model.unet.modelChannels), batch),
        shape: [batch, model.unet.modelChannels],
      },
      context,
    });
    return denoised(x, batch === 1 ? Float32Array.from(prediction) : guide(prediction, guidance), sigma);
  };
}

/** [negative, prompt] → negative + guidance · (prompt − negative) */
function guide(predictions: Float32Array, guidance: number): Latent {
  const half = predictions.length / 2;
  return Float32Array.from({ length: half }, (_, i) => {
    const negative = predictions[i]!;
    return negative + guidance * (predictions[half + i]! - negative);
  });
}

function repeated(x: Float32Array, times: number): Float32Array {
  const all = new Float32Array(x.length * times);
  for (let i = 0; i < times; i++) all.set(x, i * x.length);
  return all;
}
