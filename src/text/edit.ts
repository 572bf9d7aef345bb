/** Changes to a prompt: weights by key, as in A1111 (Ctrl+↑ and Ctrl+↓), and suggestions that are taken up. */

/** What to put where, and what is to be selected then. All are places in the prompt; `from` to `to` before the change. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A prompt with a suggestion: it replaces another suggestion, or follows what was typed, so that nothing typed is lost.
 * @param examples all suggestions.
 */
export function withExample(prompt: string, example: string, examples: readonly string[]): string {
  const typed = prompt.trimEnd();
  if (typed === '' || examples.includes(typed)) return example;
  return /[,，、]$/.test(typed) ? `${typed} ${example}` : `${typed}, ${example}`;
}

const STEP = 0.1;
const TAG_STEP = 0.05;

/**
 * More (1) or less (-1) weight for what is selected; with no selection, for the bracket around the caret, or the word at it. A word
 * without a weight gets brackets; at a weight of 1 they go again. In a tag, `<lora:name:0.8>`, it is the last weight that
 * changes. The same text is selected afterwards, so that the key can be pressed again.
 * @returns null where there is nothing to weigh.
 */
export function reweigh(prompt: string, start: number, end: number, more: 1 | -1): Edit | null {
  const tag = tagAt(prompt, start, end);
  if (tag) return inTag(prompt, tag, start, end, more);
  const chosen =
    start < end ? trimmed(prompt, start, end) : (innermost(prompt, start) ?? wordAt(prompt, start));
  if (!chosen) return null;
  const around = bracketOf(prompt, chosen);
  const inner = around ?? { ...chosen, from: chosen.start, to: chosen.end, weight: 1 };
  const text = prompt.slice(inner.start, inner.end);
  const weight = rounded(inner.weight + more * STEP);
  const put = weight === 1 ? text : `(${text}:${shown(weight)})`;
  const first = inner.from + (weight === 1 ? 0 : 1);
  return { from: inner.from, to: inner.to, text: put, start: first, end: first + text.length };
}

interface Range {
  readonly start: number;
  readonly end: number;
}
/** Text in brackets, or in none: `start` to `end` is the text, `from` to `to` all of it. */
interface Weighed extends Range {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** Sums of tenths have no more digits than these. */
const rounded = (weight: number): number => Number(weight.toPrecision(12));
const shown = (weight: number): string => (Number.isInteger(weight) ? weight.toFixed(1) : String(weight));

const WEIGHT = /^(?<text>[^]*):\s*(?<weight>[+-]?(?:\d+\.?\d*|\.\d+))\s*$/;

/** Every pair of brackets, the inner before the outer. */
function* pairs(prompt: string): Generator<{ readonly open: number; readonly close: number }> {
  const round: number[] = [];
  const square: number[] = [];
  for (const { 0: sign, index } of prompt.matchAll(/\\[^]|[()[\]]/g)) {
    if (sign === '(') round.push(index);
    else if (sign === '[') square.push(index);
    else {
      const open = sign === ')' ? round.pop() : sign === ']' ? square.pop() : undefined;
      if (open !== undefined) yield { open, close: index };
    }
  }
}

/** What stands in the innermost bracket around the caret that has a weight to change. */
function innermost(prompt: string, caret: number): Range | null {
  for (const { open, close } of pairs(prompt)) {
    if (open >= caret || caret > close || !isEmphasis(prompt, open, close)) continue;
    const inside = prompt.slice(open + 1, close);
    return { start: open + 1, end: open + 1 + textOf(inside, prompt[open]!).length };
  }
  return null;
}

/** Prompt editing and alternation stand in square brackets, too; neither is a weight. */
const isEmphasis = (prompt: string, open: number, close: number): boolean =>
  prompt[open] === '(' || !/[:|]/.test(prompt.slice(open, close));

const textOf = (inside: string, bracket: string): string =>
  (bracket === '(' && WEIGHT.exec(inside)?.groups?.['text']) || inside;

/** The brackets that are there for this text and nothing else, selected with it or around it. */
function bracketOf(prompt: string, { start, end }: Range): Weighed | null {
  const found = [...pairs(prompt)].filter(({ open, close }) => isEmphasis(prompt, open, close));
  const whole = found.find(({ open, close }) => open === start && close === end - 1);
  const text = whole ? textOf(prompt.slice(start + 1, end - 1), prompt[start]!) : prompt.slice(start, end);
  const first = whole ? start + 1 : start;
  const inner = found.find(({ open }) => open === first - 1);
  if (!inner) return null;
  const given = WEIGHT.exec(prompt.slice(first, inner.close))?.groups;
  if (prompt[inner.open] === '(' && given?.['text'] === text)
    return {
      start: first,
      end: first + text.length,
      from: inner.open,
      to: inner.close + 1,
      weight: Number(given['weight']),
    };
  // Bare brackets, perhaps several: ((text)).
  let depth = 0;
  const bracket = prompt[inner.open]!;
  const isBare = (open: number, close: number): boolean =>
    prompt[open] === bracket && found.some((pair) => pair.open === open && pair.close === close);
  while (isBare(first - 1 - depth, first + text.length + depth)) depth++;
  if (depth === 0) return null;
  const weight = Math.round((bracket === '(' ? 1.1 : 1 / 1.1) ** depth / STEP) * STEP;
  return {
    start: first,
    end: first + text.length,
    from: first - depth,
    to: first + text.length + depth,
    weight,
  };
}

const BOUNDARY = /[\s.,\\/!?%^*;:{}=`~()[\]<>|]/;

function wordAt(prompt: string, caret: number): Range | null {
  let [start, end] = [caret, caret];
  while (start > 0 && !BOUNDARY.test(prompt[start - 1]!)) start--;
  while (end < prompt.length && !BOUNDARY.test(prompt[end]!)) end++;
  return start < end ? { start, end } : null;
}

function trimmed(prompt: string, start: number, end: number): Range | null {
  const text = prompt.slice(start, end);
  const from = start + text.length - text.trimStart().length;
  return text.trim() === '' ? null : { start: from, end: from + text.trim().length };
}

/** The tag in which a caret or a selection lies. */
function tagAt(prompt: string, start: number, end: number): Range | null {
  for (const { 0: tag, index } of prompt.matchAll(/<[\p{L}\p{N}_]+:[^>]+>/gu)) {
    const past = index + tag.length;
    if (index <= start && end <= past && (start < end || (index < start && start < past)))
      return { start: index, end: past };
  }
  return null;
}

/** A tag without a weight counts in full. */
function inTag(prompt: string, tag: Range, start: number, end: number, more: 1 | -1): Edit {
  const text = prompt.slice(tag.start, tag.end);
  const { before = text.slice(0, -1) + ':', weight = '1' } =
    /^(?<before><[^:]*:[^]*[:=])(?<weight>[+-]?(?:\d+\.?\d*|\.\d+))>$/.exec(text)?.groups ?? {};
  const changed = `${before}${rounded(Number(weight) + more * TAG_STEP)}>`;
  const last = tag.start + changed.length;
  return {
    from: tag.start,
    to: tag.end,
    text: changed,
    start: Math.min(start, last),
    end: Math.min(end, last),
  };
}
