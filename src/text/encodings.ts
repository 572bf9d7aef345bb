/** From conditions to encodings: the windows for text encoders, and their outputs with emphasis applied. */
import type { Condition } from './conditions';
import { weigh, type Emphasis } from './weigh';
import { EMPTY, marked, type Marks, type Window } from './windows';

/** A key that is the same for windows with the same encoding; weights are applied later. */
export const keyOf = ({ ids }: Window): string => ids.join();

/** The windows that must be encoded for these conditions, each once; with the empty one, if emphasis compares with it. */
export function distinctWindows(asked: readonly Condition[], emphasis: Emphasis): Window[] {
  const all = asked.flatMap(({ texts }) => texts.flat());
  if (emphasis === 'ComfyUI') all.push(EMPTY);
  return [...new Map(all.map((window) => [keyOf(window), window])).values()];
}

/** The text encoders' output for a window, or for a whole text. */
export interface Encoded {
  /** [tokens, width], encoders side by side. */
  readonly context: Float32Array;
  /** The text as a whole; empty where no encoder gives it. */
  readonly pooled: Float32Array;
}

/** What is to be known of the text encoders that read windows. */
export interface Encoders {
  readonly emphasis: Emphasis;
  /** Each encoder's, in the order in which their encodings stand side by side. */
  readonly widths: readonly number[];
  /** Of any encoder: they differ in padding alone. */
  readonly marks: Marks;
  /** The encoding of one of `distinctWindows`. */
  readonly encodingOf: (window: Window) => Encoded;
}

/**
 * The encodings of a condition's texts, in their order: windows one after the other, emphasis applied. The text as a whole is
 * that of the first window, as in A1111 and ComfyUI, and no weight touches it.
 */
export function encodings({ texts, schedule: spans }: Condition, encoders: Encoders): Encoded[] {
  const { encodingOf, marks, emphasis, widths } = encoders;
  const times = timesOf({ texts, schedule: spans });
  const weighing = {
    emphasis,
    widths,
    ...(emphasis === 'ComfyUI' && { empty: encodingOf(EMPTY).context }),
  };
  const windowCount = texts[0]?.length ?? 0;
  const columns = Array.from({ length: windowCount }, (_, at) => {
    const together = texts.map((text, n) => ({
      context: encodingOf(text[at]!).context, // all have as many
      weights: marked(text[at]!, marks).weights,
      times: times[n]!,
    }));
    return weigh(together, weighing);
  });
  return texts.map((text, n) => ({
    context: concatenated(columns.map((column) => column[n]!)),
    pooled: encodingOf(text[0]!).pooled,
  }));
}

/** How many spans each text of a condition stands for. */
export const timesOf = ({ texts, schedule: spans }: Pick<Condition, 'texts' | 'schedule'>): number[] =>
  texts.map((_, n) => spans.filter(({ text }) => text === n).length);

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  if (arrays.length === 1) return arrays[0]!;
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
