/** Keeping what a mask does not show: for any UNet while it samples, and told to one that was trained for it. */
import { signalAt } from '../sampling/flow';
import type { Latent } from '../sampling/latent';
import { stepAt } from '../sampling/plan';
import type { Denoise, Plan } from '../sampling/sampler';
import type { Source } from './job';
import { fromPixels } from './pixels';
import type { LatentSize } from './size';

export type Inpaint = Extract<Source, { kind: 'inpaint' }>;

/** What is kept of a picture while the rest of it is drawn. */
export interface Kept {
  /** The picture's latents, scaled. */
  readonly latents: Latent;
  /** The noise that lies over them, as much of it as each step has. */
  readonly noise: Latent;
  /** Share of the run, 0 to 1, in which each latent [h, w] is drawn: 0 keeps it, 1 draws it from the first step on. */
  readonly drawn: Float32Array;
  /** The run starts from noise alone, in what is kept too. */
  readonly fromNoise: boolean;
}

const WHITE = 128;

/** A mask's share of each latent [h, w], 0 to 1. Soft: as much as its most painted pixel, so that no stroke is lost. */
export function latentMask({ mask, soft, pixels }: Inpaint, { h, w }: LatentSize): Float32Array {
  const factor = pixels.width / w;
  const out = new Float32Array(h * w);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const first = y * factor * pixels.width + x * factor;
      out[y * w + x] = soft ? most(mask, first, pixels.width, factor) / 255 : Number(mask[first]! >= WHITE);
    }
  }
  return out;
}

function most(mask: Uint8Array, first: number, width: number, factor: number): number {
  let highest = 0;
  for (let row = 0; row < factor; row++) {
    const at = first + row * width;
    highest = Math.max(highest, ...mask.subarray(at, at + factor));
  }
  return highest;
}

/**
 * Inpainting with a UNet that knows no masks: in every step what is kept is the picture with that step's noise (Avrahami
 * et al., 2022, "Blended Latent Diffusion", https://arxiv.org/abs/2206.02779), and a grey part is kept until its share
 * of the steps is left (Levin and Fried, 2023, "Differential Diffusion", https://arxiv.org/abs/2306.00950).
 */
export function masked(denoise: Denoise, kept: Kept, plan: Plan): Denoise {
  const { latents, noise, fromNoise } = kept;
  /** The last x and what was shown of it: asked about the same again, the denoiser shall know that it is. */
  let last: { readonly x: Latent; readonly sigma: number; readonly seen: Latent } | null = null;
  return async (x, sigma, which) => {
    const i = stepAt(plan, sigma);
    const isKept = keptAt(i / plan.points.length, kept);
    if (last?.x !== x || last.sigma !== sigma) {
      const untouched = fromNoise && sigma === plan.points[0]?.sigma;
      const signal = plan.share ? signalAt(sigma, plan.share) : 1;
      const noisy = (k: number): number => signal * latents[k]! + sigma * noise[k]!;
      const seen = untouched ? x : x.map((v, k) => (isKept(k) ? noisy(k) : v));
      last = { x, sigma, seen };
    }
    const denoised = await denoise(last.seen, sigma, which);
    return denoised.map((v, k) => (isKept(k) ? latents[k]! : v));
  };
}

/** The finished latents with what was kept to the end as it was. */
export function restored(finished: Latent, kept: Kept): Latent {
  const isKept = keptAt(1, kept);
  return finished.map((v, k) => (isKept(k) ? kept.latents[k]! : v));
}

/** Whether a latent is still kept when this share of the steps is done. */
function keptAt(done: number, { drawn }: Kept): (k: number) => boolean {
  return (k) => {
    const share = drawn[k % drawn.length]!; // the same for every channel
    return share === 0 || 1 - share > done;
  };
}

/** The picture [3, height, width] in −1…1 with mid grey, 0, in place of what the mask shows. */
export function withoutMasked({ mask, pixels }: Inpaint): Float32Array<ArrayBuffer> {
  return fromPixels(pixels).map((v, i) => (mask[i % mask.length]! >= WHITE ? 0 : v));
}

/**
 * The channels that an inpainting UNet takes beside the latents: the mask, then what it may see of the picture.
 * https://github.com/runwayml/stable-diffusion
 * @param drawn [h, w], of which an inpainting UNet is told only yes or no.
 * @param seen latents of the picture without what is masked, scaled.
 */
export function inpaintPlanes(drawn: Float32Array, seen: Latent): Float32Array<ArrayBuffer> {
  const planes = new Float32Array(drawn.length + seen.length);
  planes.set(drawn.map((share) => Number(share >= 0.5)));
  planes.set(seen, drawn.length);
  return planes;
}

/** What the run starts from under the mask; for `fill` and `original` the picture given already shows it. */
export function contentOf(
  latents: Latent,
  { content }: Inpaint,
  drawn: Float32Array,
  noise: () => Latent,
): Latent {
  if (content !== 'latent noise' && content !== 'latent nothing') return latents;
  const fresh = content === 'latent noise' ? noise() : new Float32Array(latents.length);
  return latents.map((v, k) => v + drawn[k % drawn.length]! * (fresh[k]! - v));
}
