/**
 * What the code around it makes sure of, though no type says so. Each function returns what it was given under its narrower type,
 * and throws a DrobeError 'bug' should it not be so after all.
 */
import { DrobeError } from './errors';

/** Lists by their lengths. */
export interface Tuples<T> {
  1: [T];
  2: [T, T];
  3: [T, T, T];
  4: [T, T, T, T];
}
export type Count = keyof Tuples<unknown>;

/** Whether a list has exactly so many items. */
export const isTuple = <T, N extends Count>(items: readonly T[], count: N): items is Tuples<T>[N] =>
  items.length === count;

/** A list that has exactly so many items. */
export function tuple<T, N extends Count>(items: readonly T[], count: N): Tuples<T>[N] {
  if (!isTuple(items, count)) throw bug(`${items.length} items instead of ${count}`);
  return items;
}

/** The last item of a list, an array of numbers or a string, of which none is empty. */
export const lastOf = <T>(items: { at(index: number): T | undefined }): T => defined(items.at(-1));

/** What a map has under a key that it has. */
export const mustGet = <K, V>(map: { get(key: K): V | undefined }, key: K): V => defined(map.get(key));

/** A value that is there. */
export function defined<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw bug('a value is missing');
  return value;
}

const bug = (reason: string): DrobeError => new DrobeError('bug', { reason });
