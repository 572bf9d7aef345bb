/** One pass of a picture: from prompts and noise to latents. */
import type { Model } from '../nets/model';
import { hasRests, restsOf } from '../sampling/interval';
import { toVp, type Latent } from '../sampling/latent';
import type { LevelNoise } from '../sampling/brownian';
import { noiseOf, type NoiseSource } from '../sampling/noise';
import { plan, stepAt } from '../sampling/plan';
import type { Course } from '../sampling/plans/course';
import type { Denoise, Plan } from '../sampling/sampler';
import { samplers } from '../sampling/table';
import type { RunDenoiser } from './batch';
import type { Checkpoint } from './checkpoint';
import { guided, tryPrediction, type Guided } from './denoise';
import { encodePrompts, type Reading } from './prompt/encode';
import { atRest } from './guidance';
import { guidesOf } from './guiding/guides';
import { masked, restored } from './inpaint';
import type { Job, Pixels, Progress } from './job';
import { asShared } from './latent-scale';
import { toPixels } from './pixels';
import { project, projections } from './preview';
import { referringTo } from './guiding/referring';
import type { Replay } from './resume';
import { DeepFeatures, Reused, type Grouping } from './reuse';
import { asking, setUp, setUpAgain, type Parts, type Setup } from './setup';
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

/**
 * Steps from one preview of a miniature to the next. To decode one takes the CPU as long as several steps, and a GPU that is
 * imitated by it much longer.
 */
const PREVIEWED = { card: 1, cpu: 4, imitated: 10 } as const;

/**
 * Draws one pass: encodes prompts and pictures, and samples. Yields its progress, step by step, and returns the latents.
 */
export async function* drawPass(pass: Pass, drawing: Drawing): AsyncGenerator<Progress, Drawn, void> {
  const { job, size, reading, again } = pass;
  const { checkpoint, report, signal, answers, clock, done, total } = drawing;
  const { model } = checkpoint;

  yield { kind: 'encoding', what: 'prompt' };
  const texts = await encodePrompts(reading, job, checkpoint, report, signal);
  await checkpoint.prepare(contextsOf({ job, texts, checkpoint }), report);
  const { references = [] } = job;
  await checkpoint.references.prepare(references, report);
  let calls = -1;
  const grouping =
    job.reuse && model.denoiser.net === 'unet' ? groupingOf(job.reuse, size, model, () => calls) : null;
  const features = grouping ? new DeepFeatures(grouping) : undefined;
  const run: RunDenoiser = (values) => checkpoint.predict(values, report, features);
  const prediction =
    job.prediction ?? (await checkpoint.prediction(() => trial(run, { job, texts, checkpoint }, size)));
  const noise = noiseOf(job, job.like, { channels: model.vae.latentChannels, ...size });
  const course = { ...courseOf(job, checkpoint), prediction };
  const parts = { job, texts, size, checkpoint, report, noise, course };
  const { start, questions, kept } = again
    ? await setUpAgain(parts, again.latents, again.strength)
    : yield* setUp(parts);
  const count = start.plan.points.length;
  const refer = referringTo(references, count);
  const guide = await guidesOf(job.controls ?? [], {
    ...{ controls: checkpoint.controls, size, drawn: job, steps: count },
    ...{ reused: grouping && new Reused(grouping), report },
  });
  const encode = clock();

  const asked = guided(
    {
      run: async (values, asking, sigma) => {
        const step = stepAt(start.plan, sigma);
        const told = refer(values, asking, step);
        return guide ? guide(told, asking, step, run) : run(told);
      },
      ...{ prediction, size },
      questions: withSkips(
        job,
        course.noise,
        start.plan,
        checkpoint.blocks,
        resting(job, start.plan, questions),
      ),
      denoiser: model.denoiser,
      noise: model.noise,
      timestep: start.plan.timestep,
      ...(start.plan.readBy && { readBy: start.plan.readBy }),
      ...(start.plan.share && { share: start.plan.share }),
      ...(job.guidanceRescale !== undefined && { rescale: job.guidanceRescale }),
    },
    () => calls,
  );
  const resumed = answers.of(asked);
  const counted: Denoise = (x, sigma, which) => {
    if (which === undefined) calls++;
    return resumed(x, sigma, which);
  };
  const denoise = kept ? masked(counted, kept, start.plan) : counted;
  const row = samplers[job.sampler];
  const fresh = row.noise === 'brownian' ? brownianOf(noise, start.plan) : noise.next;
  const sampling = row.sample(denoise, start.x, start.plan, fresh);
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
  const finished = start.plan.share ? state.value : toVp(state.value, start.plan.end);
  return { latents: kept ? restored(finished, kept) : finished, encode, steps };
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

/**
 * What the picture would be if the sampler stopped here. A miniature's VAE is cheap enough to be used: after each step on a
 * graphics card, now and then without one. The latents of full-size models are projected to colours.
 */
async function preview(
  step: number,
  denoised: Latent,
  size: LatentSize,
  { checkpoint, report }: Drawing,
): Promise<Pixels | null> {
  const { miniature, vae, latents } = checkpoint.model;
  if (!miniature) {
    // Where nets do not fit together, the denoiser would have to make room for a TAESD.
    const sketch = checkpoint.resident ? await checkpoint.sketch(denoised, size, report) : null;
    return sketch
      ? toPixels(sketch, size.w * vae.factor, size.h * vae.factor)
      : project(asShared(denoised, vae), size, projections[latents]);
  }
  if (!checkpoint.resident || step % PREVIEWED[checkpoint.computedBy] !== 0) return null;
  return toPixels(await checkpoint.decode(denoised, size, report), size.w * vae.factor, size.h * vae.factor);
}
