/** The network of the sampler cases: a sine of what it is given, with a little of the timestep. */
import { asFlow, denoisedFromFlow } from '../../src/sampling/flow';
import { denoisedFromEps, denoisedFromV, toVp, type Latent } from '../../src/sampling/latent';
import type { Denoise, Plan } from '../../src/sampling/sampler';

export interface Asked {
  readonly x: Latent;
  readonly sigma: number;
  readonly t: number;
  /** What the network was given. */
  readonly input: Latent;
}

const predictions: Readonly<
  Record<string, (x: Latent, out: Latent, sigma: number, readBy: number) => Latent>
> = {
  epsilon: denoisedFromEps,
  v_prediction: denoisedFromV,
  sample: (_, out) => out,
};

/**
 * @param guidance of cond over uncond, at each sigma; null asks for cond alone.
 * @returns what samplers ask, and the list of what was asked so far.
 */
export function toyDenoiser(
  k: number,
  prediction: string,
  guidance: ((sigma: number) => number) | null,
  { timestep, readBy = (sigma) => sigma, share }: Pick<Plan, 'timestep' | 'readBy' | 'share'>,
): { denoise: Denoise; asked: Asked[] } {
  const asked: Asked[] = [];
  const denoised: (x: Latent, out: Latent, sigma: number, readBy: number) => Latent = share
    ? (x, out, sigma) => denoisedFromFlow(asFlow(x, sigma, share), out, share(sigma))
    : predictions[prediction]!;
  const denoise: Denoise = (x, sigma, which) => {
    const t = timestep(sigma);
    const input = share ? asFlow(x, sigma, share) : toVp(x, sigma);
    const cond = input.map((v) => Math.sin(k * v) + (0.1 * t) / 1000);
    const uncond = input.map((v) => 0.7 * Math.sin(k * v + 0.5) + (0.05 * t) / 1000);
    if (which === 'negative') return Promise.resolve(denoised(x, uncond, sigma, readBy(sigma)));
    const scale = guidance?.(sigma) ?? 1;
    asked.push({ x, sigma, t, input });
    const out = scale === 1 ? cond : uncond.map((u, i) => u + scale * (cond[i]! - u));
    return Promise.resolve(denoised(x, out, sigma, readBy(sigma)));
  };
  return { denoise, asked };
}
