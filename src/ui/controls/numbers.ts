/** Numbers as people type and paste them. */
import { plainDigits } from '../../text/python';

/** Zero-width characters that come with text copied from web pages. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Digits, points and commas of any script or width as those of ASCII, without zero-width characters. */
export const plainNumber = (text: string): string =>
  plainDigits(text)
    .replace(UNSEEN, '')
    .replace(/[٫．]/g, '.')
    .replace(/[٬，]/g, ',')
    .replace(/[−–－﹣]/g, '-')
    .replaceAll('＋', '+');

/**
 * The number in a text: in digits of any script, with a decimal point or comma, spaces around it or between its thousands,
 * and any of the minus signs used in typesetting. NaN where there is none.
 * @param whole only whole numbers: a comma before three digits groups thousands.
 */
export function numberTyped(text: string, { whole = false } = {}): number {
  const plain = plainNumber(text)
    .replace(/[\s'’_]+/g, '')
    .replace(/^\+/, '');
  const grouped = whole && /^-?\d{1,3}(?:[,.]\d{3})+$/.test(plain);
  const last = Math.max(plain.lastIndexOf(','), plain.lastIndexOf('.'));
  const [before, after] = last < 0 || grouped ? [plain, ''] : [plain.slice(0, last), plain.slice(last + 1)];
  // "7.5." is ambiguous, and certainly not 75.
  if (!grouped && /[,.]/.test(before) && !isGrouped(before, plain.charAt(last))) return NaN;
  const written = `${before.replace(/[,.]/g, '')}.${after}`;
  return /^-?(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(written) ? Number(written) : exponential(plain);
}

/** Whether the part before the fraction has its thousands grouped, with one separator that is not the decimal one. */
const isGrouped = (before: string, point: string): boolean =>
  new RegExp(`^-?\\d{1,3}(?:${point === '.' ? ',' : '\\.'}\\d{3})+$`).test(before);

/** Parses exponential notation: "1e3". */
const exponential = (plain: string): number =>
  /^-?\d+(?:\.\d*)?e[+-]?\d+$/i.test(plain) ? Number(plain) : NaN;

/** The next number on the grid of steps, up (1) or down (−1), as the arrow keys of a number field go. */
export function stepped(
  value: number,
  by: 1 | -1,
  { min, max, step }: { min: number; max: number; step: number },
): number {
  const place = (value - min) / step;
  const next = by > 0 ? Math.floor(place + 1e-6) + 1 : Math.ceil(place - 1e-6) - 1;
  return Math.min(Math.max(Number((min + next * step).toFixed(6)), min), max);
}
