/** Between the latents of a VAE and those that the denoiser works on. */
import type { Model } from '../nets/model';
import type { Latent } from '../sampling/latent';

/** How the one become the other: a factor, what is taken off before and, for few models, where each channel lies. */
export type LatentScale = Pick<Model['vae'], 'scale' | 'shift' | 'mean' | 'deviation'>;

/** Channels [c, h, w] of a VAE → of the denoiser. */
export function toDenoiser(latents: Latent, { scale, shift, mean, deviation }: LatentScale): Latent {
  if (!mean || !deviation) return latents.map((x) => (x - shift) * scale);
  const area = latents.length / mean.length;
  return latents.map((x, i) => {
    const channel = Math.floor(i / area);
    return ((x - mean[channel]!) * scale) / deviation[channel]!;
  });
}

/** And back. */
export function fromDenoiser(latents: Float32Array, { scale, shift, mean, deviation }: LatentScale): Latent {
  if (!mean || !deviation) return Float32Array.from(latents, (x) => x / scale + shift);
  const area = latents.length / mean.length;
  return Float32Array.from(latents, (x, i) => {
    const channel = Math.floor(i / area);
    return (x * deviation[channel]!) / scale + mean[channel]!;
  });
}

/** SDXL's factor, for which previews were made: of its latents that each lie elsewhere. */
const SDXL_SCALE = 0.13025;

/** The latents as those of other models that share the VAE are. */
export function asShared(latents: Latent, scale: LatentScale): Latent {
  return scale.mean ? toDenoiser(fromDenoiser(latents, scale), { scale: SDXL_SCALE, shift: 0 }) : latents;
}
