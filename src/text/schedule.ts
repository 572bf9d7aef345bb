/** A prompt that changes on the way: A1111's prompt editing, `[from:to:when]`, and alternation, `[one|other]`. */
import { lastOf } from '../checked';
import { SPACE } from './python';

/** A text that is in force until a step, counted from 1, is done. */
export interface Span {
  readonly until: number;
  readonly text: string;
}

/** The steps over which a prompt may change. */
export interface Timeline {
  /** Steps of the picture, or of the first pass of two; twice as many for samplers that A1111 calls second order. */
  readonly steps: number;
  /** Steps of the second pass, whose schedule is asked for then: it goes on where the first ended. */
  readonly hires?: number;
  /** A1111's "Old prompt editing timelines" (before 1.6): any number below 1 is a fraction, and both passes are alike. */
  readonly old?: boolean;
}

/** Plain text, several nodes in a row, or something that depends on the step. */
type Node = string | readonly Node[] | Change | Alternation;
interface Change {
  readonly before: readonly Node[];
  readonly after: readonly Node[];
  /** As written: with a point in it, it is a fraction of the steps. */
  readonly when: string;
}
interface Alternation {
  readonly choices: readonly (readonly Node[])[];
}

/**
 * The texts of a prompt, one after the other; the last stands until the last step. `[a:b:0.5]` is a for half of the steps,
 * then b; `[a:b:10]` a for ten steps; `[b:10]` nothing, then b; `[a::10]` a, then nothing; `[a|b]` each step another,
 * from which on there is a span for each step. All of it can be nested. Brackets that mean nothing here stay as they
 * are, and so do escapes. A prompt with `|` outside of such brackets, or with a backslash at its end, is not read at all,
 * as in A1111.
 */
export function schedule(prompt: string, timeline: Timeline): Span[] {
  const { hires, old = false } = timeline;
  const second = hires !== undefined && !old;
  const steps = second ? hires : timeline.steps;
  const stepOf = (when: string): number => {
    const value = Number(when);
    const fraction = old ? value < 1 : when.includes('.');
    // To the second pass, fractions are from 1 to 2, and steps go on from the first.
    const from = second ? (fraction ? 1 : timeline.steps) : 0;
    return Math.min(steps, Math.trunc(fraction ? (value - from) * steps : value - from));
  };
  const nodes = parse(prompt);
  if (nodes === null) return [{ until: steps, text: prompt }];
  const ends = new Set([steps]);
  for (const node of allOf(nodes)) {
    if ('choices' in node) for (let step = 1; step <= steps; step++) ends.add(step);
    else if (stepOf(node.when) >= 1) ends.add(stepOf(node.when));
  }
  return [...ends].sort((a, b) => a - b).map((until) => ({ until, text: textAt(nodes, until, stepOf) }));
}

/**
 * Which span a model's call reads. A1111 counts calls from 0 and asks for `call <= until`, so that a change after step 10 is seen
 * from the twelfth call on; past the end, it is the first again.
 */
export function activeAt<T extends { readonly until: number }>(spans: readonly T[], call: number): T {
  return spans.find(({ until }) => call <= until) ?? spans[0]!;
}

const isRow = (node: Node): node is readonly Node[] => Array.isArray(node);

/** The parts that depend on the step, at any depth. */
function* allOf(nodes: readonly Node[]): Generator<Change | Alternation> {
  const left: Node[] = [nodes];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (typeof node === 'string') continue;
    if (!isRow(node)) yield node;
    for (const inner of isRow(node) ? node : 'choices' in node ? node.choices : [node.before, node.after])
      left.push(inner);
  }
}

function textAt(nodes: readonly Node[], step: number, stepOf: (when: string) => number): string {
  const chosen = (node: Change | Alternation): readonly Node[] =>
    'choices' in node
      ? node.choices[(step - 1) % node.choices.length]!
      : step <= stepOf(node.when)
        ? node.before
        : node.after;
  let text = '';
  const left: Node[] = [nodes];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (typeof node === 'string') text += node;
    else if (isRow(node)) for (let i = node.length - 1; i >= 0; i--) left.push(node[i]!);
    else left.push(chosen(node));
  }
  return text;
}

/** A bracket that is open, what stands in it so far, and the signs that part it: one fewer than parts. */
interface Open {
  readonly bracket: '(' | '[';
  readonly parts: Node[][];
  readonly signs: (':' | '|')[];
}

const LEXEMES = /(?:[^\\()[\]:|]|\\.)+|[()[\]:|]|\\/gu;
const WHEN = new RegExp(`^${SPACE}*([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:e[+-]?\\d+)?)${SPACE}*$`, 'iu');

/** Null for a text that this grammar does not accept. */
function parse(prompt: string): readonly Node[] | null {
  const top: Node[] = [];
  let open: Open[] = [];
  const here = (): Node[] => open.at(-1)?.parts.at(-1) ?? top;
  /** One wrong bracket makes all brackets around it plain text, as a bracket may only contain right ones. */
  const giveUp = (): boolean => {
    for (const { bracket, parts, signs } of open) top.push(bracket, woven(parts, signs));
    const sound = open.every(({ signs }) => !signs.includes('|'));
    open = [];
    return sound;
  };

  for (const [lexeme] of prompt.matchAll(LEXEMES)) {
    if (lexeme === '\\') return null;
    if (lexeme === '(' || lexeme === '[') open.push({ bracket: lexeme, parts: [[]], signs: [] });
    else if (lexeme === '|' && open.at(-1)?.bracket !== '[') return null;
    else if ((lexeme === ':' || lexeme === '|') && open.length > 0) {
      lastOf(open).signs.push(lexeme);
      lastOf(open).parts.push([]);
    } else if (lexeme === ')' || lexeme === ']') {
      const closed = open.length > 0 ? meaningOf(lastOf(open), lexeme) : null;
      if (closed) open.pop();
      else if (!giveUp()) return null;
      here().push(closed ?? lexeme);
    } else here().push(lexeme);
  }
  return giveUp() ? top : null;
}

/** What a bracket is that ends with this sign; null where it is none that counts. */
function meaningOf({ bracket, parts, signs }: Open, end: ')' | ']'): Node | null {
  if (bracket !== (end === ')' ? '(' : '[')) return null;
  if (bracket === '(') return signs.length <= 1 ? [bracket, woven(parts, signs), end] : null;
  if (signs.length === 0) return [bracket, parts[0]!, end];
  if (signs.every((sign) => sign === '|')) return { choices: parts };
  const last = lastOf(parts);
  const [, when] = last.every((node) => typeof node === 'string') ? (WHEN.exec(last.join('')) ?? []) : [];
  if (when === undefined || signs.includes('|') || signs.length > 2) return null;
  return { before: signs.length === 2 ? parts[0]! : [], after: parts[parts.length - 2]!, when };
}

const woven = (parts: readonly Node[][], signs: readonly string[]): Node =>
  parts.flatMap((part, i) => (i === 0 ? [part] : [signs[i - 1]!, part]));
