/** How much each part of a prompt counts: emphasis by brackets, as A1111 and as ComfyUI read it. */
import { float, SPACE, wholeWord } from './python';

/** A part of a prompt, and its weight; 1 changes nothing. */
export interface Piece {
  readonly text: string;
  readonly weight: number;
}

const ROUND = 1.1;
const SQUARE = 1 / 1.1;
/** Begins another window where its weight is -1, that is, outside of all brackets. */
export const BREAK = 'BREAK';
const BREAKS = new RegExp(`${SPACE}*${wholeWord(BREAK)}${SPACE}*`, 'u');

/** In this order: an escape, the end of a bracket with a weight, a bracket, text without any sign that matters, a colon. */
const LEXEMES = new RegExp(
  `\\\\(?<literal>[()[\\]\\\\]?)|:${SPACE}*(?<weight>[+-]?[.\\p{Nd}]+)${SPACE}*\\)|[()[\\]:]|[^\\\\()[\\]:]+`,
  'gu',
);

/**
 * A1111's emphasis: `(a)` counts 1.1 times, `[a]` 1 / 1.1 times, `(a:1.3)` 1.3 times; brackets in brackets multiply, and those
 * never closed reach to the end. A backslash before a bracket or another backslash makes that plain text; any other backslash
 * vanishes. Never empty; neighbours of equal weight are one piece. BREAK is a piece of its own, of weight -1 times that of its
 * brackets: inside any it is only a word of negative weight, as in A1111.
 *
 * `(a:1.2.3)`, at which A1111 fails, is read like `(a:b)`: it has no weight, and the colon and the rest are text.
 */
export function attention(prompt: string): Piece[] {
  const pieces: { text: string; weight: number }[] = [];
  const round: number[] = []; // where brackets that are still open begin
  const square: number[] = [];
  const add = (text: string, weight = 1): void => void pieces.push({ text, weight });
  const multiply = (from: number, factor: number): void => {
    for (let i = from; i < pieces.length; i++) pieces[i]!.weight *= factor;
  };
  const addWithBreaks = (text: string): void => {
    for (const [i, part] of text.split(BREAKS).entries()) {
      if (i > 0) add(BREAK, -1);
      add(part);
    }
  };

  for (const { 0: lexeme, groups = {} } of prompt.matchAll(LEXEMES)) {
    const weight = groups['weight'] === undefined ? null : float(groups['weight']);
    if (groups['literal'] !== undefined) add(groups['literal']);
    else if (lexeme === '(') round.push(pieces.length);
    else if (lexeme === '[') square.push(pieces.length);
    else if (weight !== null && round.length > 0) multiply(round.pop()!, weight);
    else if (lexeme === ')' && round.length > 0) multiply(round.pop()!, ROUND);
    else if (lexeme === ']' && square.length > 0) multiply(square.pop()!, SQUARE);
    else if (groups['weight'] !== undefined && round.length > 0) {
      addWithBreaks(lexeme.slice(0, -1));
      multiply(round.pop()!, ROUND);
    } else addWithBreaks(lexeme);
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return pieces.length === 0 ? [{ text: '', weight: 1 }] : joined(pieces);
}

function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last?.weight === piece.weight) all[all.length - 1] = { ...last, text: last.text + piece.text };
    else all.push(piece);
  }
  return all;
}

/** Placeholders for escaped brackets, which no keyboard has. */
const ESCAPED = { '\\(': '\uE000', '\\)': '\uE001' };

/**
 * ComfyUI's weights: only round brackets count, bare ones multiply by 1.1, and a number is the weight itself, whatever stands
 * around it: `((a:1.2):1.3)` is 1.2. A bracket that is not closed is text. `\(` and `\)` are signs; BREAK, square brackets and
 * all else are words. Empty where there is nothing.
 */
export function comfyWeights(prompt: string): Piece[] {
  const escaped = prompt.replaceAll('\\(', ESCAPED['\\(']).replaceAll('\\)', ESCAPED['\\)']);
  const plain = (text: string): string =>
    text.replaceAll(ESCAPED['\\('], '(').replaceAll(ESCAPED['\\)'], ')');
  return weighed(escaped).map(({ text, weight }) => ({ text: plain(text), weight }));
}

/** Text that is still to be cut at its brackets. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** Each character is read once, however deep brackets are nested. */
function weighed(text: string): Piece[] {
  const { closes, colons } = signsIn(text);
  const pieces: Piece[] = [];
  const left: Stretch[] = [{ from: 0, to: text.length, weight: 1 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { from, to, weight } = next;
    const parts = outerBrackets(text, next, closes);
    const [first] = parts;
    // All of it, and no bracket: nothing is left to cut.
    if (first && parts.length === 1 && !isBracket(text, first)) {
      pieces.push({ text: text.slice(from, to), weight });
      continue;
    }
    for (const part of parts.reverse()) left.push(isBracket(text, part) ? within(text, part, colons) : part);
  }
  return pieces;
}

const isBracket = (text: string, { from, to }: Stretch): boolean =>
  to - from >= 2 && text[from] === '(' && text[to - 1] === ')';

/** The text in a bracket, up to its weight, if it has one. */
function within(text: string, bracket: Stretch, colons: Int32Array): Stretch {
  const [from, to] = [bracket.from + 1, bracket.to - 1];
  const colon = colons[to]!;
  const given = colon > from ? float(text.slice(colon + 1, to)) : null;
  return given === null ? { from, to, weight: bracket.weight * ROUND } : { from, to: colon, weight: given };
}

/** Where each bracket closes, and of each place the colon before it: -1 for none. */
function signsIn(text: string): { closes: Int32Array; colons: Int32Array } {
  const closes = new Int32Array(text.length).fill(-1);
  const colons = new Int32Array(text.length + 1).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '(') open.push(i);
    else if (sign === ')' && open.length > 0) closes[open.pop()!] = i;
    colons[i + 1] = sign === ':' ? i : colons[i]!;
  }
  return { closes, colons };
}

/** Cut before each outermost bracket that opens and after each that closes. After a `)` too many, no bracket opens. */
function outerBrackets(text: string, { from, to, weight }: Stretch, closes: Int32Array): Stretch[] {
  const parts: Stretch[] = [];
  let begun = from;
  let depth = 0;
  const cut = (at: number): void => {
    if (at > begun) parts.push({ from: begun, to: at, weight });
    begun = at;
  };
  for (let i = from; i < to; i++) {
    if (text[i] === ')') depth--;
    else if (text[i] === '(' && depth < 0) depth++;
    else if (text[i] === '(') {
      cut(i);
      const close = closes[i]!;
      if (close < 0 || close >= to) break;
      cut((i = close) + 1);
    }
  }
  cut(to);
  return parts;
}
