/** What a run is made of, for each kind of job and of model. */
import { filled } from '../canvas/fill';
import { DrobeError } from '../errors';
import type { Latent } from '../sampling/latent';
import { alphasCumprod, lcmPlanFrom, plan } from '../sampling/schedules';
import type { Checkpoint } from './checkpoint';
import { builtInGuidance, instructGuidance, textGuidance, type Encoding, type Question } from './denoise';
import { contentOf, inpaintPlanes, latentMask, withoutMasked, type Inpaint, type Kept } from './inpaint';
import type { Job, Progress, Source } from './job';
import { fromPixels } from './pixels';
import type { LatentSize } from './size';
import type { Report } from './slot';
import { fromLatents, fromNoise, sampleLatents, type Start } from './start';

export interface Setup {
  readonly start: Start;
  /** What the UNet is asked in every step. */
  readonly questions: readonly Question[];
  /** What is kept of the picture by a UNet that knows no masks. */
  readonly kept: Kept | null;
}

export interface Texts {
  readonly prompt: Encoding;
  readonly negative: Encoding;
}

type FromImage = Extract<Source, { kind: 'image' }>;

interface Parts {
  readonly job: Job;
  readonly texts: Texts;
  readonly size: LatentSize;
  readonly checkpoint: Checkpoint;
  readonly report: Report;
  /** Unit noise, as large as the latents. Drawn in the order in which diffusers draws. */
  readonly noise: () => Latent;
}

export async function* setUp(parts: Parts): AsyncGenerator<Progress, Setup, void> {
  const { job, texts, size, checkpoint, report, noise } = parts;
  const { source } = job;
  const { kind, betas, vae, unet } = checkpoint.model;
  check(parts);
  const alphas = alphasCumprod(betas);
  const route = plan(job.sampler, job.steps, job.spacing, alphas);
  const encode = (image: Float32Array): Promise<Float32Array> => checkpoint.moments(image, size, report);
  const sampled = async (image: Float32Array): Promise<Latent> =>
    sampleLatents(await encode(image), vae.scale, noise());
  const guidance = (planes?: Float32Array): Question[] => {
    const questions =
      unet.guidanceWidth === null
        ? textGuidance(texts.prompt, texts.negative, job.guidance)
        : builtInGuidance(texts.prompt, job.guidance, unet.guidanceWidth);
    return questions.map((question) => (planes ? { ...question, planes } : question));
  };

  const fromImage = async ({ pixels, strength }: FromImage): Promise<Start> => {
    const latents = await sampled(fromPixels(pixels));
    // As diffusers' own pipeline for latent consistency models: it makes all steps, whatever the strength.
    return unet.guidanceWidth !== null && job.sampler === 'LCM'
      ? fromLatents(latents, 1, lcmPlanFrom(strength, job.steps, alphas), noise)
      : fromLatents(latents, strength, route, noise);
  };

  if (source) yield { kind: 'encoding', what: 'picture' };
  switch (source?.kind) {
    case 'instruct': {
      const moments = await encode(fromPixels(source.pixels));
      const mean = moments.slice(0, moments.length / 2);
      const { prompt, negative } = texts;
      const questions = instructGuidance(prompt, negative, mean, job.guidance, source.imageGuidance);
      return { start: fromNoise(route, noise), questions, kept: null };
    }
    case 'inpaint': {
      const drawn = latentMask(source, size);
      const fromNothing = source.strength === 1;
      // An inpainting UNet sees what is kept in every step; at full strength it needs nothing else of the picture.
      const latents = kind === 'inpaint' && fromNothing ? null : await sampled(fromPixels(shown(source)));
      const unit = noise();
      // For a UNet that knows no masks diffusers draws this noise too, without a use for it.
      const seen = kind === 'inpaint' ? await sampled(withoutMasked(source)) : (noise(), null);
      const start =
        fromNothing || !latents
          ? fromNoise(route, () => unit)
          : fromLatents(contentOf(latents, source, drawn, noise), source.strength, route, () => unit);
      const kept = seen || !latents ? null : { latents, noise: unit, drawn, fromNoise: fromNothing };
      return { start, questions: guidance(seen ? inpaintPlanes(drawn, seen) : undefined), kept };
    }
    case 'image':
    case undefined: {
      const start = source ? await fromImage(source) : fromNoise(route, noise);
      if (kind !== 'inpaint') return { start, questions: guidance(), kept: null };
      // All is to be drawn, and nothing seen: as A1111 tells such a UNet.
      const grey = await encode(new Float32Array(3 * size.h * size.w * vae.factor ** 2));
      const seen = grey.slice(0, grey.length / 2).map((mean) => mean * vae.scale);
      const all = new Float32Array(size.h * size.w).fill(1);
      return { start, questions: guidance(inpaintPlanes(all, seen)), kept: null };
    }
  }
}

/** The picture to start from, with something under the mask. */
function shown({ pixels, mask, content }: Inpaint): Inpaint['pixels'] {
  return content === 'fill' ? filled(pixels, { ...pixels, alpha: mask }) : pixels;
}

function check({ job, checkpoint }: Parts): void {
  const { source, width, height } = job;
  const refuse = (reason: string): never => {
    throw new DrobeError('bad-request', { reason });
  };
  const instructs = checkpoint.model.kind === 'instruct';
  if (instructs && source?.kind !== 'instruct') refuse('this model only changes pictures by instruction');
  if (!instructs && source?.kind === 'instruct') refuse('this model takes no instructions');
  if (!source) return;
  const { pixels } = source;
  if (pixels.width !== width || pixels.height !== height)
    refuse(`the picture is ${pixels.width} × ${pixels.height}, not ${width} × ${height}`);
  if (source.kind === 'inpaint' && source.mask.length !== width * height)
    refuse(`the mask has ${source.mask.length} pixels, not ${width} × ${height}`);
}
