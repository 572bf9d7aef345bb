/** Between the two passes of "Hires. fix" (A1111): from a picture's latents to those of a larger one. */
import { enlargedSize } from '../canvas/crop';
import { resample, type Kernel } from '../canvas/resample';
import type { Latent } from '../sampling/latent';
import type { Checkpoint } from './checkpoint';
import { enlargedTo, type Plane } from './enlarging/enlarge';
import type { Hires, Job, Progress, Upscaler } from './job';
import type { LatentSize } from './size';
import type { Report } from './memory/slot';
import { meanLatents } from './start';
import type { OpenUpscaler } from './enlarging/upscaler';

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

const isBuiltIn = (name: string): name is Upscaler => Object.hasOwn(ways, name);

/** Whether the second pass reads a picture: latents are enlarged as they are by few. */
export const readsPicture = ({ upscaler }: Hires): boolean =>
  !isBuiltIn(upscaler) || ways[upscaler][0] === 'picture';

/** From the latents of one pass to those that the next one goes on from. */
export interface Between {
  readonly from: LatentSize;
  readonly to: LatentSize;
  readonly checkpoint: Checkpoint;
  /** Opens the upscaler of this name. @throws DrobeError 'upscaler-unknown' */
  readonly open: (name: string) => Promise<OpenUpscaler>;
  readonly report: Report;
}

/** Scaled latents of a picture → those of the larger one. @param upscaler one of ours, or the name of a file. */
export async function* enlarge(
  latents: Latent,
  upscaler: string,
  { from, to, checkpoint, open, report }: Between,
): AsyncGenerator<Progress, Latent, void> {
  const way = isBuiltIn(upscaler) ? ways[upscaler] : null;
  if (way?.[0] === 'latents') return resample(latents, from, to, way[1]);
  const { vae } = checkpoint.model;
  const pixels = ({ h, w }: LatentSize): LatentSize => ({ h: h * vae.factor, w: w * vae.factor });
  const image = await checkpoint.decode(latents, from, report);
  let larger: Float32Array;
  if (way) larger = resample(image, pixels(from), pixels(to), way[1]);
  else {
    // A model that leaves others no room makes room.
    if (!checkpoint.resident) await checkpoint.release();
    const net = await open(upscaler);
    try {
      larger = yield* throughNet({ ...pixels(from), data: image }, pixels(to), net, report);
    } finally {
      void net.release().catch(() => undefined); // what is lost may wait for ever
    }
  }
  const clamped = larger.map((v) => Math.min(1, Math.max(-1, v)));
  return meanLatents(await checkpoint.moments(clamped, to, report), vae);
}

/** A picture in −1…1 as large as this, by an upscaler, which has pictures in 0…1. Where it need not grow, A1111 asks none. */
async function* throughNet(
  { data, ...from }: Plane,
  to: LatentSize,
  net: OpenUpscaler,
  report: Report,
): AsyncGenerator<Progress, Float32Array, void> {
  if (to.h <= from.h && to.w <= from.w) return resample(data, from, to, 'lanczos');
  const positive = data.map((v) => Math.min(1, Math.max(0, v / 2 + 0.5)));
  const larger = yield* enlargedTo(to, { ...from, data: positive }, net, report);
  return larger.data.map((v) => v * 2 - 1);
}
