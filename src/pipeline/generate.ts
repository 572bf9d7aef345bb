/** One picture, from prompt to pixels. */
import { settledSide, sidesOf } from '../canvas/crop';
import { DrobeError } from '../errors';
import type { Model } from '../nets/model';
import { timestepEmbedding } from '../nets/unet';
import { toVp, type Latent } from '../sampling/latent';
import { TorchGenerator } from '../sampling/random';
import { samplers } from '../sampling/samplers';
import { encodePrompt } from '../text/prompt';
import type { Tokenizer } from '../text/windows';
import type { Checkpoint } from './checkpoint';
import { guided, tryPrediction, type Encoding, type RunUNet } from './denoise';
import { wordsFor, type Embedding } from './embedding';
import type { Encoded } from './encoders';
import { masked, restored } from './inpaint';
import type { Job, NetName, Picture, Pixels, Progress } from './job';
import { toPixels } from './pixels';
import { project, projections } from './preview';
import { replay } from './resume';
import { setUp, type Texts } from './setup';
import type { LatentSize } from './size';
import type { Report } from './slot';
import { lavish, smallerTile, stepDown } from './thrift';

export interface Tools {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer;
  /** Words in the prompts that have vectors of their own. */
  readonly embeddings?: readonly Embedding[];
  /** Progress from inside a stage goes here at once; what separates stages is yielded. */
  readonly report: Report;
}

/** Steps between the previews of a miniature where a GPU is only imitated. */
const IMITATED_PREVIEWS = 10;

/**
 * To stop it, stop pulling: it stands still between steps. Where the machine fails and another run may succeed with less
 * memory, it says so, 'short-of-memory', and throws.
 */
export async function* generate(wish: Job, tools: Tools): AsyncGenerator<Progress, Picture, void> {
  const { model, native, together } = tools.checkpoint;
  const { factor } = model.vae;
  const sides = sidesOf(factor);
  const job = { ...wish, width: settledSide(wish.width, sides), height: settledSide(wish.height, sides) };
  if (job.width !== wish.width || job.height !== wish.height) {
    yield { kind: 'notice', notice: { code: 'size-rounded', width: job.width, height: job.height } };
  }
  const size = { h: job.height / factor, w: job.width / factor };
  const questions = job.source?.kind === 'instruct' ? 3 : job.guidance > 1 ? 2 : 1;
  const asked = job.thrift ?? lavish;
  const tile = asked.tile ?? (job.tiled ? smallerTile(null, { size, native }) : null);
  const thrift = tools.checkpoint.save({ ...asked, tile }, size, questions);
  for (const by of ['apart', 'single', 'tile'] as const) {
    const wished = by === 'tile' && job.tiled;
    if (thrift[by] !== lavish[by] && !wished) yield { kind: 'notice', notice: { code: 'saving-memory', by } };
  }
  try {
    return yield* draw(job, size, tools);
  } catch (error) {
    const net = shortOfMemory(error);
    const less = net && stepDown(thrift, net, { size, native, together, questions });
    if (less) yield { kind: 'short-of-memory', thrift: less };
    throw error;
  }
}

/** The net that the machine failed in, for want of memory for sure or perhaps; null where it was something else. */
function shortOfMemory(error: unknown): NetName | null {
  if (!(error instanceof DrobeError) || (error.code !== 'out-of-memory' && error.code !== 'device-lost'))
    return null;
  return (error.facts['stage'] as NetName | undefined) ?? null; // as a slot says it
}

async function* draw(job: Job, size: LatentSize, tools: Tools): AsyncGenerator<Progress, Picture, void> {
  const { checkpoint, report } = tools;
  const { model } = checkpoint;
  const clock = stopwatch();

  yield { kind: 'encoding', what: 'prompt' };
  const texts = yield* encode(job, tools);
  const generator = new TorchGenerator(job.seed);
  const count = model.vae.latentChannels * size.h * size.w;
  const noise = (): Latent => generator.randn(count);
  const { start, questions, kept } = yield* setUp({ job, texts, size, checkpoint, report, noise });
  const encodeTime = clock();

  const run: RunUNet = (values) => checkpoint.predict(values, report);
  const prediction =
    job.prediction ??
    (await checkpoint.prediction(() =>
      tryPrediction(run, model.unet, questions, model.vae.latentChannels, size),
    ));
  const asked = replay(guided(run, model.unet, prediction, questions, size), job.known ?? []);
  const denoise = kept ? masked(asked.denoise, kept, start.plan) : asked.denoise;
  const steps = samplers[job.sampler](denoise, start.x, start.plan, noise);
  const total = start.plan.points.length;
  const times: number[] = [];
  let state = await steps.next();
  while (!state.done) {
    const { i, denoised } = state.value;
    times.push(clock());
    const answers = asked.fresh();
    const shown = answers.length > 0 ? await preview(i, denoised, size, tools) : null;
    yield { kind: 'step', step: i + 1, steps: total, preview: shown, answers };
    clock(); // previews are not the sampler's time
    state = await steps.next();
  }

  yield { kind: 'decoding' };
  const finished = toVp(state.value, start.plan.end);
  const latents = kept ? restored(finished, kept) : finished;
  const { known: _known, thrift: _thrift, ...own } = job;
  const { decoder, ...rest } = own;
  const sketch = decoder === 'TAESD' ? await checkpoint.sketch(latents, size, report) : null;
  const image = sketch ?? (await checkpoint.decode(latents, size, report));
  return {
    ...toPixels(image, job.width, job.height),
    job: sketch ? own : rest,
    milliseconds: { encode: encodeTime, steps: times, decode: clock() },
  };
}

/** Prompt and negative prompt as the UNet takes them, from one run of each text encoder. */
async function* encode(
  job: Job,
  { checkpoint, tokenizer, report, embeddings = [] }: Tools,
): AsyncGenerator<Progress, Texts, void> {
  const { model } = checkpoint;
  const words = wordsFor(embeddings, new Set([...tokenizer(job.prompt), ...tokenizer(job.negative)]));
  const ids = model.texts.map(({ length }) => new Int32Array(2 * length));
  for (const [n, which] of (['prompt', 'negative'] as const).entries()) {
    for (const [i, text] of model.texts.entries()) {
      const encoded = encodePrompt(tokenizer, job[which], text, words);
      ids[i]!.set(encoded.ids, n * text.length); // one for each text encoder
      // All encoders have the same tokens: told once.
      if (encoded.dropped && i === 0)
        yield { kind: 'notice', notice: { code: 'prompt-truncated', which, dropped: encoded.dropped } };
    }
  }
  const rows = new Map(
    words.flatMap(({ ids }, e) => ids.map((id, n) => [id, embeddings[e]!.rows[n]!] as const)),
  ); // a row for each id
  const encoded = await checkpoint.encode(ids, 2, report, rows);
  const [prompt, negative] = encoded as [Encoded, Encoded];
  const nothing = model.emptyIsZero && job.negative === '';
  return {
    prompt: encodingOf(prompt, job, model),
    negative: encodingOf(nothing ? zeros(negative) : negative, job, model),
  };
}

const zeros = ({ context, pooled }: Encoded): Encoded => ({
  context: new Float32Array(context.length),
  pooled: new Float32Array(pooled.length),
});

/**
 * With what SDXL's UNet is told beside the context (Podell et al., 2023, https://arxiv.org/abs/2307.01952, section 2.2):
 * the prompt as a whole, then height and width of an original picture, how far it was cropped, and the target's height
 * and width, each as a timestep is embedded.
 */
function encodingOf({ context, pooled }: Encoded, { width, height }: Job, { unet }: Model): Encoding {
  if (unet.labelWidth === null) return { context };
  const sizes = [height, width, 0, 0, height, width];
  const each = (unet.labelWidth - pooled.length) / sizes.length;
  const label = new Float32Array(unet.labelWidth);
  label.set(pooled);
  for (const [i, size] of sizes.entries()) label.set(timestepEmbedding(size, each), pooled.length + i * each);
  return { context, label };
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
  const { miniature, vae, latents } = checkpoint.model;
  if (!miniature) {
    // Where nets do not fit together, the UNet would have to make room for a TAESD.
    const sketch = checkpoint.resident ? await checkpoint.sketch(denoised, size, report) : null;
    return sketch
      ? toPixels(sketch, size.w * vae.factor, size.h * vae.factor)
      : project(denoised, size, projections[latents]);
  }
  if (!checkpoint.resident || (checkpoint.imitated && step % IMITATED_PREVIEWS !== 0)) return null;
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
