/**
 * The values of an axis as people write them, in the way of A1111's "X/Y/Z plot": a list with commas, in which an item with
 * commas of its own stands in quotes, and for numbers also ranges: "1-5", "10-30 (+5)", "5-1 (-2)", and "0-1 [5]" for so many
 * values from one end to the other.
 */
import { rowsOf } from '../../text/csv';

/** What was read, and the items that make no sense. */
export interface Read<T> {
  readonly values: readonly T[];
  readonly wrong: readonly string[];
}

/** The most values an axis has: a slip such as "1-10000" is not to fill the page. */
export const MOST_VALUES = 200;

/** The items of a list, without blanks around them; empty ones are left out. */
export function itemsOf(text: string): string[] {
  // A blank after a comma is not part of an item, nor does it keep a quote from being one.
  const tight = text.replace(/(^|[,\n])[^\S\n]+(?=")/g, '$1');
  return rowsOf(tight)
    .flat()
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Items that are read one by one. @param read null where an item makes no sense. */
export function readItems<T>(text: string, read: (item: string) => T | null): Read<T> {
  const read1 = itemsOf(text).map((item) => ({ item, value: read(item) }));
  return {
    values: read1.flatMap(({ value }) => (value === null ? [] : [value])),
    wrong: read1.flatMap(({ item, value }) => (value === null ? [item] : [])),
  };
}

/** Numbers and ranges of them. @param whole whether they are whole numbers: others are then wrong. */
export function readNumbers(text: string, { whole }: { readonly whole: boolean }): Read<number> {
  const { values, wrong } = readItems(text, (item) => numbersOf(item, whole));
  return { values: values.flat().slice(0, MOST_VALUES), wrong };
}

const NUMBER = String.raw`[+-]?\d+(?:\.\d+)?`;
const ONE = new RegExp(`^${NUMBER}$`);
const RANGE = new RegExp(
  String.raw`^(?<from>${NUMBER})\s*-\s*(?<to>${NUMBER})\s*(?:\((?<step>${NUMBER})\s*\)|\[(?<count>\d+)\s*\])?$`,
);

function numbersOf(item: string, whole: boolean): readonly number[] | null {
  const plain = item.replace(/[−–]/g, '-'); // signs that texts are set with
  const numbers = ONE.test(plain) ? [Number(plain)] : rangeOf(plain, whole);
  return numbers?.every((number) => !whole || Number.isInteger(number)) ? numbers : null;
}

function rangeOf(item: string, whole: boolean): readonly number[] | null {
  const { groups } = RANGE.exec(item) ?? {};
  if (!groups) return null;
  const [from, to] = [Number(groups['from']), Number(groups['to'])];
  if (groups['count'] !== undefined) return between(from, to, Number(groups['count']), whole);
  const step = groups['step'] === undefined ? Math.sign(to - from) || 1 : Number(groups['step']);
  const steps = Math.floor((to - from) / step + 1e-9);
  // A step that leads away, or nowhere.
  if (!Number.isFinite(steps) || steps < 0) return null;
  return Array.from({ length: Math.min(steps, MOST_VALUES) + 1 }, (_, i) => tidy(from + i * step));
}

/** So many values from one end to the other, whole ones cut off as Python's int does. */
function between(from: number, to: number, count: number, whole: boolean): readonly number[] | null {
  if (count < 1) return null;
  const gap = count === 1 ? 0 : (to - from) / (count - 1);
  return Array.from({ length: Math.min(count, MOST_VALUES) }, (_, i) => {
    const value = tidy(from + i * gap);
    return whole ? Math.trunc(value) : value;
  });
}

/** Without what adding fractions leaves behind: 0.30000000000000004 is 0.3. */
const tidy = (value: number): number => Number(value.toFixed(9));
