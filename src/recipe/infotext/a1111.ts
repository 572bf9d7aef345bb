/**
 * A1111's text about a picture, read as version 1.10 reads it: the prompt, the negative prompt, and the settings of the last line
 * by name, with A1111's values for missing ones.
 */
import { lastOf } from '../../checked';
import type { Chosen } from '../../sampling/labels';
import { attention, BREAK } from '../../text/attention';
import { a1111Choice } from './names';
import { pairsOf, strip, unquote, type Pair } from './pairs';
import { isBefore } from './version';

/** The parts of such a text. */
export interface Parts {
  readonly prompt: string;
  readonly negative: string;
  /** The settings of the last line; none where it is part of the prompt. */
  readonly pairs: readonly Pair[];
}

const NEGATIVE = 'Negative prompt:';

/** The last line counts as settings if it has at least three; those without a value are then dropped. */
export function partsOf(text: string): Parts {
  const lines = strip(text).split('\n');
  const found = pairsOf(lastOf(lines));
  const isPrompt = found.length < 3;
  const said: string[] = [];
  const unwanted: string[] = [];
  let into = said;
  for (const line of isPrompt ? lines : lines.slice(0, -1)) {
    const stripped = strip(line);
    const turns = stripped.startsWith(NEGATIVE);
    if (turns) into = unwanted;
    const words = turns ? strip(stripped.slice(NEGATIVE.length)) : stripped;
    // Empty lines at the start are dropped.
    if (into.length > 0 || words !== '') into.push(words);
  }
  const pairs = found
    .filter(([, value]) => value !== '')
    .map(([name, value]): Pair => [name, unquote(value)]);
  return { prompt: said.join('\n'), negative: unwanted.join('\n'), pairs: isPrompt ? [] : pairs };
}

/** Settings by their names in the text; numbers and booleans only where A1111 fills them in. */
export type Parameters = Record<string, string | number | boolean>;

export const SAME_SAMPLER = 'Use same sampler';
export const SAME_SCHEDULE = 'Use same scheduler';

/** A1111's values for missing settings. */
const missing: Readonly<Parameters> = {
  'Clip skip': '1',
  'Hires sampler': SAME_SAMPLER,
  'Hires schedule type': SAME_SCHEDULE,
  'Hires checkpoint': 'Use same checkpoint',
  'Hires prompt': '',
  'Hires negative prompt': '',
  'Mask mode': 'Inpaint masked',
  'Masked content': 'original',
  'Inpaint area': 'Whole picture',
  'Masked area padding': 32,
  RNG: 'GPU',
  'Schedule type': 'Automatic',
  'Schedule max sigma': 0,
  'Schedule min sigma': 0,
  'Schedule rho': 0,
  'VAE Encoder': 'Full',
  'VAE Decoder': 'Full',
  'FP8 weight': 'Disable',
  'Refiner switch by sampling steps': false,
};

const sizes = /^(\p{Nd}+)x(\p{Nd}+)\n?$/u;

/** All settings of a text, completed as A1111 does. */
export function parametersOf(text: string): Parameters {
  const { prompt, negative, pairs } = partsOf(text);
  const found: Parameters = {};
  for (const [name, value] of pairs) {
    const size = sizes.exec(value);
    if (size) Object.assign(found, { [`${name}-1`]: size[1]!, [`${name}-2`]: size[2]! }); // both groups always match
    else found[name] = value;
  }
  found.Prompt = prompt;
  found['Negative prompt'] = negative;
  if ('Hypernet' in found)
    found.Prompt += `<hypernet:${found.Hypernet}:${found['Hypernet strength'] ?? '1.0'}>`;
  if (!('Hires resize-1' in found)) Object.assign(found, { 'Hires resize-1': 0, 'Hires resize-2': 0 });
  if (!('Cache FP16 weight for LoRA' in found) && (found['FP8 weight'] ?? 'Disable') !== 'Disable') {
    found['Cache FP16 weight for LoRA'] = false;
  }
  if (!('Emphasis' in found) && (weighs(prompt) || weighs(negative))) found.Emphasis = 'Original';
  for (const [name, value] of Object.entries(missing)) found[name] ??= value;
  restoreFirstPass(found);
  restoreOldWays(found);
  return found;
}

/** Whether any part of a prompt has a weight other than 1. */
const weighs = (prompt: string): boolean =>
  attention(prompt).some(({ text, weight }) => weight !== 1 && text !== BREAK);

/** Until 2023, "Size" was the second pass's and "First pass size" the first's; 0x0 means that it is computed. */
function restoreFirstPass(found: Parameters): void {
  if (!('First pass size-1' in found && 'First pass size-2' in found)) return;
  const width = Number(found['Size-1'] ?? 512);
  const height = Number(found['Size-2'] ?? 512);
  let first = [Number(found['First pass size-1']), Number(found['First pass size-2'])] as const;
  if (first.includes(0)) first = firstPassOf(width, height);
  [found['Size-1'], found['Size-2']] = first;
  [found['Hires resize-1'], found['Hires resize-2']] = [width, height];
}

/** The first pass's size: about as many pixels as 512 × 512, with sides rounded up to multiples of 64. */
export function firstPassOf(width: number, height: number): readonly [number, number] {
  const scale = Math.sqrt((512 * 512) / (width * height));
  return [Math.ceil((scale * width) / 64) * 64, Math.ceil((scale * height) / 64) * 64];
}

/** Turns on what older versions did differently, so that their pictures come out the same. */
function restoreOldWays(found: Parameters): void {
  const version = String(found.Version ?? '');
  if (isBefore(version, '1.6.0')) {
    if (String(found.Prompt).includes('[')) found['Old prompt editing timelines'] = true;
    if (found.Sampler === 'DDIM' || found.Sampler === 'PLMS') found['Pad conds v0'] = true;
  }
  if (isBefore(version, '1.7.0-225')) found['Downcast alphas_cumprod'] = true;
  if (isBefore(version, '1.8.0') && found.Refiner) found['Refiner switch by sampling steps'] = true;
}

/** The samplers and schedules that A1111 uses, for the first pass and the hires pass. */
export interface Resolved extends Chosen {
  /** Whether A1111 has the sampler; else it is A1111's fallback. */
  readonly known: boolean;
  readonly hiresSampler: string;
  readonly hiresSchedule: string;
}

/** What A1111 would draw with, after its fallbacks and its names for "the same as in the first pass". */
export function resolve(found: Parameters): Resolved {
  const named = (name: string): string | undefined =>
    found[name] === undefined ? undefined : String(found[name]);
  const sampler = named('Sampler');
  const schedule = named('Schedule type');
  const first = a1111Choice(sampler, schedule);
  const own = { sampler: named('Hires sampler'), schedule: named('Hires schedule type') };
  const second = a1111Choice(
    own.sampler === SAME_SAMPLER ? sampler : own.sampler,
    own.schedule === SAME_SCHEDULE ? schedule : own.schedule,
  );
  return {
    ...first,
    hiresSampler: second.sampler === sampler ? SAME_SAMPLER : second.sampler,
    hiresSchedule: second.schedule === schedule ? SAME_SCHEDULE : second.schedule,
  };
}
