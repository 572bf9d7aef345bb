import { toDrobeError, type DrobeError } from '../../errors';
import type { Change, Changes } from '../controls/changes.svelte';
import { words } from '../words/language.svelte';
import type { Drawer } from './drawer';
import {
  CAPACITY,
  type Begun,
  type Ended,
  type Errand,
  type Findings,
  type Kept,
  type News,
  type Unfinished,
} from './kept';
import type { Desk } from '../paint/desk';
import { jobFrom, settingsFrom } from '../settings/mend';
import type { Result } from './result';

/** Milliseconds without a change, and the desk is remembered. */
const SOON = 400;

/** The pictures that were made, newest first; and what was found of them, and of work on them, when the page opened. */
export class Album {
  /** So many pictures are kept. */
  readonly capacity = CAPACITY;
  results = $state.raw<readonly Result[]>([]);
  /** Runs that were in work when their page went. */
  unfinished = $state.raw<readonly Unfinished[]>([]);
  /** Why nothing is kept: it is there for this visit only. */
  failure = $state.raw<DrobeError | null>(null);
  /** Bytes of the pictures. */
  readonly bytes = $derived(this.results.reduce((sum, { itself }) => sum + itself.blob.size, 0));

  readonly #drawer: Drawer | null;
  /** Where pictures lie in the drawer; those that could not be kept lie nowhere. */
  readonly #places = new WeakMap<Result, number>();
  readonly #changes: Changes;
  #made = 0;
  /** What is still to be remembered. */
  #desk: Desk | null = null;
  #deskIsLost = false;

  /** @param drawer null where nothing is to be kept. @param changes told of what can be taken back. */
  constructor(drawer: Drawer | null, changes: Changes) {
    this.#drawer = drawer;
    this.#changes = changes;
  }

  /** Takes out what earlier visits left, and gives the desk. */
  async open(): Promise<Desk | null> {
    this.#drawer?.watch((news) => void this.#heard(news));
    const found = await this.#try<Findings>((drawer) => drawer.open());
    if (!found) return null;
    const before = found.pictures.map(({ place, picture }) => this.#shown(todays(picture), place));
    this.results = [...this.results, ...before.toReversed()];
    this.unfinished = found.unfinished.map((run) => ({ ...run, settings: settingsFrom(run.settings) }));
    return found.desk;
  }

  /** Remembers what lies on the desk, a moment after it was last told; gives a way not to. */
  remember(desk: Desk): () => void {
    this.#desk = desk;
    const soon = setTimeout(() => this.rememberNow(), SOON);
    return () => clearTimeout(soon);
  }

  /** Remembers at once what is still to be remembered: the page may go. */
  rememberNow(): void {
    const desk = this.#desk;
    if (!desk) return;
    this.#desk = null;
    void this.#try((drawer) => drawer.saveDesk(desk).then(() => true)).then((kept) => {
      this.#deskIsLost = this.#drawer !== null && !kept;
    });
  }

  /** Whether there is something that would go with the page. */
  get isAtRisk(): boolean {
    if (!this.failure) return false;
    return this.#deskIsLost || this.results.some((result) => !this.#places.has(result));
  }

  /** Begins a run that shall outlast the page, or goes on with one. Gives what is to be told of it. */
  async begin(errand: Errand, before?: Unfinished): Promise<Entry> {
    if (before) this.unfinished = this.unfinished.filter((other) => other !== before);
    const begun = await this.#try<Begun>((drawer) => drawer.begin(errand, before));
    const known = [...(before?.known ?? [])];
    let steps = before?.steps ?? 0;
    const end: Entry['end'] = async (picture) => {
      const ended = begun && (await this.#try(() => begun.end(picture)));
      return picture && this.#add(picture, ended);
    };
    return {
      step: async (answers) => {
        if (answers.length === 0) return;
        known.push(...answers);
        steps++;
        if (begun) await this.#try(() => begun.step(answers));
      },
      stop: async () => {
        if (steps === 0) {
          await end(null);
          return;
        }
        if (begun) await this.#try(() => begun.stop());
        await this.#dropStopped();
        const id = begun?.id ?? `unkept-${++this.#made}`;
        this.unfinished = [...this.unfinished, { ...errand, id, known, steps, stopped: true }];
      },
      end,
    };
  }

  /** Deletes pictures, for good unless they are brought back. */
  async remove(results: readonly Result[]): Promise<void> {
    // What is no longer shown is no longer kept, whatever becomes of the page.
    await this.#try((drawer) => drawer.remove(this.#placesOf(results)));
    this.#takeAway(results);
    if (results.length > 0) this.#changes.add(this.#deletion(words.changes.deleted(results.length), results));
  }

  /** All pictures are thrown away, but those made of what another tab works on: so many are left. */
  async clear(): Promise<number> {
    const { results } = this;
    const used = await this.#usedElsewhere(results);
    await this.remove(results.filter((result) => !used.includes(result)));
    return used.length;
  }

  /** Of these pictures, those that were made of what another tab works on. */
  async #usedElsewhere(results: readonly Result[]): Promise<readonly Result[]> {
    const places = await this.#try((drawer) => drawer.usedElsewhere(this.#placesOf(results)));
    return results.filter((result) => places?.includes(this.#places.get(result) ?? NaN));
  }

  async drop(unfinished: Unfinished): Promise<void> {
    this.unfinished = this.unfinished.filter((other) => other !== unfinished);
    await this.#try((drawer) => drawer.drop(unfinished));
  }

  /** A picture that was just made. The oldest make room, and can be brought back. */
  async #add(picture: Kept, ended: Ended | null): Promise<Result> {
    const result = this.#shown(picture, ended?.place ?? null);
    const ousted = ended
      ? this.results.filter((other) => ended.ousted.includes(this.#places.get(other) ?? NaN))
      : this.results.slice(this.capacity - 1);
    this.#takeAway(ousted);
    this.results = [result, ...this.results];
    if (ousted.length > 0) this.#changes.add(this.#deletion(words.changes.ousted(ousted.length), ousted));
    await this.#dropStopped();
    return result;
  }

  /** Runs that were cancelled are offered until the next one is done. */
  async #dropStopped(): Promise<void> {
    for (const stopped of this.unfinished.filter((run) => run.stopped)) await this.drop(stopped);
  }

  #deletion(words: string, results: readonly Result[]): Change {
    return { words, undo: () => void this.#bringBack(results) };
  }

  /** Keeps pictures again that were removed, where they lay. */
  async #bringBack(results: readonly Result[]): Promise<void> {
    const again = results.map((result) => {
      const shown = { ...result, url: URL.createObjectURL(result.itself.blob) };
      const place = this.#places.get(result);
      if (place !== undefined) this.#places.set(shown, place);
      return shown;
    });
    this.results = [...this.results, ...again].toSorted((a, b) => b.number - a.number);
    const placed = again.flatMap(({ url: _, number: __, ...picture }, i) => {
      const place = this.#places.get(results[i]!); // as many
      return place === undefined ? [] : [{ place, picture }];
    });
    await this.#try((drawer) => drawer.putBack(placed));
  }

  /** What another tab did to pictures is done to those on this page. */
  async #heard({ added, removed }: News): Promise<void> {
    const at = (place: number): Result | undefined =>
      this.results.find((result) => this.#places.get(result) === place);
    this.#takeAway(removed.flatMap((place) => at(place) ?? []));
    const found = await this.#try((drawer) => drawer.pictures(added));
    const fresh = (found ?? []).filter(({ place }) => !at(place));
    const shown = fresh.map(({ place, picture }) => this.#shown(todays(picture), place));
    this.results = [...shown.toReversed(), ...this.results];
  }

  #takeAway(results: readonly Result[]): void {
    this.results = this.results.filter((other) => !results.includes(other));
    for (const { url } of results) URL.revokeObjectURL(url);
  }

  #placesOf(results: readonly Result[]): number[] {
    return results.flatMap((result) => this.#places.get(result) ?? []);
  }

  #shown(picture: Kept, place: number | null): Result {
    const result = { ...picture, number: ++this.#made, url: URL.createObjectURL(picture.itself.blob) };
    if (place !== null) this.#places.set(result, place);
    return result;
  }

  /** Where the drawer is stuck, work goes on without. */
  async #try<T>(work: (drawer: Drawer) => Promise<T>): Promise<T | null> {
    if (!this.#drawer) return null;
    try {
      return await work(this.#drawer);
    } catch (thrown) {
      this.failure = toDrobeError(thrown);
      return null;
    }
  }
}

/** A picture that an older version may have kept. */
const todays = (picture: Kept): Kept => ({
  ...picture,
  settings: settingsFrom(picture.settings),
  job: jobFrom(picture.job),
});

/** A run in the album: its steps, and the picture it led to or none. */
interface Entry {
  step(answers: Unfinished['known']): Promise<void>;
  /** It was cancelled: it may be gone on with until the next one is done. */
  stop(): Promise<void>;
  end(picture: Kept | null): Promise<Result | null>;
}
