/**
 * What Python's regular expressions and float() take for a space, a letter or a number. The tools whose prompts we read
 * are written in it, and JavaScript's `\s`, `\b`, `\d` and Number() say otherwise beyond ASCII.
 */

import { defined } from '../checked';

/** One white space, for a regular expression with the flag u. */
export const SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

/** One letter, digit or underscore, for a regular expression with the flag u. */
const WORD = '[\\p{L}\\p{N}_]';

/** This as a word of its own: `\bAND\b`. */
export const wholeWord = (word: string): string => `(?<!${WORD})${word}(?!${WORD})`;

const NUMBER = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const WORDS = /^([+-]?)(inf|infinity|nan)$/i;
const ONE_SPACE = new RegExp(SPACE, 'u');

/** Without the white space at its end. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ONE_SPACE.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Without the white space at its beginning. */
export function trimStart(text: string): string {
  let from = 0;
  while (from < text.length && ONE_SPACE.test(text[from]!)) from++;
  return text.slice(from);
}

/** The number that float() reads, NaN and infinities among them; null where it would throw. */
export function float(text: string): number | null {
  const plain = plainDigits(trimStart(trimEnd(text)));
  if (NUMBER.test(plain)) return Number(plain.replaceAll('_', ''));
  const [, sign, word] = WORDS.exec(plain) ?? [];
  if (word === undefined) return null;
  return word.toLowerCase() === 'nan' ? NaN : sign === '-' ? -Infinity : Infinity;
}

/** The text with 0 to 9 for the decimal digits of all scripts. */
export const plainDigits = (text: string): string => text.replace(/\p{Nd}/gu, digit);

/** Decimal digits of all scripts stand in rows of ten, from zero on. */
function digit(sign: string): string {
  const code = defined(sign.codePointAt(0));
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
