/** From a prompt to the conditions of a picture: its texts, in which windows, with what weights, and when. */
import { attention, comfyWeights, type Piece } from './attention';
import { parts } from './parts';
import { schedule, type Span, type Timeline } from './schedule';
import { t5Tokens } from './t5';
import type { Emphasis } from './weigh';
import {
  comfyWindows,
  EMPTY,
  windows,
  type Reader,
  type Tokenizer,
  type Window,
  type Windows,
} from './windows';

/** The tool whose signs in a prompt have a meaning; 'plain': none do. */
export type Language = 'A1111' | 'ComfyUI' | 'plain';

/**
 * The language that goes with a way of emphasis. Without emphasis, A1111 still edits and alternates; for other tools the
 * prompt is plain.
 */
export function languageOf(emphasis: Emphasis, like: 'diffusers' | 'A1111' | 'ComfyUI'): Language {
  if (emphasis === 'ComfyUI') return 'ComfyUI';
  return emphasis === 'off' && like !== 'A1111' ? 'plain' : 'A1111';
}

/** How prompts are to be read. */
export interface Reading extends Reader, Timeline {
  readonly language: Language;
  readonly emphasis: Emphasis;
  /** The number of windows that are read, if the rest is lost (diffusers reads one). */
  readonly limit?: number;
  /** For a model with a T5: its tokenizer. */
  readonly t5?: Tokenizer;
}

export type Which = 'prompt' | 'negative';

/** One of the prompts of a picture. */
export interface Condition {
  /** How much it counts beside the others (`AND`). */
  readonly weight: number;
  /** Which text is in force until which step, counted from 1; see `activeAt`. */
  readonly schedule: readonly { readonly until: number; readonly text: number }[];
  /** Each text once, by its windows: all have as many, as the shorter ones are padded with empty windows. */
  readonly texts: readonly (readonly Window[])[];
  /** Each text's tokens for a T5. */
  readonly t5?: readonly Window[];
}

/**
 * The conditions that a prompt asks for: several where it has AND. A negative prompt is always one, and AND in it
 * is a word, as in A1111. Tags of LoRAs must be gone already, and wildcards drawn.
 */
export function conditions(prompt: string, which: Which, reading: Reading): Condition[] {
  return timelines(prompt, which, reading).map(({ weight, spans }) => {
    const texts = [...new Set(spans.map(({ text }) => text))];
    return {
      weight,
      schedule: spans.map(({ until, text }) => ({ until, text: texts.indexOf(text) })),
      texts: padded(texts.map((text) => cut(text, reading).windows.slice(0, reading.limit))),
      ...(reading.t5 && { t5: texts.map((text) => t5Tokens(piecesOf(text, reading), reading.t5!)) }),
    };
  });
}

/** The same as texts. */
export function timelines(
  prompt: string,
  which: Which,
  reading: Reading,
): { readonly weight: number; readonly spans: readonly Span[] }[] {
  if (reading.language !== 'A1111')
    return [{ weight: 1, spans: [{ until: lastStep(reading), text: prompt }] }];
  const asked = which === 'prompt' ? parts(prompt) : [{ text: prompt, weight: 1 }];
  return asked.map(({ text, weight }) => ({ weight, spans: schedule(text, reading) }));
}

const lastStep = ({ steps, hires, old }: Reading): number => (hires !== undefined && !old ? hires : steps);

/** One text in windows. */
export function cut(text: string, reading: Reading): Windows {
  return (reading.language === 'ComfyUI' ? comfyWindows : windows)(piecesOf(text, reading), reading);
}

function piecesOf(text: string, { language, emphasis }: Reading): readonly Piece[] {
  if (language === 'plain' || emphasis === 'off') return [{ text, weight: 1 }];
  return language === 'ComfyUI' ? comfyWeights(text) : attention(text);
}

function padded(texts: readonly (readonly Window[])[]): (readonly Window[])[] {
  const most = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => [...text, ...Array<Window>(most - text.length).fill(EMPTY)]);
}
