/** Where a run begins: pure noise, or a picture on its way towards noise. */
import { DrobeError } from '../errors';
import { mix, scaled, type Latent } from '../sampling/latent';
import type { Plan } from '../sampling/schedules';

/** x at the first sigma of a plan. */
export interface Start {
  readonly x: Latent;
  readonly plan: Plan;
}

/** Text to image: noise alone. */
export function fromNoise(plan: Plan, noise: () => Latent): Start {
  return { x: scaled(plan.scale, noise()), plan };
}

/**
 * Image to image (SDEdit, Meng et al., 2022, https://arxiv.org/abs/2108.01073): the picture's latents with the noise of
 * a later step, from where the sampler goes on. As in diffusers the last ⌊steps · strength⌋ steps are made.
 * @param latents scaled, [channels, h, w].
 */
export function fromLatents(latents: Latent, strength: number, plan: Plan, noise: () => Latent): Start {
  const count = Math.min(Math.floor(plan.points.length * strength), plan.points.length);
  const points = plan.points.slice(plan.points.length - count);
  const [first] = points;
  if (!first) {
    const reason = `denoising strength ${strength} leaves none of ${plan.points.length} steps`;
    throw new DrobeError('bad-request', { reason });
  }
  return { x: mix(1, latents, first.sigma, noise()), plan: { ...plan, points } };
}

/**
 * A sample of what the VAE takes a picture for (Kingma & Welling, 2014), scaled for the UNet.
 * @param moments mean, then log-variance.
 */
export function sampleLatents(moments: Float32Array, scale: number, noise: Latent): Latent {
  return noise.map((n, i) => {
    const logVariance = Math.min(Math.max(moments[noise.length + i]!, -30), 20); // diffusers' clamp
    return scale * (moments[i]! + Math.exp(logVariance / 2) * n);
  });
}
