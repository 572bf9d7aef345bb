import { toDrobeError, type DrobeError } from '../../errors';
import {
  CAPACITY,
  type Begun,
  type Drawer,
  type Errand,
  type Findings,
  type Kept,
  type Unfinished,
} from './drawer';
import type { Desk } from '../paint/desk';
import { jobFrom, settingsFrom } from '../settings/mend';
import type { Result } from './result';

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
  #made = 0;

  /** @param drawer null where nothing is to be kept. */
  constructor(drawer: Drawer | null) {
    this.#drawer = drawer;
  }

  /** Takes out what earlier visits left, and gives the desk. */
  async open(): Promise<Desk | null> {
    const found = await this.#try<Findings>((drawer) => drawer.open());
    if (!found) return null;
    const before = found.pictures.map(({ place, picture }) => this.#shown(todays(picture), place));
    this.results = [...this.results, ...before.toReversed()];
    this.unfinished = found.unfinished.map((run) => ({ ...run, settings: settingsFrom(run.settings) }));
    return found.desk;
  }

  /** Remembers what lies on the desk. */
  async saveDesk(desk: Desk): Promise<void> {
    await this.#try((drawer) => drawer.saveDesk(desk));
  }

  /** Begins a run that shall outlast the page, or goes on with one. Gives what is to be told of it. */
  async begin(errand: Errand, before?: Unfinished): Promise<Entry> {
    if (before) this.unfinished = this.unfinished.filter((other) => other !== before);
    const begun = await this.#try<Begun>((drawer) => drawer.begin(errand, before));
    return {
      step: async (answers) => {
        if (begun && answers.length > 0) await this.#try(() => begun.step(answers));
      },
      end: async (picture) => {
        const place = begun && (await this.#try(() => begun.end(picture)));
        if (!picture) return null;
        const result = this.#shown(picture, place);
        const [kept, old] = [this.results.slice(0, this.capacity - 1), this.results.slice(this.capacity - 1)];
        for (const { url } of old) URL.revokeObjectURL(url);
        this.results = [result, ...kept];
        return result;
      },
    };
  }

  async remove(results: readonly Result[]): Promise<void> {
    const places = results.flatMap((result) => this.#places.get(result) ?? []);
    // What is no longer shown is no longer kept, whatever becomes of the page.
    await this.#try((drawer) => drawer.remove(places));
    this.results = this.results.filter((other) => !results.includes(other));
    for (const { url } of results) URL.revokeObjectURL(url);
  }

  async drop(unfinished: Unfinished): Promise<void> {
    this.unfinished = this.unfinished.filter((other) => other !== unfinished);
    await this.#try((drawer) => drawer.drop(unfinished));
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
  end(picture: Kept | null): Promise<Result | null>;
}
