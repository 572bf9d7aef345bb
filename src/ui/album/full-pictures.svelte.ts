import { jobFrom, settingsFrom } from '../settings/mend';
import { oneOf } from './cards';
import type { StoredPicture } from './stored';
import type { Result } from './result';
import type { Storing } from './storing.svelte';

/** How many of the newest pictures are always kept in memory completely. */
export const RECENT = 40;

/** How many others, the last opened, stay in memory. */
const OPENED = 100;

/** Complete pictures in memory: the newest few, those opened last, and those that could not be stored. */
export class FullPictures {
  /** Newest first. */
  recent = $state.raw<readonly Result[]>([]);
  /** The last opened at the end. */
  #opened = $state.raw<readonly Result[]>([]);
  /** Pictures that could not be stored. */
  #unkept: readonly Result[] = [];
  readonly #places = new WeakMap<Result, number>();
  /** By place: a picture that is brought back gets its former number. */
  readonly #numbers: Record<number, number> = {};
  readonly #storing: Storing;
  #made = 0;

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  get hasUnkept(): boolean {
    return this.#unkept.length > 0;
  }

  isUnkept(place: number): boolean {
    return this.#unkept.some((result) => this.placeOf(result) === place);
  }

  placeOf(result: Result): number {
    return this.#places.get(result) ?? NaN;
  }

  /** Whether this very object can be shown. */
  has(result: Result): boolean {
    return this.recent.includes(result) || this.#opened.includes(result);
  }

  /** Adds a picture that was just made or brought back. @param isKept whether it can be read again from the database. */
  add(place: number, picture: StoredPicture, { isKept }: { readonly isKept: boolean }): Result {
    const known = this.at(place);
    if (known) return known;
    const number = (this.#numbers[place] ??= ++this.#made);
    const result = { ...picture, number, url: URL.createObjectURL(picture.itself.blob) };
    this.#places.set(result, place);
    if (!isKept) this.#unkept = [...this.#unkept, result];
    this.#hold(result);
    return result;
  }

  /** As `at`, for a picture that is looked at: it stays in memory for a while. */
  open(place: number): Result | undefined {
    const result = this.at(place);
    if (result) this.#hold(result);
    return result;
  }

  at(place: number): Result | undefined {
    const isThere = (result: Result): boolean => this.placeOf(result) === place;
    return this.recent.find(isThere) ?? this.#opened.find(isThere) ?? this.#unkept.find(isThere);
  }

  /** Reads pictures that are not in memory, all at once. @returns false where there was nothing to read. */
  async load(places: readonly number[]): Promise<boolean> {
    const missing = places.filter((place) => !this.at(place));
    if (missing.length === 0) return false;
    const found = await this.#storing.attempt((database) => database.pictures.wholes(missing));
    // The oldest first: numbers go up with the pictures.
    for (const { place, picture } of (found ?? []).toReversed())
      this.add(place, todays(picture), { isKept: true });
    return true;
  }

  /** Sets which pictures are the newest. */
  settle(newest: readonly number[]): void {
    const before = this.recent;
    const recent = newest.flatMap((place) => this.at(place) ?? []);
    // One that is no longer among them may be in view.
    for (const result of before) if (!recent.includes(result)) this.#hold(result);
    this.recent = recent;
  }

  /** Takes pictures away. @returns those that exist only in memory. */
  takeAway(places: readonly number[]): readonly Result[] {
    const isThere = oneOf(places);
    const all = [...this.recent, ...this.#opened, ...this.#unkept];
    const taken = all.filter((result) => isThere(this.placeOf(result)));
    const unkept = this.#unkept.filter((result) => taken.includes(result));
    const isLeft = (result: Result): boolean => !taken.includes(result);
    this.#unkept = this.#unkept.filter(isLeft);
    this.recent = this.recent.filter(isLeft);
    this.#opened = this.#opened.filter(isLeft);
    for (const { url } of taken) URL.revokeObjectURL(url);
    return unkept;
  }

  #hold(result: Result): void {
    const opened = [...this.#opened.filter((other) => other !== result), result];
    const spent = opened.slice(0, -OPENED);
    this.#opened = opened.slice(-OPENED);
    for (const old of spent)
      if (!this.recent.includes(old) && !this.#unkept.includes(old)) URL.revokeObjectURL(old.url);
  }
}

/** A picture in today's form; an older version may have stored it. */
const todays = (picture: StoredPicture): StoredPicture => ({
  ...picture,
  settings: settingsFrom(picture.settings),
  job: jobFrom(picture.job),
});
