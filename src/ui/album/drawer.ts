/**
 * What outlasts the page: pictures that were made, the desk with the one in work, and runs that were not finished when the
 * page went. It lies in a database of its own in this browser, in an order that no clock decides.
 */
import { createStore, entries, promisifyRequest, type UseStore } from 'idb-keyval';
import type { Job } from '../../engine/api';
import { DrobeError } from '../../errors';
import { ELSEWHERE, beginningWith, guarded, hold, isHeld, randomId } from '../../weights/db';
import type { Original } from '../files/picture';
import type { Result } from './result';
import type { Desk } from '../paint/desk';
import type { Settings } from '../settings/settings';

/** A run as it was asked for: its seed is drawn, and `count` says how many pictures are still to come. */
export interface Errand {
  readonly settings: Settings;
  readonly desk: Desk;
}

/** What the UNet has led to so far. */
export type Known = NonNullable<Job['known']>;

/** A run whose page was closed or killed. */
export interface Unfinished extends Errand {
  readonly id: string;
  /** Steps that were done, and what the UNet led to in them. */
  readonly steps: number;
  readonly known: Known;
}

/** A run that is remembered while it lasts. */
export interface Begun {
  /** One more step is done. */
  step(answers: Known): Promise<void>;
  /** It led to a picture, or to none. Gives the picture's place. */
  end(picture: Kept | null): Promise<number | null>;
}

/** A picture without what it is called by on the page. */
export type Kept = Omit<Result, 'url' | 'number'>;

export interface Findings {
  /** Oldest first. */
  readonly pictures: readonly { readonly place: number; readonly picture: Kept }[];
  readonly desk: Desk | null;
  readonly unfinished: readonly Unfinished[];
}

/** So many pictures are kept. */
export const CAPACITY = 40;

/** A later form of what is kept goes into a database of another name: this one stays as it is. */
const DATABASE = 'drobe-drawer-1';

/** What is started from lies there once, whatever was made of it: the rest has its name. */
type Named<T extends { readonly original: Original | null }> = Omit<T, 'original'> & {
  readonly original: string | null;
};

interface NamedErrand {
  readonly settings: Settings;
  readonly desk: Named<Desk>;
}

export class Drawer {
  readonly #database: () => UseStore;
  readonly #names = new WeakMap<Original, string>();

  constructor(name = DATABASE) {
    let opened: UseStore | undefined;
    this.#database = () => (opened ??= createStore(name, 'drawer'));
  }

  /** What is there. Runs that another tab is busy with are left out. @throws DrobeError 'storage' */
  async open(): Promise<Findings> {
    await this.#write(sweep);
    const all = await guarded(entries<[string, ...(string | number)[]], unknown>(this.#database()));
    const of = (kind: string) =>
      all.flatMap(([[its, ...key], value]) => (its === kind ? [{ key, value }] : []));
    const originals = new Map(of('original').map(({ key: [name], value }) => [name, value as Original]));
    for (const [name, original] of originals) this.#names.set(original, String(name));
    const whole = <T extends { readonly original: string | null }>(named: T) => ({
      ...named,
      original: (named.original !== null && originals.get(named.original)) || null,
    });

    const unfinished: Unfinished[] = [];
    for (const { key, value } of of('errand')) {
      const { settings, desk } = value as NamedErrand;
      const id = String(key[0]);
      if (await isHeld(id)) continue;
      const steps = of('step').filter(({ key: [errand] }) => errand === id);
      const known = steps.flatMap(({ value: answers }) => answers as Known);
      unfinished.push({ id, settings, desk: whole(desk), steps: steps.length, known });
    }
    const [desk] = of('desk');
    return {
      pictures: of('picture').map(({ key: [place], value }) => ({
        place: Number(place),
        picture: whole(value as Named<Kept>),
      })),
      desk: desk ? whole(desk.value as Named<Desk>) : null,
      unfinished,
    };
  }

  /** Remembers what lies on the desk, in the place of what lay there before. */
  saveDesk(desk: Desk): Promise<void> {
    return this.#write((store) => store.put(this.#named(desk, store), ['desk']));
  }

  /** Begins a run, or goes on with one. @throws DrobeError 'busy' where another tab does */
  async begin({ settings, desk }: Errand, before?: Unfinished): Promise<Begun> {
    const id = before?.id ?? randomId();
    let steps = before?.steps ?? 0;
    const unlock = await hold(id);
    if (unlock === ELSEWHERE) throw new DrobeError('busy');
    try {
      await this.#write((store) => store.put({ settings, desk: this.#named(desk, store) }, ['errand', id]));
    } catch (thrown) {
      unlock?.();
      throw thrown;
    }
    return {
      step: (answers) => this.#write((store) => store.put(answers, ['step', id, steps++])),
      end: async (picture) => {
        let place: number | null = null;
        const ended = this.#write((store) => {
          forget(store, id);
          if (picture) this.#add(picture, store, (at) => (place = at));
        });
        await ended.finally(() => unlock?.());
        return place;
      },
    };
  }

  /** Forgets a run that was not finished. */
  drop({ id }: Unfinished): Promise<void> {
    return this.#write((store) => {
      forget(store, id);
      sweep(store);
    });
  }

  /** Deletes pictures, with what they were started from where nothing else was. */
  remove(places: readonly number[]): Promise<void> {
    return this.#write((store) => {
      for (const place of places) store.delete(['picture', place]);
      sweep(store);
    });
  }

  /** Puts a picture behind all others, and takes out those that are too many. */
  #add(picture: Kept, store: IDBObjectStore, told: (place: number) => void): void {
    const there = store.getAllKeys(beginningWith('picture'));
    there.onsuccess = () => {
      const places = (there.result as [string, number][]).map(([, place]) => place);
      const place = (places.at(-1) ?? 0) + 1;
      const itself = { ...picture.itself, pixels: null };
      store.put({ ...this.#named(picture, store), itself }, ['picture', place]);
      for (const old of places.slice(0, 1 - CAPACITY)) store.delete(['picture', old]);
      told(place);
    };
  }

  /** Puts what a thing was started from where it lies by itself, and its name into the thing. */
  #named<T extends { readonly original: Original | null }>(thing: T, store: IDBObjectStore): Named<T> {
    const { original } = thing;
    if (!original) return { ...thing, original };
    const name = this.#names.get(original) ?? randomId();
    this.#names.set(original, name);
    store.put({ ...original, pixels: null }, ['original', name]);
    return { ...thing, original: name };
  }

  #write(work: (store: IDBObjectStore) => void): Promise<void> {
    const done = this.#database()('readwrite', (store) => {
      work(store);
      return promisifyRequest(store.transaction);
    });
    return guarded(done);
  }
}

function forget(store: IDBObjectStore, id: string): void {
  store.delete(['errand', id]);
  store.delete(beginningWith('step', id));
}

/** Deletes what was started from and is nobody's any more. */
function sweep(store: IDBObjectStore): void {
  const [values, names] = [store.getAll(), store.getAllKeys(beginningWith('original'))];
  names.onsuccess = () => {
    const used = new Set(
      (values.result as Owner[]).flatMap(({ original, desk }) => [original, desk?.original]),
    );
    for (const key of names.result as [string, string][]) if (!used.has(key[1])) store.delete(key);
  };
}

/** Whatever may have the name of what it was started from: a picture, the desk or a run. */
type Owner = Partial<Named<Desk> & NamedErrand>;
