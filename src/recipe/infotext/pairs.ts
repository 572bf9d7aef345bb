/**
 * The line of `Name: value` pairs that ends A1111's text about a picture. A1111 leaves it to Python what a pair, a word or a
 * space is, so the same rules hold here.
 */
import { SPACE, trimEnd, trimStart } from '../../text/python';

const space = new RegExp(SPACE, 'u');

/** Python's `strip()`. */
export const strip = (text: string): string => trimStart(trimEnd(text));

/** `\w` of a Python pattern. */
const isWord = (letter: string): boolean => /^[\p{L}\p{N}_]$/u.test(letter);

/** Whether a character may follow the first one of a name. */
const isInner = (letter: string): boolean =>
  letter === ' ' || letter === '-' || letter === '/' || isWord(letter);

/** Whether a name is read back unchanged. */
export const isName = (name: string): boolean =>
  name.length > 1 && Array.from(name).every((letter, i) => (i === 0 ? isWord(letter) : isInner(letter)));

/** A name and its value. */
export type Pair = readonly [name: string, value: string];

/**
 * The pairs of a line, in order, with values as they are written: possibly in quotes, possibly empty. A name has at least two
 * characters; anything that is no pair is skipped. Takes time in proportion to the line's length.
 */
export function pairsOf(line: string): Pair[] {
  const pairs: Pair[] = [];
  const letters = Array.from(line);
  let from = 0; // what comes before belongs to a pair, or to none
  for (let colon = 0; colon < letters.length; colon++) {
    if (letters[colon] !== ':') continue;
    let start = colon;
    while (start > from && isInner(letters[start - 1]!)) start--;
    while (start < colon && !isWord(letters[start]!)) start++;
    from = colon + 1;
    if (colon - start < 2) continue;
    let value = colon + 1;
    while (value < letters.length && space.test(letters[value]!)) value++;
    const end = quotedEnd(letters, value) ?? plainEnd(letters, value);
    pairs.push([letters.slice(start, colon).join(''), letters.slice(value, end).join('')]);
    from = end + 1;
    colon = end;
  }
  return pairs;
}

/** The index after a quoted value, followed by a comma or the end; null where there is none. */
function quotedEnd(letters: readonly string[], from: number): number | null {
  if (letters[from] !== '"') return null;
  let at = from + 1;
  while (at < letters.length && letters[at] !== '"') at += letters[at] === '\\' ? 2 : 1;
  const whole = at > from + 1 && letters[at] === '"';
  return whole && (at + 1 === letters.length || letters[at + 1] === ',') ? at + 1 : null;
}

function plainEnd(letters: readonly string[], from: number): number {
  const comma = letters.indexOf(',', from);
  return comma < 0 ? letters.length : comma;
}

/** A value as it is written in the line: as a JSON string if it has a comma, a colon or a line break. */
export const quote = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value);

/** The inverse of `quote`; quoted text that is not JSON stays as it is. */
export function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** A pair as A1111 writes it: only once where the value equals the name. */
export const pairText = (name: string, value: string): string =>
  name === value ? name : `${name}: ${quote(value)}`;

/** A pair that is read back unchanged, quoted where A1111's own form would not be. */
export function surePairText(name: string, value: string): string {
  const text = pairText(name, value);
  const [pair, ...more] = pairsOf(text);
  const kept = pair?.[0] === name && unquote(pair[1]) === value && pair[1] !== '' && more.length === 0;
  return kept ? text : `${name}: ${JSON.stringify(value)}`;
}

/** A number as Python prints it: 1e-05, where JavaScript prints 0.00001. */
export function pythonNumber(value: number): string {
  const text = String(value);
  if (value === 0 || Math.abs(value) >= 1e-4) return text;
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
