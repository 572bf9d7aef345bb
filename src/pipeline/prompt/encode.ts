/** From prompts to what the denoiser is told of them, in each of its calls. */
import { defined, mustGet } from '../../checked';
import type { Model } from '../../nets/model';
import { timestepEmbedding } from '../../nets/unet';
import { samplers } from '../../sampling/table';
import { conditions, languageOf, type Condition } from '../../text/conditions';
import { distinctWindows, encodings, keyOf, type Encoded } from '../../text/encodings';
import { activeAt } from '../../text/schedule';
import type { Emphasis } from '../../text/weigh';
import { EMPTY, type Tokenizer } from '../../text/windows';
import { joined, widened } from '../batch';
import type { Checkpoint } from '../checkpoint';
import { wordsFor, type Embedding } from '../files/embedding';
import type { Vectors } from './encoders';
import { sameLength, type Encoding, type Wish } from '../guidance';
import type { Job } from '../job';
import type { Report } from '../memory/slot';
import { t5Encodings, t5Length } from './t5';

/** Prompts as they are read, before any net is asked. */
export interface Reading {
  readonly prompt: readonly Condition[];
  readonly negative: Condition;
  /** Of words that have their own. */
  readonly vectors: Vectors;
  /** Tokens that stand behind CLIP's, T5's or zeros in their place; 0 for a model that takes none. */
  readonly behind: number;
}

/** What prompts are read with. */
export interface Readers {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  /** Of a model with a T5; absent: its tokenizer is not there, and so it is not asked. */
  readonly t5?: Tokenizer;
  readonly embeddings?: readonly Embedding[];
}

/** What the denoiser is told of the prompts in its call of this number, counted from 0: they may change on the way. */
export interface Texts {
  readonly wishes: (call: number) => readonly Wish[];
  readonly negative: (call: number) => Encoding;
}

/**
 * @param job of the pass that is to be drawn.
 * @param before steps of the pass before it, where it is the second.
 */
export function readPrompts(job: Job, readers: Readers, before?: number): Reading {
  const { model, tokenizer: tokenize, t5, embeddings = [] } = readers;
  const words = wordsFor(embeddings);
  const { emphasis = 'A1111' } = job;
  const calls = samplers[job.sampler].twice ? 2 : 1;
  const reading = {
    ...{ tokenize, words, emphasis },
    ...(model.t5 && t5 && { t5 }),
    language: languageOf(emphasis, job.like),
    steps: (before ?? job.steps) * calls,
    ...(before !== undefined && { hires: job.steps * calls }),
  };
  const prompt = conditions(job.prompt, 'prompt', reading);
  const negative = defined(conditions(job.negative, 'negative', reading)[0]);
  const vectors: Vectors = new Map(
    words.flatMap(({ ids }, e) => ids.map((id, n) => [id, embeddings[e]!.rows[n]!] as const)), // a row for each
  );
  const all = [...prompt, negative];
  const most = Math.max(...all.map(windowsIn));
  const behind = behindClip(job, model, most * model.texts[0].length, all);
  // Words that meet the picture in one attention count more where they are repeated: there, lengths must be alike.
  if (!job.padded && model.denoiser.net === 'unet') return { prompt, negative, vectors, behind };
  return {
    ...{ vectors, behind },
    prompt: prompt.map((one) => lengthened(one, most)),
    negative: lengthened(negative, most),
  };
}

function behindClip(job: Job, { denoiser }: Model, clip: number, all: readonly Condition[]): number {
  if (denoiser.net === 'unet') return 0;
  const texts = all.flatMap(({ t5 = [] }) => t5);
  return job.t5Tokens ?? t5Length(job.like, clip, texts.length > 0 ? texts : undefined);
}

/** All texts of a condition have as many, and there is one at least. */
const windowsIn = ({ texts }: Condition): number => texts[0]!.length;

function lengthened(condition: Condition, windows: number): Condition {
  return {
    ...condition,
    texts: condition.texts.map((text) => [
      ...text,
      ...Array<typeof EMPTY>(windows - text.length).fill(EMPTY),
    ]),
  };
}

/** How many tokens all questions of a step are about, once they are of one length. @param length of a window. */
export function tokensOf({ prompt, negative, behind }: Reading, length: number): number {
  const longest = Math.max(...prompt.map(windowsIn));
  const alike = sameLength(
    [longest, windowsIn(negative)].map((windows) => ({
      context: new Float32Array(windows),
      weight: 1,
      unguided: 1,
    })),
  );
  return alike[0]!.context.length * length + behind; // of two
}

/** Encodes all prompts of a pass; those that were just encoded are not encoded again. */
export async function encodePrompts(
  reading: Reading,
  job: Job,
  checkpoint: Checkpoint,
  report: Report,
  signal?: AbortSignal,
): Promise<Texts> {
  const { prompt, negative, vectors } = reading;
  const { model } = checkpoint;
  const { emphasis = 'A1111' } = job;
  const conditions = [...prompt, negative];
  const windows = distinctWindows(conditions, emphasis);
  const clipSkip = clipSkipOf(job, model.texts[0].clipSkip);
  const encoded = await checkpoint.encode(windows, report, { clipSkip, vectors, ...(signal && { signal }) });
  const known = new Map(windows.map((window, n) => [keyOf(window), encoded[n]!])); // one for each
  const encoders = {
    emphasis,
    widths: model.texts.map(({ width }) => width),
    marks: model.texts[0],
    encodingOf: (window: (typeof windows)[number]) => mustGet(known, keyOf(window)), // see distinctWindows
  };
  const behind = await behindEach(reading, emphasis, checkpoint, report);
  const told = (n: number, nothing = false): ((call: number) => Encoding) => {
    const condition = conditions[n]!; // of those
    const all = encodings(condition, encoders).map((one, text) =>
      encodingOf(nothing ? zeros(one) : one, behind(n, text), job, model),
    );
    return (call) => all[activeAt(condition.schedule, call).text]!; // of the condition's own texts
  };
  const wishes = prompt.map(({ weight }, n) => ({ weight, at: told(n) }));
  // ComfyUI encodes the empty prompt as it is.
  const nothing = model.emptyIsZero && job.negative === '' && job.like !== 'ComfyUI';
  return {
    wishes: (call) => wishes.map(({ weight, at }) => ({ weight, encoding: at(call) })),
    negative: told(prompt.length, nothing),
  };
}

/** What stands behind CLIP's tokens for each text of each condition, prompts first. */
async function behindEach(
  { prompt, negative, behind: length }: Reading,
  emphasis: Emphasis,
  checkpoint: Checkpoint,
  report: Report,
): Promise<(condition: number, text: number) => Float32Array> {
  const { t5, denoiser } = checkpoint.model;
  if (length === 0 || !t5 || !negative.t5) {
    const none = new Float32Array(length * denoiser.contextWidth);
    return () => none;
  }
  const encode = (texts: readonly Int32Array[]): Promise<Float32Array[]> => checkpoint.readT5(texts, report);
  const all = await t5Encodings([...prompt, negative], { t5, length, emphasis, encode });
  return (condition, text) => all[condition]![text]!; // one for each
}

/**
 * Which layer is read, from the end. diffusers counts on from the layer that the denoiser was trained with. A1111 leaves
 * families alone that were trained with the last but one.
 */
function clipSkipOf({ clipSkip = 1, like }: Job, trained: number): number {
  if (clipSkip <= 1) return trained;
  if (like === 'diffusers') return trained + clipSkip - 1;
  return like === 'A1111' && trained > 1 ? trained : clipSkip;
}

const zeros = ({ context, pooled }: Encoded): Encoded => ({
  context: new Float32Array(context.length),
  pooled: new Float32Array(pooled.length),
});

/**
 * With what denoisers are told beside the context. SD3's: the prompt as a whole (Esser et al., 2024,
 * https://arxiv.org/abs/2403.03206, section 4). SDXL's (Podell et al., 2023, https://arxiv.org/abs/2307.01952, section 2.2):
 * that, then height and width of an original picture, how far it was cropped, and the target's height and width, each as a
 * timestep is embedded.
 * @param behind tokens that follow those of CLIP, which are made as wide by zeros.
 */
function encodingOf(
  { context: clip, pooled }: Encoded,
  behind: Float32Array,
  { width, height }: Job,
  { texts, denoiser: { net, labelWidth, contextWidth } }: Model,
): Encoding {
  if (net === 'mmdit') {
    const own = texts.reduce((sum, text) => sum + text.width, 0);
    return { context: joined([widened(clip, own, contextWidth), behind]), label: pooled };
  }
  if (labelWidth === null) return { context: clip };
  const sizes = [height, width, 0, 0, height, width];
  const each = (labelWidth - pooled.length) / sizes.length;
  const label = new Float32Array(labelWidth);
  label.set(pooled);
  for (const [i, size] of sizes.entries()) label.set(timestepEmbedding(size, each), pooled.length + i * each);
  return { context: clip, label };
}
