/** Where a run begins: pure noise, or a picture on its way towards noise. */
import { mix, scaled, type Latent } from '../sampling/latent';
import type { Plan } from '../sampling/sampler';
import { toDenoiser, type LatentScale } from './latent-scale';

/** x at the first sigma of a plan. */
export interface Start {
  readonly x: Latent;
  readonly plan: Plan;
}

/** Text to image: noise alone. */
export function fromNoise(plan: Plan, noise: Latent): Start {
  return { x: scaled(plan.scale, noise), plan };
}

/**
 * Image to image (SDEdit, Meng et al., 2022, https://arxiv.org/abs/2108.01073): a picture's latents with the noise of a
 * later step, from where the sampler goes on.
 * @param latents scaled, [channels, h, w].
 */
export function fromLatents(latents: Latent, plan: Plan, noise: Latent): Start {
  return { x: mix(plan.latentScale, latents, plan.scale, noise), plan };
}

/**
 * A sample of what the VAE takes a picture for (Kingma & Welling, 2014), scaled for the UNet.
 * @param moments mean, then log-variance.
 */
export function sampleLatents(moments: Float32Array, scale: LatentScale, noise: Latent): Latent {
  const drawn = noise.map((n, i) => {
    const logVariance = Math.min(Math.max(moments[noise.length + i]!, -30), 20); // diffusers' clamp
    return moments[i]! + Math.exp(logVariance / 2) * n;
  });
  return toDenoiser(drawn, scale);
}

/** The most likely of what the VAE takes a picture for, scaled for the UNet. */
export function meanLatents(moments: Float32Array, scale: LatentScale): Latent {
  return toDenoiser(Float32Array.from(moments.subarray(0, moments.length / 2)), scale);
}
