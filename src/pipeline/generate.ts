/** One picture, from prompt to pixels. */
import { alphasCumprod, plan } from '../sampling/schedules';
import { toVp, scaled, type Latent } from '../sampling/latent';
import { TorchGenerator } from '../sampling/random';
import { samplers } from '../sampling/samplers';
import { encodePrompt, type Tokenizer } from '../text/prompt';
import type { Value } from '../runtime/session';
import type { Checkpoint, LatentSize, Report } from './checkpoint';
import { guided } from './denoise';
import type { Job, Picture, Pixels, Progress } from './job';
import { toPixels } from './pixels';
import { project, stableDiffusion1 } from './preview';

export interface Tools {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer;
  /** Progress from inside a stage goes here at once; what separates stages is yielded. */
  readonly report: Report;
}

const MIN_SIZE = 48;
const MAX_SIZE = 2048;

/** Steps between the previews of a miniature where a GPU is only imitated. */
const IMITATED_PREVIEWS = 5;

/** The nearest size the model can draw. */
export function roundedSize(length: number, multiple: number): number {
  const rounded = Math.round(length / multiple) * multiple;
  return Math.min(Math.max(rounded, Math.ceil(MIN_SIZE / multiple) * multiple), MAX_SIZE);
}

/** To stop it, stop pulling: it stands still between steps. */
export async function* generate(wish: Job, tools: Tools): AsyncGenerator<Progress, Picture, void> {
  const { checkpoint, report } = tools;
  const { model } = checkpoint;
  const { factor } = model.vae;
  const job = { ...wish, width: roundedSize(wish.width, factor), height: roundedSize(wish.height, factor) };
  if (job.width !== wish.width || job.height !== wish.height) {
    yield { kind: 'notice', notice: { code: 'size-rounded', width: job.width, height: job.height } };
  }
  const size = { h: job.height / factor, w: job.width / factor };
  const clock = stopwatch();

  yield { kind: 'encoding' };
  const context = yield* encode(job, tools);
  const encodeTime = clock();

  const alphas = alphasCumprod(model.betas);
  const route = plan(job.sampler, job.steps, job.spacing, alphas);
  const generator = new TorchGenerator(job.seed);
  const count = model.vae.latentChannels * size.h * size.w;
  const noise = (): Latent => generator.randn(count);
  const denoise = guided((values) => checkpoint.predict(values, report), model, context, job.guidance, size);
  const steps = samplers[job.sampler](denoise, scaled(route.scale, noise()), route, noise);
  const times: number[] = [];
  let state = await steps.next();
  while (!state.done) {
    const { i, denoised } = state.value;
    times.push(clock());
    yield { kind: 'step', step: i + 1, steps: job.steps, preview: await preview(i, denoised, size, tools) };
    clock(); // previews are not the sampler's time
    state = await steps.next();
  }

  yield { kind: 'decoding' };
  const latents = toVp(state.value, route.end);
  const image = await checkpoint.decode(latents, size, report);
  return {
    ...toPixels(image, job.width, job.height),
    job,
    milliseconds: { encode: encodeTime, steps: times, decode: clock() },
  };
}

/** Text encodings: negative, then prompt; the prompt alone where guidance has no say. */
async function* encode(
  job: Job,
  { checkpoint, tokenizer, report }: Tools,
): AsyncGenerator<Progress, Value, void> {
  const texts = job.guidance > 1 ? (['negative', 'prompt'] as const) : (['prompt'] as const);
  const ids: number[] = [];
  for (const which of texts) {
    const encoded = encodePrompt(tokenizer, job[which], checkpoint.model.text);
    ids.push(...encoded.ids);
    if (encoded.dropped) {
      yield { kind: 'notice', notice: { code: 'prompt-truncated', which, dropped: encoded.dropped } };
    }
  }
  return checkpoint.encode(Int32Array.from(ids), report);
}

/**
 * What the picture would be if the sampler stopped here. A miniature's VAE is cheap enough to be used; where a GPU is
 * only imitated, now and then. The latents of full-size models are projected to colours.
 */
async function preview(
  step: number,
  denoised: Latent,
  size: LatentSize,
  tools: Tools,
): Promise<Pixels | null> {
  const { checkpoint, report } = tools;
  const { miniature, vae } = checkpoint.model;
  if (!miniature) return project(denoised, size, stableDiffusion1);
  if (checkpoint.imitated && step % IMITATED_PREVIEWS !== 0) return null;
  return toPixels(await checkpoint.decode(denoised, size, report), size.w * vae.factor, size.h * vae.factor);
}

/** Gives the milliseconds since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const passed = now - last;
    last = now;
    return passed;
  };
}
