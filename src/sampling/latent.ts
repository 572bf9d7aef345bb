/**
 * Latents, and what a network says about them. Everything stands in sigma space, as in k-diffusion:
 * x = x0 + sigma · noise. What diffusers calls latents is smaller by √(1 + sigma²): `toVp`.
 */
export type Latent = Float32Array<ArrayBuffer>;

/** a·x + b·y: the whole tensor library of the samplers. */
export function mix(a: number, x: Latent, b: number, y: Latent): Latent {
  return x.map((v, i) => a * v + b * y[i]!);
}

/** a·x. */
export function scaled(a: number, x: Latent): Latent {
  return x.map((v) => a * v);
}

/**
 * x at this sigma in its variance-preserving form, √ᾱ·x0 + √(1−ᾱ)·noise (Ho et al., 2020): what the UNet
 * takes as input and, at the plan's end, what diffusers calls the final latents.
 */
export function toVp(x: Latent, sigma: number): Latent {
  return scaled(1 / Math.sqrt(sigma * sigma + 1), x);
}

/**
 * x at this sigma as the input of a network trained on latents of this standard deviation: c_in of Karras et al. (2022), Table
 * 1. At 1 it is the variance-preserving form.
 */
export function networkInput(x: Latent, sigma: number, sigmaData: number): Latent {
  return scaled(1 / Math.hypot(sigma, sigmaData), x);
}

/**
 * The x0 of its answer: c_skip · x + c_out · answer, of the same table. A network trained to predict v answers with the
 * opposite sign.
 */
export function denoisedFromEdm(x: Latent, answer: Latent, sigma: number, sigmaData: number): Latent {
  const root = Math.hypot(sigma, sigmaData);
  return mix((sigmaData / root) ** 2, x, (sigma * sigmaData) / root, answer);
}

/** The x0 that a network predicting the noise stands for: x − sigma·eps (Ho et al., 2020). */
export function denoisedFromEps(x: Latent, eps: Latent, sigma: number): Latent {
  return mix(1, x, -sigma, eps);
}

/**
 * The x0 that a network predicting v = √ᾱ·noise − √(1−ᾱ)·x0 stands for (Salimans and Ho, 2022).
 * @param readBy the sigma that v is read at.
 */
export function denoisedFromV(x: Latent, v: Latent, sigma: number, readBy = sigma): Latent {
  const [root, readRoot] = [Math.hypot(sigma, 1), Math.hypot(readBy, 1)];
  return mix(1 - (sigma * readBy) / (root * readRoot), x, -sigma / readRoot, v);
}
