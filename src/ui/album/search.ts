/**
 * Finding pictures by what their cards say. A search is words, all of which must be there, in any order: `red apple`;
 * `"a red apple"` as it stands; `-apple` what must not be there. Words are looked for in the prompt, and with `in:negative` in
 * the negative prompt. `model:name`, `folder:name`, `seed:42` and `stars:3`, `stars:>=3`, `stars:<2` look elsewhere, with
 * quotes where there are spaces: `folder:"My cats"`, and `folder:""` for none. What looks like none of these is a word: `cat:1.2`.
 */
import type { Card } from './card';

export const orders = ['newest', 'oldest', 'stars'] as const;
export type Order = (typeof orders)[number];

/** Whether a card matches one of the words. */
type Wish = (card: Card) => boolean;

/** The cards that match a search, sorted; all of them where it is empty. */
export function search(cards: readonly Card[], query: string, order: Order = 'newest'): readonly Card[] {
  const wishes = wishesIn(query);
  const found = cards.filter((card) => wishes.every((wish) => wish(card)));
  return found.sort(comparisons[order]);
}

/** Newest first. Pictures made at the same or an unknown time are sorted by place. */
const newest = (a: Card, b: Card): number => b.made - a.made || b.place - a.place;

const comparisons: Readonly<Record<Order, (a: Card, b: Card) => number>> = {
  newest,
  oldest: (a, b) => newest(b, a),
  stars: (a, b) => b.stars - a.stars || newest(a, b),
};

interface Term {
  readonly isWanted: boolean;
  /** Before the colon; empty for words. */
  readonly field: string;
  readonly value: string;
  readonly isQuoted: boolean;
  /** As it was written, without the sign. */
  readonly text: string;
}

function wishesIn(query: string): readonly Wish[] {
  const terms = termsIn(query);
  const inNegative = terms.some(
    ({ field, value, isWanted }) => isWanted && field === 'in' && value === 'negative',
  );
  return terms.flatMap((term) => {
    const wish = wishOf(term, inNegative ? ({ negative }) => negative : ({ title }) => title);
    if (!wish) return [];
    return [term.isWanted ? wish : (card: Card) => !wish(card)];
  });
}

const fields: ReadonlySet<string> = new Set(['in', 'model', 'seed', 'folder', 'stars']);

/** The test for one term; null for one that only says where to look. */
function wishOf({ field, value, isQuoted, text }: Term, whereOf: (card: Card) => string): Wish | null {
  // It is still being typed.
  if (!isQuoted && fields.has(field) && /^[<>]?=?$/.test(value)) return null;
  const part = folded(value);
  const says =
    (looked: string): Wish =>
    (card) =>
      folded(whereOf(card)).includes(looked);
  switch (field) {
    case 'in':
      return value === 'negative' || value === 'prompt' ? null : says(folded(text));
    case 'model':
      return ({ model }) => folded(model).includes(part);
    case 'seed':
      return /^\d+$/.test(value) ? ({ seed }) => seed === value.replace(/^0+(?=\d)/, '') : says(folded(text));
    case 'folder':
      return value === '' ? ({ folder }) => folder === '' : ({ folder }) => folded(folder).includes(part);
    case 'stars':
      return starsWish(value) ?? says(folded(text));
    default:
      return says(folded(text));
  }
}

function starsWish(value: string): Wish | null {
  const [, sign = '', digit] = /^(>=|<=|>|<|=)?([0-5])$/.exec(value) ?? [];
  if (digit === undefined) return null;
  const bound = Number(digit);
  switch (sign) {
    case '>=':
      return ({ stars }) => stars >= bound;
    case '<=':
      return ({ stars }) => stars <= bound;
    case '>':
      return ({ stars }) => stars > bound;
    case '<':
      return ({ stars }) => stars < bound;
    default:
      return ({ stars }) => stars === bound;
  }
}

/** A sign, a field, and words: in quotes, of which the last may still be missing, or up to the next space. */
const TERM = /(-?)(?:([a-z]+):)?(?:["„“”]([^"„“”]*)["“”]?|(\S+))?/giy;

function termsIn(query: string): readonly Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query[at]!)) {
      at++;
      continue;
    }
    TERM.lastIndex = at;
    const [all = '', sign = '', field = '', quoted, plain] = TERM.exec(query) ?? [];
    at += Math.max(all.length, 1);
    const value = quoted ?? plain ?? '';
    const text = field === '' ? value : all.slice(sign.length).replace(/["„“”]/g, '');
    // A minus by itself is still being typed; one without words would leave nothing.
    if (text.trim() === '' && field === '') continue;
    terms.push({
      isWanted: sign === '',
      field: field.toLowerCase(),
      value,
      isQuoted: quoted !== undefined,
      text,
    });
  }
  return terms;
}

/** Kept, as all prompts are searched again with every letter typed. */
const known = new Map<string, string>();
const MOST_KNOWN = 50_000;

/** Without capitals and without marks on letters: “zuvis” finds “Žuvis”. */
function folded(text: string): string {
  let fold = known.get(text);
  if (fold === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    fold = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    known.set(text, fold);
  }
  return fold;
}
