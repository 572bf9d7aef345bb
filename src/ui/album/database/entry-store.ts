import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { guarded, randomId, type Key, getAllIn, getIn, keysIn } from '../../../weights/db';
import type { Original } from '../../files/picture';
import { named, namesIn, whole, type Named, type Owner } from './layout';

/** The album's entries, and the source pictures in it, which several entries may share. */
export class EntryStore {
  readonly #store: () => UseStore;
  readonly #names = new WeakMap<Original, string>();
  /** The same source picture is the same object wherever it is used, as long as anything refers to it. */
  readonly #originals = new Map<string, WeakRef<Original>>();

  constructor(name: string) {
    let opened: UseStore | undefined;
    this.#store = () => (opened ??= createStore(name, 'drawer'));
  }

  read<T>(key: Key): Promise<T | undefined> {
    return this.#ask((store) => getIn<T>(store, key));
  }

  /** In the order of the keys; undefined where there is nothing. */
  async readMany<T>(wanted: readonly Key[]): Promise<(T | undefined)[]> {
    if (wanted.length === 0) return [];
    const ask = () =>
      this.#store()('readonly', (store) =>
        Promise.all(wanted.map((key) => promisifyRequest(getIn<T>(store, key)))),
      );
    return guarded(ask);
  }

  all<T>(range: IDBKeyRange): Promise<T[]> {
    return this.#ask((store) => getAllIn<T>(store, range));
  }

  keys(range: IDBKeyRange): Promise<Key[]> {
    return this.#ask((store) => keysIn(store, range));
  }

  /**
   * Reads and writes that happen all or not at all. `work` must ask for everything at once, or from inside of the answers.
   * @throws DrobeError 'quota' | 'storage'
   */
  write(work: (store: IDBObjectStore) => void): Promise<void> {
    return guarded(() =>
      this.#store()('readwrite', (store) => {
        work(store);
        return promisifyRequest(store.transaction);
      }),
    );
  }

  /** Stores the pictures of an entry by themselves, and returns the entry with their names in their place. */
  named<T extends Owner>(thing: T, store: IDBObjectStore): Named<T> {
    return named(thing, (picture) => {
      const name = this.#names.get(picture) ?? randomId();
      this.#know(name, picture);
      store.put({ ...picture, pixels: null }, ['original', name]);
      return name;
    });
  }

  /** Entries with their pictures in place of names. */
  async wholes<T extends Owner>(things: readonly Named<T>[]): Promise<T[]> {
    const wanted = [...new Set(things.flatMap((thing) => namesIn(thing as Named<Owner>)))];
    // Held until all things have theirs.
    const originals = new Map<string, Original>();
    const known = (name: string): Original | undefined => this.#originals.get(name)?.deref();
    const take = (name: string, original: Original | undefined): void => {
      if (original) originals.set(name, original);
    };
    for (const name of wanted) take(name, known(name));
    const unknown = wanted.filter((name) => !originals.has(name));
    const found = await this.readMany<Original>(unknown.map((name) => ['original', name]));
    for (const [i, name] of unknown.entries()) {
      const original = known(name) ?? found[i]; // somebody may have asked for it meanwhile
      if (original) this.#know(name, original);
      take(name, original);
    }
    const pictureOf = (name: string): Original | undefined => originals.get(name);
    return things.map((thing) => whole(thing as Named<Owner>, pictureOf) as T); // what it was, less the names
  }

  #know(name: string, picture: Original): void {
    this.#names.set(picture, name);
    this.#originals.set(name, new WeakRef(picture));
  }

  #ask<T>(question: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return guarded(() => this.#store()('readonly', (store) => promisifyRequest(question(store))));
  }
}
