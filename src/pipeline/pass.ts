/** One pass of a picture: from prompts and noise to latents. */
import type { Model } from '../nets/model';
import { hasRests, restsOf } from '../sampling/interval';
import { toVp, type Latent } from '../sampling/latent';
import type { LevelNoise } from '../sampling/brownian';
import { noiseOf, type NoiseSource } from '../sampling/noise';
import { plan, stepAt } from '../sampling/plan';
import type { Course } from '../sampling/plans/course';
import type { Denoise, Plan, Sampler } from '../sampling/sampler';
import { samplers } from '../sampling/table';
import type { RunDenoiser } from './batch';
import type { Checkpoint } from './checkpoint';
import { guided, tryPrediction, type Guided } from './denoise';
import { encodePrompts, type Reading } from './prompt/encode';
import { atRest } from './guidance';
import { guidesOf } from './guiding/guides';
import { masked, restored } from './inpaint';
import type { Job, Progress } from './job';
import { preview } from './preview';
import { referringTo } from './guiding/referring';
import type { Replay } from './resume';
import { DeepFeatures, Reused, type Grouping } from './reuse';
import { asking, setUp, setUpFromLatents, type Parts, type Setup } from './setup';
import type { LatentSize } from './size';
import { skipsLayers, withSkips } from './skip-layers';
import type { Report } from './memory/slot';

/** One way from noise to latents. A run has one, or two with *Hires fix*. */
export interface Pass {
  readonly job: Job;
  readonly size: LatentSize;
  readonly reading: Reading;
  /** Latents that it goes on from, and how far they go back to noise, above 0 to 1; null for the first pass. */
  readonly again: { readonly latents: Latent; readonly strength: number } | null;
}

/** Gives the milliseconds since it was last asked. */
export type Clock = () => number;

/** What passes of one picture share. */
export interface Drawing {
  readonly checkpoint: Checkpoint;
  readonly report: Report;
  /** Says when nobody wants the picture any more. */
  readonly signal?: AbortSignal | undefined;
  readonly answers: Replay;
  readonly clock: Clock;
  /** Steps that were made before, and steps of all passes. */
  readonly done: number;
  readonly total: number;
}

/** What a pass has drawn, and how long it took. */
export interface Drawn {
  /** As the VAE's decoder takes them, scaled. */
  readonly latents: Latent;
  /** Milliseconds of what came before the first step, and of each step. */
  readonly encode: number;
  readonly steps: readonly number[];
}

/** A pass that only has to be sampled. */
interface Ready extends Pick<Setup, 'start' | 'kept'> {
  readonly denoise: Denoise;
  readonly noise: NoiseSource;
}

/**
 * Draws one pass: encodes prompts and pictures, and samples. Yields its progress, step by step, and returns the latents.
 */
export async function* drawPass(pass: Pass, drawing: Drawing): AsyncGenerator<Progress, Drawn, void> {
  const { start, kept, denoise, noise } = yield* prepare(pass, drawing);
  const encode = drawing.clock();
  const row = samplers[pass.job.sampler];
  const asked = kept ? masked(denoise, kept, start.plan) : denoise;
  const fresh = row.noise === 'brownian' ? brownianOf(noise, start.plan) : noise.next;
  const sampling = row.sample(asked, start.x, start.plan, fresh);
  const { x, steps } = yield* sampled(sampling, pass.size, drawing);
  const finished = start.plan.share ? x : toVp(x, start.plan.end);
  return { latents: kept ? restored(finished, kept) : finished, encode, steps };
}

/** Encodes what the pass is drawn from, and makes of the net what a sampler asks. */
async function* prepare(pass: Pass, drawing: Drawing): AsyncGenerator<Progress, Ready, void> {
  const { job, size, reading, again } = pass;
  const { checkpoint, report, signal, answers } = drawing;
  const { model } = checkpoint;
  yield { kind: 'encoding', what: 'prompt' };
  const texts = await encodePrompts(reading, job, checkpoint, report, signal);
  await checkpoint.prepare(contextsOf({ job, texts, checkpoint }), report);
  await checkpoint.references.prepare(job.references ?? [], report);
  let call = -1; // the current one of the denoiser's, counted from 0
  const grouping =
    job.reuse && model.denoiser.net === 'unet' ? groupingOf(job.reuse, size, model, () => call) : null;
  const features = grouping ? new DeepFeatures(grouping) : undefined;
  const run: RunDenoiser = (values) => checkpoint.predict(values, report, features);
  const prediction =
    job.prediction ?? (await checkpoint.prediction(() => trial(run, { job, texts, checkpoint }, size)));
  const noise = noiseOf(job, job.like, { channels: model.vae.latentChannels, ...size });
  const course = { ...courseOf(job, checkpoint), prediction };
  const parts = { job, texts, size, checkpoint, report, noise, course };
  const setup = again ? await setUpFromLatents(parts, again.latents, again.strength) : yield* setUp(parts);
  const net = { run, reused: grouping && new Reused(grouping) };
  const guidance = await guidanceOf(pass, drawing, setup, net);
  const asked = answers.of(guided({ ...guidance, prediction }, () => call));
  const denoise: Denoise = (x, sigma, which) => {
    if (which === undefined) call++;
    return asked(x, sigma, which);
  };
  return { ...setup, denoise, noise };
}

/** The questions that the net is asked, and what it is told of pictures that guide. */
async function guidanceOf(
  { job, size }: Pass,
  { checkpoint, report }: Drawing,
  { start, questions }: Setup,
  { run, reused }: { readonly run: RunDenoiser; readonly reused: Reused | null },
): Promise<Omit<Guided, 'prediction'>> {
  const { denoiser, noise } = checkpoint.model;
  const { timestep, readBy, share, points } = start.plan;
  const refer = referringTo(job.references ?? [], points.length);
  const guide = await guidesOf(job.controls ?? [], {
    ...{ controls: checkpoint.controls, size, drawn: job, steps: points.length, reused, report },
  });
  return {
    run: async (values, asking, sigma) => {
      const step = stepAt(start.plan, sigma);
      const told = refer(values, asking, step);
      return guide ? guide(told, asking, step, run) : run(told);
    },
    questions: withSkips(job, noise, start.plan, checkpoint.blocks, resting(job, start.plan, questions)),
    ...{ size, denoiser, noise, timestep },
    ...(readBy && { readBy }),
    ...(share && { share }),
    ...(job.guidanceRescale !== undefined && { rescale: job.guidanceRescale }),
  };
}

/** Goes through the steps of a sampler. @returns its last x, and the milliseconds that each step took. */
async function* sampled(
  sampling: ReturnType<Sampler>,
  size: LatentSize,
  drawing: Drawing,
): AsyncGenerator<Progress, { readonly x: Latent; readonly steps: readonly number[] }, void> {
  const { answers, clock, done, total } = drawing;
  const steps: number[] = [];
  let state = await sampling.next();
  while (!state.done) {
    steps.push(clock());
    const step = done + steps.length;
    const given = answers.fresh();
    const shown = given.length > 0 ? await preview(step - 1, state.value.denoised, size, drawing) : null;
    yield { kind: 'step', step, steps: Math.max(step, total), preview: shown, answers: given };
    clock(); // previews are not the sampler's time
    state = await sampling.next();
  }
  return { x: state.value, steps };
}

/** By the levels that tools know: shares of noise, for a network trained by flow matching. */
function brownianOf(noise: NoiseSource, { range: [low, high], share = (sigma) => sigma }: Plan): LevelNoise {
  const tree = noise.brownian(share(low), share(high));
  return (sigma, next) => tree(share(sigma), share(next));
}

/** All that the denoiser may be told of the prompts on the way, as it is told; the same may be in it many times. */
export function contextsOf(told: Pick<Parts, 'job' | 'texts' | 'checkpoint'>): Float32Array[] {
  const questions = asking(told);
  const calls = told.job.steps * (samplers[told.job.sampler].twice ? 2 : 1);
  return Array.from({ length: calls }, (_, call) => questions(call)).flatMap((asked) =>
    asked.map(({ context }) => context),
  );
}

function groupingOf(every: number, { h, w }: LatentSize, { vae }: Model, call: () => number): Grouping {
  return { every, call, predicted: vae.latentChannels * h * w };
}

/** Where guidance rests, the prompt alone is asked; an instruction and its picture are led by more than prompts. */
function resting(job: Job, course: Plan, questions: Setup['questions']): Guided['questions'] {
  if (!isResting(job)) return questions;
  const rests = restsOf(job, course);
  const { share = (sigma) => sigma } = course;
  return (call, sigma) => (rests(call, share(sigma)) ? atRest(questions(call)) : questions(call));
}

const isResting = (job: Job): boolean => hasRests(job) && job.source?.kind !== 'instruct';

/** Whether less is asked in some steps than in others. */
export const pauses = (job: Job, model: Model): boolean => isResting(job) || skipsLayers(job, model);

/** How many steps a pass makes; what adapts them on the way may make others. @param strength of what it goes on from. */
export function stepsOf(job: Job, checkpoint: Checkpoint, strength?: number): number {
  const own = job.source && 'strength' in job.source ? job.source.strength : undefined;
  const far = strength ?? (job.source?.kind === 'inpaint' && own === 1 ? undefined : own);
  const course = courseOf(job, checkpoint);
  return plan(job, far === undefined ? course : { ...course, strength: far }).points.length;
}

function courseOf(job: Job, { model }: Checkpoint): Course {
  const { noise, scheduler } = model;
  return { steps: job.steps, noise, scheduler, xl: model.latents === 'sdxl' };
}

/** Asked about nothing in particular, in a batch like those to come: the denoiser need not be opened twice. */
export function trial(
  run: RunDenoiser,
  told: Pick<Parts, 'job' | 'texts' | 'checkpoint'>,
  size: LatentSize,
): ReturnType<typeof tryPrediction> {
  const { controls, model } = told.checkpoint;
  const { denoiser, vae } = model;
  const beside = (denoiser.inChannels - vae.latentChannels) * size.h * size.w;
  const questions = asking(told, beside > 0 ? new Float32Array(beside) : undefined)(0);
  const alone: RunDenoiser = (values) => run({ ...values, ...controls.nothing(questions.length, size) });
  return tryPrediction(alone, denoiser, questions, vae.latentChannels, size);
}
