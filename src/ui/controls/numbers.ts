/** Numbers as people type and paste them. */
import { plainDigits } from '../../text/python';

/** Signs without width that come along with what is copied from pages. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Digits, points and commas of other scripts and of full width as those of ASCII, and nothing unseen. */
export const plainNumber = (text: string): string =>
  plainDigits(text)
    .replace(UNSEEN, '')
    .replace(/[٫．]/g, '.')
    .replace(/[٬，]/g, ',')
    .replace(/[−–－﹣]/g, '-')
    .replaceAll('＋', '+');

/**
 * The number in a text: in the digits of any script, with a point or a comma before its fraction, blanks around it or between
 * its thousands, and any of the minus signs that texts are set with. NaN where there is none.
 * @param whole a comma before three digits groups thousands, for there is no fraction.
 */
export function numberTyped(text: string, whole = false): number {
  const plain = plainNumber(text)
    .replace(/[\s'’_]+/g, '')
    .replace(/^\+/, '');
  const grouped = whole && /^-?\d{1,3}(?:[,.]\d{3})+$/.test(plain);
  const last = Math.max(plain.lastIndexOf(','), plain.lastIndexOf('.'));
  const [before, after] = last < 0 || grouped ? [plain, ''] : [plain.slice(0, last), plain.slice(last + 1)];
  // Of "7.5." nobody knows what was meant: least of all 75.
  if (!grouped && /[,.]/.test(before) && !isGrouped(before, plain.charAt(last))) return NaN;
  const written = `${before.replace(/[,.]/g, '')}.${after}`;
  return /^-?(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(written) ? Number(written) : exponential(plain);
}

/** Whether what stands before a fraction has its thousands apart, by one sign, which is not the one before the fraction. */
const isGrouped = (before: string, point: string): boolean =>
  new RegExp(`^-?\\d{1,3}(?:${point === '.' ? ',' : '\\.'}\\d{3})+$`).test(before);

/** "1e3", which numbers may be written as, too. */
const exponential = (plain: string): number =>
  /^-?\d+(?:\.\d*)?e[+-]?\d+$/i.test(plain) ? Number(plain) : NaN;

/** The next number on a grid, up (1) or down (−1), as the arrow keys of a field of numbers go. */
export function stepped(
  value: number,
  by: 1 | -1,
  { min, max, step }: { min: number; max: number; step: number },
): number {
  const place = (value - min) / step;
  const next = by > 0 ? Math.floor(place + 1e-6) + 1 : Math.ceil(place - 1e-6) - 1;
  return Math.min(Math.max(Number((min + next * step).toFixed(6)), min), max);
}
