/** Prompts that leave something to chance: `{red|blue} car`, `__animal__ in the snow`. */

export interface Drawn {
  /** The prompts in the order given, with everything drawn, as a recipe should record them. */
  readonly prompts: readonly string[];
  /** Names of missing lists, which stay in the prompt unchanged. */
  readonly missing: readonly string[];
}

/**
 * Draws what prompts leave open, from the first to the last, always the same for a seed. `{a|b|c}` is one of them, in which
 * one may be empty or weigh more, `{3::a|b}`; `{2$$a|b|c}` is two, `{1-3$$ and $$a|b|c}` one to three with " and " between; `__file__` is
 * a line of a list, in which the same may stand. All of it can be nested, and `|` inside of `[a|b]` is A1111's alternation.
 * Braces without a choice are text, and so is `\{`, which keeps its backslash.
 *
 * The words are those of the Dynamic Prompts extension, the random numbers are our own: SplitMix64 from the seed (Steele, Lea and
 * Flood, 2014, doi 10.1145/2714064.2660195), one for each draw, of which the upper 53 bits are a fraction.
 *
 * @param lists by name: `__animal__` takes a line of "animal". Capitals do not matter.
 */
export function draw(
  prompts: readonly string[],
  seed: bigint,
  lists: ReadonlyMap<string, readonly string[]> = new Map(),
): Drawn {
  const named = new Map([...lists].map(([name, lines]) => [plain(name), lines]));
  const missing = new Set<string>();
  const fraction = splitMix64(seed);
  let left = MOST_DRAWS;

  /** @param within lists whose line is being written: they do not take another of their own. */
  function written(nodes: readonly Node[], within: readonly string[]): string {
    return nodes
      .map((node) => {
        if (typeof node === 'string') return node;
        return 'list' in node ? lineOf(node.list, within) : chosen(node, within);
      })
      .join('');
  }

  function lineOf(list: string, within: readonly string[]): string {
    const name = plain(list);
    const lines = named.get(name) ?? [];
    if (lines.length === 0) missing.add(list);
    if (lines.length === 0 || within.includes(name) || left-- <= 0) return `__${list}__`;
    const line = lines[Math.floor(fraction() * lines.length)]!;
    return written(parse(line), [...within, name]);
  }

  function chosen({ options, least, most, separator }: Choice, within: readonly string[]): string {
    const count = least + (most > least ? Math.floor(fraction() * (most - least + 1)) : 0);
    const undrawn = [...options];
    const found: string[] = [];
    while (found.length < count && undrawn.length > 0 && left-- > 0) {
      let at = fraction() * undrawn.reduce((all, { weight }) => all + weight, 0);
      const index = undrawn.findIndex(({ weight }) => (at -= weight) < 0);
      const [option] = undrawn.splice(Math.max(0, index), 1); // none is below 0 where all weigh nothing
      found.push(written(option!.nodes, within));
    }
    return count === 1 ? (found[0] ?? '') : found.map((text) => text.trim()).join(separator);
  }

  return { prompts: prompts.map((prompt) => written(parse(prompt), [])), missing: [...missing] };
}

/** Lines of a list's file. Empty ones and those that begin with # say nothing. */
export const linesOf = (file: string): string[] =>
  file
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** Lists that call each other many times over would take forever. */
const MOST_DRAWS = 10_000;

/** Deeper than anyone writes: braces that open there are text. */
const MOST_NESTED = 100;

/** Text, one of several, or a line of a list. */
type Node = string | Choice | { readonly list: string };
interface Choice {
  readonly options: readonly Option[];
  /** How many are drawn, and what stands between them. */
  readonly least: number;
  readonly most: number;
  readonly separator: string;
}
interface Option {
  readonly weight: number;
  readonly nodes: readonly Node[];
}

const plain = (name: string): string => name.trim().normalize('NFC').toLowerCase();

/** A brace that is open, and what its options are so far. */
interface Open {
  readonly parts: Node[][];
  /** Square brackets open in it: `|` in those is not ours. */
  square: number;
}

const LEXEMES = /\\[^]|__(?<list>(?:(?!__)[\p{L}\p{N}_./ -])+)__|[{}|[\]]|[^\\_{}|[\]]+|[^]/gu;

function parse(prompt: string): readonly Node[] {
  const top: Node[] = [];
  const open: Open[] = [];
  const add = (...nodes: readonly Node[]): void => {
    const here = open.at(-1)?.parts.at(-1) ?? top;
    for (const node of nodes) {
      const last = here.at(-1);
      if (typeof node === 'string' && typeof last === 'string') here[here.length - 1] = last + node;
      else here.push(node);
    }
  };
  for (const { 0: lexeme, groups } of prompt.matchAll(LEXEMES)) {
    const brace = open.at(-1);
    const list = groups?.['list'];
    if (list !== undefined) add({ list });
    else if (lexeme === '{' && open.length < MOST_NESTED) open.push({ parts: [[]], square: 0 });
    else if (lexeme === '|' && brace?.square === 0) brace.parts.push([]);
    else if (lexeme === '}' && brace) {
      open.pop();
      const choice = choiceOf(brace.parts);
      add(...(choice ? [choice] : ['{', ...brace.parts.flat(), '}']));
    } else {
      if (brace && lexeme === '[') brace.square++;
      if (brace && lexeme === ']') brace.square = Math.max(0, brace.square - 1);
      add(lexeme);
    }
  }
  const unclosed = open.flatMap(({ parts }) => [
    '{',
    ...parts.flatMap((part, i) => (i === 0 ? part : ['|', ...part])),
  ]);
  return [...top, ...unclosed];
}

const COUNT = /^\s*(?<least>\d*)(?<range>-?)(?<most>\d*)\$\$(?:(?<separator>[^$]*)\$\$)?/;
const WEIGHT = /^\s*(\d+(?:\.\d*)?|\.\d+)::/;

/** Null where braces leave no choice. */
function choiceOf(parts: readonly Node[][]): Choice | null {
  const [first = [], ...others] = parts;
  const count = COUNT.exec(startOf(first));
  const prefix = count?.[0] ?? '';
  if (prefix === '' && others.length === 0) return null;
  const options = [without(first, prefix), ...others].map((nodes) => {
    const [mark = '', weight = '1'] = WEIGHT.exec(startOf(nodes)) ?? [];
    return { weight: Number(weight), nodes: without(nodes, mark) };
  });
  const { least = '', range = '', most = '', separator = ', ' } = count?.groups ?? {};
  const from = Number(least || (range ? 0 : 1));
  const to = range ? Number(most || options.length) : from;
  return { options, least: Math.min(from, to), most: Math.max(from, to), separator };
}

/** The text that nodes begin with. */
const startOf = ([first]: readonly Node[]): string => (typeof first === 'string' ? first : '');

const without = (nodes: readonly Node[], prefix: string): readonly Node[] =>
  prefix === '' ? nodes : [startOf(nodes).slice(prefix.length), ...nodes.slice(1)];

const MASK = (1n << 64n) - 1n;

/** Fractions from 0 to below 1. */
function splitMix64(seed: bigint): () => number {
  let state = seed & MASK;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let mixed = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK;
    mixed ^= mixed >> 31n;
    return Number(mixed >> 11n) / 2 ** 53;
  };
}
