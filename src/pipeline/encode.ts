/** From prompts to what the UNet is told of them, in each of its calls. */
import { timestepEmbedding } from '../nets/unet';
import { samplers } from '../sampling/table';
import { conditions, languageOf, type Condition } from '../text/conditions';
import { distinctWindows, encodings, keyOf, type Encoded } from '../text/encodings';
import { activeAt } from '../text/schedule';
import { EMPTY, type Tokenizer } from '../text/windows';
import type { Checkpoint } from './checkpoint';
import { wordsFor, type Embedding } from './embedding';
import type { Vectors } from './encoders';
import { sameLength, type Encoding, type Wish } from './guidance';
import type { Job } from './job';
import type { Report } from './slot';

/** Prompts as they are read, before any net is asked. */
export interface Reading {
  readonly prompt: readonly Condition[];
  readonly negative: Condition;
  /** Of words that have their own. */
  readonly vectors: Vectors;
}

/** What the UNet is told of the prompts in its call of this number, counted from 0: they may change on the way. */
export interface Texts {
  readonly wishes: (call: number) => readonly Wish[];
  readonly negative: (call: number) => Encoding;
}

/**
 * @param job of the pass that is to be drawn.
 * @param before steps of the pass before it, where it is the second.
 */
export function readPrompts(
  job: Job,
  tokenize: Tokenizer,
  embeddings: readonly Embedding[],
  before?: number,
): Reading {
  const words = wordsFor(embeddings);
  const { emphasis = 'A1111' } = job;
  const calls = samplers[job.sampler].twice ? 2 : 1;
  const reading = {
    ...{ tokenize, words, emphasis },
    language: languageOf(emphasis, job.like),
    steps: (before ?? job.steps) * calls,
    ...(before !== undefined && { hires: job.steps * calls }),
  };
  const prompt = conditions(job.prompt, 'prompt', reading);
  const [negative] = conditions(job.negative, 'negative', reading) as [Condition];
  const vectors: Vectors = new Map(
    words.flatMap(({ ids }, e) => ids.map((id, n) => [id, embeddings[e]!.rows[n]!] as const)), // a row for each
  );
  if (!job.padded) return { prompt, negative, vectors };
  const most = Math.max(...[...prompt, negative].map(windowsIn));
  return {
    prompt: prompt.map((one) => lengthened(one, most)),
    negative: lengthened(negative, most),
    vectors,
  };
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

/** How many tokens all questions of a step are about, once they are of one length. */
export function tokensOf({ prompt, negative }: Reading, length: number): number {
  const longest = Math.max(...prompt.map(windowsIn));
  const alike = sameLength(
    [longest, windowsIn(negative)].map((windows) => ({
      context: new Float32Array(windows),
      weight: 1,
      unguided: 1,
    })),
  );
  return alike[0]!.context.length * length; // of two
}

export async function encodePrompts(
  { prompt, negative, vectors }: Reading,
  job: Job,
  checkpoint: Checkpoint,
  report: Report,
): Promise<Texts> {
  const { model } = checkpoint;
  const { emphasis = 'A1111' } = job;
  const windows = distinctWindows([...prompt, negative], emphasis);
  const clipSkip = clipSkipOf(job, model.texts[0].clipSkip);
  const encoded = await checkpoint.encode(windows, report, { clipSkip, vectors });
  const known = new Map(windows.map((window, n) => [keyOf(window), encoded[n]!])); // one for each
  const encoders = {
    emphasis,
    widths: model.texts.map(({ width }) => width),
    marks: model.texts[0],
    encodingOf: (window: (typeof windows)[number]) => known.get(keyOf(window))!, // see distinctWindows
  };
  const told = (condition: Condition, nothing = false): ((call: number) => Encoding) => {
    const all = encodings(condition, encoders).map((one) =>
      encodingOf(nothing ? zeros(one) : one, job, model.denoiser.labelWidth),
    );
    return (call) => all[activeAt(condition.schedule, call).text]!; // of the condition's own texts
  };
  const wishes = prompt.map((condition) => ({ weight: condition.weight, at: told(condition) }));
  // ComfyUI encodes the empty prompt as it is.
  const nothing = model.emptyIsZero && job.negative === '' && job.like !== 'ComfyUI';
  return {
    wishes: (call) => wishes.map(({ weight, at }) => ({ weight, encoding: at(call) })),
    negative: told(negative, nothing),
  };
}

/**
 * Which layer is read, from the end. diffusers counts on from the layer that the UNet was trained with. A1111 leaves
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
 * With what SDXL's UNet is told beside the context (Podell et al., 2023, https://arxiv.org/abs/2307.01952, section 2.2):
 * the prompt as a whole, then height and width of an original picture, how far it was cropped, and the target's height
 * and width, each as a timestep is embedded.
 */
function encodingOf(
  { context, pooled }: Encoded,
  { width, height }: Job,
  labelWidth: number | null,
): Encoding {
  if (labelWidth === null) return { context };
  const sizes = [height, width, 0, 0, height, width];
  const each = (labelWidth - pooled.length) / sizes.length;
  const label = new Float32Array(labelWidth);
  label.set(pooled);
  for (const [i, size] of sizes.entries()) label.set(timestepEmbedding(size, each), pooled.length + i * each);
  return { context, label };
}
