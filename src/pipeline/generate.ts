/** One picture, from prompt to pixels. */
import { lastOf } from '../checked';
import { settledSide, sidesOf } from '../canvas/crop';
import { DrobeError } from '../errors';
import type { Latent } from '../sampling/latent';
import type { Tokenizer } from '../text/windows';
import type { Checkpoint } from './checkpoint';
import type { Embedding } from './files/embedding';
import { readPrompts, tokensOf } from './prompt/encode';
import { enlarge, readsPicture, secondPass } from './hires';
import type { Job, NetName, Picture, Progress, MemorySavings } from './job';
import { drawPass, pauses, stepsOf, type Clock, type Pass } from './pass';
import { toPixels } from './pixels';
import { partJob, redrawn } from './redraw/redraw';
import { replay } from './resume';
import type { Asking } from './memory/savings-planner';
import { questionsOf } from './setup';
import type { LatentSize } from './size';
import type { Report } from './memory/slot';
import { noSavings, smallerTile, furtherSavings } from './memory/savings';
import type { OpenUpscaler } from './enlarging/upscaler';

/** What a picture is drawn with. */
export interface Tools {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer;
  /** The tokenizer of the model's T5; absent where it has no T5, or no tokenizer. */
  readonly t5?: Tokenizer;
  /** Words in the prompts that have vectors of their own. */
  readonly embeddings?: readonly Embedding[];
  /** Opens the upscaler of this name, for "Hires. fix". @throws DrobeError 'upscaler-unknown' */
  readonly upscaler?: (name: string) => Promise<OpenUpscaler>;
  /** Progress from inside a stage goes here at once; progress between stages is yielded. */
  readonly report: Report;
  /** Says when nobody wants the picture any more: within stages, where they are long. Between them one stops asking. */
  readonly signal?: AbortSignal;
}

/** A pass, and the most that the denoiser is asked in each of its steps. */
interface Planned extends Asking {
  readonly pass: Pass;
}

/** How a picture is going to be made. */
interface Plan {
  /** The job, with its size rounded to one that can be drawn. */
  readonly job: Job;
  readonly passes: readonly [Pass, Pass?];
  /** What the last pass, which is the largest, asks. */
  readonly asking: Asking;
  /** What is to be done without to save memory, as asked for and as decided. */
  readonly wished: MemorySavings;
  readonly savings: MemorySavings;
}

/** Plans a picture, and sets how much memory the checkpoint has to save. */
export async function plan(wish: Job, tools: Tools): Promise<Plan> {
  const { model, native } = tools.checkpoint;
  const sides = sidesOf(model.vae.factor);
  // In parts a picture may be of any size.
  const job = wish.redraw
    ? wish
    : { ...wish, width: settledSide(wish.width, sides), height: settledSide(wish.height, sides) };
  const planned = passesOf(job, tools);
  const { pass, ...asking } = lastOf(planned);
  const asked = job.savings ?? noSavings;
  const tile = asked.tile ?? (job.tiled ? smallerTile(null, { size: pass.size, native }) : null);
  const wished: MemorySavings = { ...asked, tile, bits: asked.bits ?? job.bits ?? null };
  const savings = await tools.checkpoint.settleSavings(wished, asking);
  const passes = planned.map((one) => one.pass) as [Pass, Pass?];
  return { job, passes, asking, wished, savings };
}

/**
 * Draws a picture. Pull no more to stop it between steps. Where the machine fails and another run may succeed with less
 * memory, it yields 'short-of-memory' before it throws.
 */
export async function* generate(wish: Job, tools: Tools): AsyncGenerator<Progress, Picture, void> {
  const { job, passes, asking, wished, savings } = await plan(wish, tools);
  if (job.width !== wish.width || job.height !== wish.height) {
    yield { kind: 'notice', notice: { code: 'size-rounded', width: job.width, height: job.height } };
  }
  const { bits, ...others } = savings;
  for (const by of ['apart', 'single', 'turns', 'tile'] as const) {
    const chosen = by === 'tile' && job.tiled;
    if (others[by] !== noSavings[by] && !chosen)
      yield { kind: 'notice', notice: { code: 'saving-memory', by } };
  }
  if (wished.bits !== null && bits === null)
    yield { kind: 'notice', notice: { code: 'bits-refused', bits: wished.bits } };
  if (bits !== null && bits !== job.bits) yield { kind: 'notice', notice: { code: 'fewer-bits', bits } };
  try {
    const way = job.redraw ? drawInParts : draw;
    return yield* way(withBits(job, bits), passes, tools);
  } catch (error) {
    const net = shortOfMemory(error);
    const { native, together, dtype, controls } = tools.checkpoint;
    const { questions, h, w } = asking;
    const guided = controls.stepping.length > 0;
    const setting = { size: { h, w }, native, together, questions, guided, dtype };
    // Where this machine computes so few bits wrongly, it may compute fewer correctly.
    const less = net && furtherSavings({ ...savings, bits: bits ?? wished.bits }, net, setting);
    if (less) yield { kind: 'short-of-memory', savings: less };
    throw error;
  }
}

/** The job with the bits that its weights are really used with. */
function withBits({ bits: _, ...job }: Job, bits: MemorySavings['bits']): Job {
  return bits === null ? job : { ...job, bits };
}

/** The passes: one, or two with "Hires. fix". The latents that the second starts from are not known yet. */
function passesOf(job: Job, { checkpoint, ...readers }: Tools): readonly Planned[] {
  const { factor } = checkpoint.model.vae;
  const [{ length }] = checkpoint.model.texts;
  const planned = (own: Job, before?: number): Planned => {
    const reading = readPrompts(own, { model: checkpoint.model, ...readers }, before);
    const size = { h: own.height / factor, w: own.width / factor };
    const weights = reading.prompt.map(({ weight }) => weight);
    const questions = questionsOf(own, checkpoint.model, weights);
    const pass = { job: own, size, reading, again: null };
    return {
      ...size,
      questions,
      varying: pauses(own, checkpoint.model),
      tokens: tokensOf(reading, length),
      pass,
    };
  };
  if (job.redraw) return [planned(partJob(job, checkpoint))];
  if (!job.hires) return [planned(job)];
  if (job.source)
    throw new DrobeError('bad-request', { reason: 'only pictures from words have a second pass' });
  return [planned(job), planned(secondPass(job, job.hires, factor), job.steps)];
}

/** The net in which the machine failed, where memory was or may have been short; null for any other error. */
function shortOfMemory(error: unknown): NetName | null {
  if (!(error instanceof DrobeError) || (error.code !== 'out-of-memory' && error.code !== 'device-lost'))
    return null;
  return (error.facts['stage'] as NetName | undefined) ?? null; // set by a slot
}

async function* draw(
  job: Job,
  [first, second]: Plan['passes'],
  { checkpoint, report, signal, upscaler: open = noUpscaler }: Tools,
): AsyncGenerator<Progress, Picture, void> {
  // Said before the first pass, and not after it.
  if (job.hires && readsPicture(job.hires)) checkpoint.mustEncode();
  const clock = stopwatch();
  const early = stepsOf(first.job, checkpoint);
  const late = second && job.hires ? stepsOf(second.job, checkpoint, job.hires.strength) : 0;
  const answers = replay(job.known ?? []);
  const common = { checkpoint, report, signal, answers, clock, total: early + late };
  let drawn = yield* drawPass(first, { ...common, done: 0 });
  if (second && job.hires) {
    const { upscaler, strength } = job.hires;
    const { size: from } = first;
    const latents = yield* enlarge(drawn.latents, upscaler, {
      from,
      to: second.size,
      checkpoint,
      open,
      report,
    });
    const again = yield* drawPass(
      { ...second, again: { latents, strength } },
      { ...common, done: drawn.steps.length },
    );
    drawn = {
      latents: again.latents,
      encode: drawn.encode + again.encode,
      steps: [...drawn.steps, ...again.steps],
    };
  }
  const { latents, encode, steps } = drawn;
  const { size, job: last } = second ?? first;

  yield { kind: 'decoding' };
  const { image, job: told } = await decoded(latents, size, job, { checkpoint, report });
  return {
    ...toPixels(image, last.width, last.height),
    job: told,
    milliseconds: { encode, steps, decode: clock() },
  };
}

async function* drawInParts(
  job: Job,
  [pass]: Plan['passes'],
  { checkpoint, report }: Tools,
): AsyncGenerator<Progress, Picture, void> {
  const clock = stopwatch();
  let told = job;
  const { pixels, encode, steps } = yield* redrawn(job, pass, {
    ...{ checkpoint, report, clock },
    decode: async (latents, size) => {
      const part = await decoded(latents, size, job, { checkpoint, report });
      told = part.job;
      return part.image;
    },
  });
  return { ...pixels, job: told, milliseconds: { encode, steps, decode: clock() } };
}

/** Decodes a job's latents. @returns the picture, and the job as it was really run. */
async function decoded(
  latents: Latent,
  size: LatentSize,
  { known: _known, savings: _savings, ...job }: Job,
  { checkpoint, report }: Pick<Tools, 'checkpoint' | 'report'>,
): Promise<{ readonly image: Float32Array; readonly job: Job }> {
  const { decoder, ...rest } = job;
  const sketch = decoder === 'TAESD' ? await checkpoint.sketch(latents, size, report) : null;
  return sketch
    ? { image: sketch, job }
    : { image: await checkpoint.decode(latents, size, report), job: rest };
}

function noUpscaler(name: string): Promise<never> {
  return Promise.reject(new DrobeError('upscaler-unknown', { name }));
}

/** Gives the milliseconds since it was last asked. */
function stopwatch(): Clock {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const passed = now - last;
    last = now;
    return passed;
  };
}
