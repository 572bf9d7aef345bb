/** What a pass is made of, for each kind of job and of model. */
import { defined } from '../checked';
import { filled } from '../canvas/fill';
import { DrobeError } from '../errors';
import type { Model } from '../nets/model';
import type { Latent } from '../sampling/latent';
import type { NoiseSource } from '../sampling/noise';
import { plan } from '../sampling/plan';
import type { Course } from '../sampling/plans/course';
import { samplers } from '../sampling/table';
import type { Checkpoint } from './checkpoint';
import type { Texts } from './prompt/encode';
import {
  builtInGuidance,
  instructGuidance,
  sameEnd,
  sameLength,
  textGuidance,
  type Encoding,
  type Question,
  type Wish,
} from './guidance';
import { contentOf, inpaintPlanes, latentMask, withoutMasked, type Inpaint, type Kept } from './inpaint';
import type { Job, Progress, Source } from './job';
import { fromPixels } from './pixels';
import type { LatentSize } from './size';
import type { Report } from './memory/slot';
import { fromLatents, fromNoise, meanLatents, sampleLatents, type Start } from './start';

/** What a pass samples from. */
export interface Setup {
  readonly start: Start;
  /** What the denoiser is asked in its call of this number, counted from 0. */
  readonly questions: (call: number) => readonly Question[];
  /** What is kept of the picture by a UNet that knows no masks. */
  readonly kept: Kept | null;
}

/** What a pass is set up of. */
export interface Parts {
  readonly job: Job;
  readonly texts: Texts;
  readonly size: LatentSize;
  readonly checkpoint: Checkpoint;
  readonly report: Report;
  /** Drawn from in the order in which the tool draws. */
  readonly noise: NoiseSource;
  readonly course: Omit<Course, 'strength'>;
}

/**
 * What a pass samples from and asks the net. Yields the progress of encoding the source. @throws DrobeError 'bad-request'
 */
export async function* setUp(parts: Parts): AsyncGenerator<Progress, Setup, void> {
  const { source } = parts.job;
  check(parts);
  if (source) yield { kind: 'encoding', what: 'picture' };
  switch (source?.kind) {
    case 'instruct':
      return setUpInstruct(parts, source);
    case 'inpaint':
      return setUpInpaint(parts, source);
    case 'image': {
      const latents = await latentsOf(fromPixels(source.pixels), parts);
      return setUpFromLatents(parts, latents, source.strength);
    }
    case undefined: {
      const start = fromNoise(planned(parts), parts.noise.first());
      return { start, questions: asking(parts, await blankPlanes(parts)), kept: null };
    }
  }
}

/** From latents of a picture, or those that a first pass led to. @param strength above 0 to 1. */
export async function setUpFromLatents(parts: Parts, latents: Latent, strength: number): Promise<Setup> {
  const start = fromLatents(latents, planned(parts, strength), parts.noise.first());
  return { start, questions: asking(parts, await blankPlanes(parts)), kept: null };
}

async function setUpInstruct(parts: Parts, { pixels }: Source): Promise<Setup> {
  const { size, checkpoint, report, noise } = parts;
  const moments = await checkpoint.moments(fromPixels(pixels), size, report);
  const picture = meanLatents(moments, { scale: 1, shift: 0 });
  return {
    start: fromNoise(planned(parts), noise.first()),
    questions: instructing(parts, picture),
    kept: null,
  };
}

async function setUpInpaint(parts: Parts, source: Inpaint): Promise<Setup> {
  const { job, size, noise } = parts;
  const knowsMasks = parts.checkpoint.model.kind === 'inpaint';
  const drawn = latentMask(source, size);
  const fromNothing = source.strength === 1;
  // An inpainting UNet sees what is kept in every step; at full strength it needs nothing else of the picture.
  const latents = knowsMasks && fromNothing ? null : await latentsOf(fromPixels(shown(source)), parts);
  const unit = noise.first();
  // For a UNet that knows no masks diffusers draws this noise too, without a use for it.
  if (!knowsMasks && job.like === 'diffusers') noise.next();
  const seen = knowsMasks ? await latentsOf(withoutMasked(source), parts) : null;
  const start =
    fromNothing || !latents
      ? fromNoise(planned(parts), unit)
      : fromLatents(contentOf(latents, source, drawn, noise.next), planned(parts, source.strength), unit);
  const kept = seen || !latents ? null : { latents, noise: unit, drawn, fromNoise: fromNothing };
  return { start, questions: asking(parts, seen ? inpaintPlanes(drawn, seen) : undefined), kept };
}

const planned = ({ job, course }: Parts, strength?: number): Start['plan'] =>
  plan(job, strength === undefined ? course : { ...course, strength });

/**
 * A picture's latents, scaled. diffusers draws one of the pictures that the VAE takes it for; where no seed of the picture's
 * decides, the mean is.
 */
async function latentsOf(image: Float32Array, { checkpoint, size, report, noise }: Parts): Promise<Latent> {
  const { vae } = checkpoint.model;
  const moments = await checkpoint.moments(image, size, report);
  const drawn = noise.posterior();
  return drawn ? sampleLatents(moments, vae, drawn) : meanLatents(moments, vae);
}

/** For an inpainting UNet that is to draw everything: nothing is seen, as A1111 tells it. */
async function blankPlanes({ checkpoint, size, report }: Parts): Promise<Float32Array | undefined> {
  const { kind, vae } = checkpoint.model;
  if (kind !== 'inpaint') return undefined;
  const grey = new Float32Array(3 * size.h * size.w * vae.factor ** 2);
  const seen = meanLatents(await checkpoint.moments(grey, size, report), vae);
  return inpaintPlanes(new Float32Array(size.h * size.w).fill(1), seen);
}

/** What the prompts come to as questions. @param planes that follow the latents, for a UNet that takes more than those. */
export function asking(
  { job, texts, checkpoint }: Pick<Parts, 'job' | 'texts' | 'checkpoint'>,
  planes?: Float32Array,
): Setup['questions'] {
  const { contextWidth } = checkpoint.model.denoiser;
  const asked = guiding(job, checkpoint.model);
  return (call) => {
    const questions = asked(sameEnd(texts.wishes(call), contextWidth), texts.negative(call));
    return sameLength(planes ? questions.map((question) => ({ ...question, planes })) : questions);
  };
}

function guiding(
  job: Job,
  { denoiser: { guidanceWidth } }: Model,
): (wishes: readonly Wish[], negative: Encoding) => Question[] {
  if (guidanceWidth !== null) return (wishes) => builtInGuidance(wishes, job.guidance, guidanceWidth);
  const { negative: always, guidance: share = 1 } = samplers[job.sampler];
  const scale = job.guidance * share;
  // diffusers, which has no CFG++, asks for the prompt alone at a scale of 1 or less; elsewhere less leads away from it.
  const guidance = job.like === 'diffusers' && !always ? Math.max(1, scale) : scale;
  return (wishes, negative) => textGuidance(wishes, negative, guidance, always);
}

/** How many questions prompts of these weights come to, where guidance does not rest. */
export function questionsOf(job: Job, model: Model, weights: readonly number[]): number {
  const encoding: Encoding = { context: new Float32Array() };
  if (job.source?.kind === 'instruct') return instructed(job, encoding, encoding, new Float32Array()).length;
  const wishes = weights.map((weight) => ({ encoding, weight }));
  return guiding(job, model)(wishes, encoding).length;
}

function instructing({ job, texts }: Parts, picture: Float32Array): Setup['questions'] {
  return (call) => {
    const { encoding } = defined(texts.wishes(call)[0]);
    return sameLength(instructed(job, encoding, texts.negative(call), picture));
  };
}

function instructed(
  { source, guidance, sampler }: Job,
  instruction: Encoding,
  negative: Encoding,
  picture: Float32Array,
): Question[] {
  if (source?.kind !== 'instruct') throw new Error('not an instruction');
  const { negative: always } = samplers[sampler];
  return instructGuidance(instruction, negative, picture, guidance, source.imageGuidance, always);
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
