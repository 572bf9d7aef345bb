/** Between the two passes of "Hires. fix" (A1111): from a picture's latents to those of a larger one. */
import { enlargedSize } from '../canvas/crop';
import { resample, type Kernel } from '../canvas/resample';
import type { Latent } from '../sampling/latent';
import type { Checkpoint } from './checkpoint';
import type { Hires, Job, Upscaler } from './job';
import type { LatentSize } from './size';
import type { Report } from './slot';
import { meanLatents } from './start';

/** What each enlarges, and how. A1111's "Latent" is torch's bilinear. */
const ways: Readonly<Record<Upscaler, readonly ['latents' | 'picture', Kernel]>> = {
  Latent: ['latents', 'bilinear'],
  'Latent (antialiased)': ['latents', 'bilinear antialiased'],
  'Latent (bicubic)': ['latents', 'bicubic'],
  'Latent (bicubic antialiased)': ['latents', 'bicubic antialiased'],
  'Latent (nearest)': ['latents', 'nearest'],
  'Latent (nearest-exact)': ['latents', 'nearest-exact'],
  Lanczos: ['picture', 'lanczos'],
  Nearest: ['picture', 'nearest'],
};

/** The second pass as a job of its own. What it does not say is as in the first. */
export function secondPass({ hires: _hires, controls, ...job }: Job, hires: Hires, factor: number): Job {
  const { steps, guidance, sampler, schedule, prompt, negative } = hires;
  return {
    ...job,
    ...enlargedSize(job, hires.scale, factor),
    ...(controls && {
      controls: controls.map(({ hint, large = hint, ...own }) => ({ ...own, hint: large })),
    }),
    ...(steps && { steps }),
    ...(guidance && { guidance }),
    ...(sampler && { sampler }),
    ...(schedule && { schedule }),
    ...(prompt && { prompt }),
    ...(negative && { negative }),
  };
}

/** Scaled latents of a picture → those of the larger one. */
export async function enlarge(
  latents: Latent,
  upscaler: Upscaler,
  from: LatentSize,
  to: LatentSize,
  checkpoint: Checkpoint,
  report: Report,
): Promise<Latent> {
  const [what, kernel] = ways[upscaler];
  if (what === 'latents') return resample(latents, from, to, kernel);
  const { vae } = checkpoint.model;
  const pixels = ({ h, w }: LatentSize): LatentSize => ({ h: h * vae.factor, w: w * vae.factor });
  const image = await checkpoint.decode(latents, from, report);
  const larger = resample(image, pixels(from), pixels(to), kernel).map((v) => Math.min(1, Math.max(-1, v)));
  return meanLatents(await checkpoint.moments(larger, to, report), vae);
}
