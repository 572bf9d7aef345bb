/**
 * What outlasts the page: pictures that were made, the desk with the one in work, and runs that were not finished when the
 * page went. It lies in a database of its own in this browser, in an order that no clock decides.
 */
import { createStore, entries, getMany, keys, promisifyRequest, type UseStore } from 'idb-keyval';
import { DrobeError } from '../../errors';
import { ELSEWHERE, beginningWith, guarded, hold, isHeld, randomId } from '../../weights/db';
import type { Original } from '../files/picture';
import type { Desk } from '../paint/desk';
import {
  CAPACITY,
  type Begun,
  type Ended,
  type Errand,
  type Findings,
  type Kept,
  type Known,
  type News,
  type Placed,
  type Unfinished,
} from './kept';
import {
  deskOf,
  forget,
  named,
  namesIn,
  sweep,
  whole,
  type Named,
  type NamedDesk,
  type NamedErrand,
  type Owner,
} from './layout';
import { Tab, type Session } from './tab';

/** So many desks of tabs that are gone are kept: each may be taken over by a new one. */
const DESKS = 5;

/** A later form of what is kept goes into a database of another name: this one stays as it is. */
const DATABASE = 'drobe-drawer-1';

export class Drawer {
  readonly #database: () => UseStore;
  readonly #names = new WeakMap<Original, string>();
  readonly #tab: Tab;
  readonly #channel: () => BroadcastChannel;
  #own: string | null = null;

  /** @param session where this tab finds its name again. */
  constructor(name = DATABASE, session: Session | null = null) {
    let opened: UseStore | undefined;
    this.#database = () => (opened ??= createStore(name, 'drawer'));
    this.#tab = new Tab(name, session);
    let channel: BroadcastChannel | undefined;
    this.#channel = () => (channel ??= new BroadcastChannel(name));
  }

  /** Tells what other tabs do to pictures. */
  watch(told: (news: News) => void): void {
    this.#channel().onmessage = ({ data }: MessageEvent<News>) => told(data);
  }

  /** What is there. Runs that another tab is busy with are left out. @throws DrobeError 'storage' */
  async open(): Promise<Findings> {
    await this.#write(sweep);
    const all = await guarded(entries<[string, ...(string | number)[]], unknown>(this.#database()));
    const of = (kind: string) =>
      all.flatMap(([[its, ...key], value]) => (its === kind ? [{ key, value }] : []));
    const originals = new Map(of('original').map(({ key: [name], value }) => [name, value as Original]));
    for (const [name, original] of originals) this.#names.set(original, String(name));
    const pictureOf = (name: string): Original | undefined => originals.get(name);

    const unfinished: Unfinished[] = [];
    for (const { key, value } of of('errand')) {
      const { settings, desk, stopped = false } = value as NamedErrand;
      const id = String(key[0]);
      if (await isHeld(id)) continue;
      const steps = of('step').filter(({ key: [errand] }) => errand === id);
      const known = steps.flatMap(({ value: answers }) => answers as Known);
      unfinished.push({
        id,
        settings,
        desk: deskOf(whole(desk, pictureOf)),
        steps: steps.length,
        known,
        stopped,
      });
    }
    const desks = of('desk').map(({ key: [tab = ''], value }) => ({
      tab: String(tab),
      desk: value as NamedDesk,
    }));
    const desk = await this.#takeDesk(desks);
    return {
      pictures: of('picture').map(({ key: [place], value }) => ({
        place: Number(place),
        picture: whole(value as Named<Kept>, pictureOf),
      })),
      desk: desk && deskOf(whole(desk, pictureOf)),
      unfinished,
    };
  }

  /** Pictures by their places, as far as they are there. */
  async pictures(places: readonly number[]): Promise<Placed[]> {
    const store = this.#database();
    const found = await guarded(
      getMany<Named<Kept> | undefined>(
        places.map((place) => ['picture', place]),
        store,
      ),
    );
    const names = [...new Set(found.flatMap((picture) => (picture ? namesIn(picture) : [])))];
    const originals = await guarded(
      getMany<Original | undefined>(
        names.map((name) => ['original', name]),
        store,
      ),
    );
    const pictureOf = (name: string): Original | undefined => originals[names.indexOf(name)];
    return found.flatMap((picture, i) =>
      picture ? [{ place: places[i]!, picture: whole(picture, pictureOf) }] : [],
    );
  }

  /** Remembers what lies on this tab's desk, in the place of what lay there before. */
  async saveDesk(desk: Desk): Promise<void> {
    const tab = await this.#name();
    const turn = performance.timeOrigin + performance.now();
    await this.#write((store) => {
      store.put({ ...this.#named(desk, store), turn } satisfies NamedDesk, ['desk', tab]);
      store.delete(['desk']); // an older version's, which is this one now
      store.delete(['turn']); // an older version counted
      // The page may be gone before the browser could ask it whether there is more to write.
      store.transaction.commit();
    });
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
      id,
      step: (answers) => this.#write((store) => store.put(answers, ['step', id, steps++])),
      end: async (picture) => {
        const told: Ended[] = [];
        const spared = picture ? await this.#usedElsewhere() : new Set<string>();
        const ended = this.#write((store) => {
          forget(store, id);
          if (picture) this.#add(picture, spared, store, (end) => told.push(end));
        });
        await ended.finally(() => unlock?.());
        const [end] = told;
        if (end) this.#tell([end.place], end.ousted);
        return end ?? null;
      },
      stop: async () => {
        const stopped = this.#write((store) =>
          store.put({ settings, desk: this.#named(desk, store), stopped: true } satisfies NamedErrand, [
            'errand',
            id,
          ]),
        );
        await stopped.finally(() => unlock?.());
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
  async remove(places: readonly number[]): Promise<void> {
    await this.#write((store) => {
      for (const place of places) store.delete(['picture', place]);
      sweep(store);
    });
    this.#tell([], places);
  }

  /** Puts pictures back where they lay before they were removed. */
  async putBack(pictures: readonly Placed[]): Promise<void> {
    await this.#write((store) => {
      for (const { place, picture } of pictures) this.#put(picture, place, store);
    });
    this.#tell(
      pictures.map(({ place }) => place),
      [],
    );
  }

  /** Of these places, those of pictures that were made of what another tab has on its desk. */
  async usedElsewhere(places: readonly number[]): Promise<readonly number[]> {
    const names = await this.#usedElsewhere();
    if (names.size === 0) return [];
    const store = this.#database();
    const found = await guarded(
      getMany<Named<Kept> | undefined>(
        places.map((at) => ['picture', at]),
        store,
      ),
    );
    return places.filter((_, i) => names.has(found[i]?.original ?? ''));
  }

  /** Puts a picture behind all others, and takes out those that are too many, but none that another tab works with. */
  #add(picture: Kept, spared: ReadonlySet<string>, store: IDBObjectStore, told: (end: Ended) => void): void {
    const there = store.getAllKeys(beginningWith('picture'));
    there.onsuccess = () => {
      const places = (there.result as [string, number][]).map(([, place]) => place);
      const place = (places.at(-1) ?? 0) + 1;
      this.#put(picture, place, store);
      const ousted: number[] = [];
      for (const old of places.slice(0, 1 - CAPACITY)) {
        const found = store.get(['picture', old]);
        found.onsuccess = () => {
          if (spared.has((found.result as Named<Kept>).original ?? '')) return;
          store.delete(['picture', old]);
          ousted.push(old);
        };
      }
      told({ place, ousted });
    };
  }

  #put(picture: Kept, place: number, store: IDBObjectStore): void {
    const itself = { ...picture.itself, pixels: null };
    store.put({ ...this.#named(picture, store), itself }, ['picture', place]);
  }

  /** The names of what other living tabs have on their desks. */
  async #usedElsewhere(): Promise<ReadonlySet<string>> {
    const store = this.#database();
    const all = await guarded(keys<[string, ...(string | number)[]]>(store));
    const tabs = all.flatMap(([kind, tab]) => (kind === 'desk' && tab !== undefined ? [String(tab)] : []));
    const others = await this.#tab.others(tabs, await this.#name());
    const desks = await guarded(
      getMany<NamedDesk | undefined>(
        others.map((tab) => ['desk', tab]),
        store,
      ),
    );
    return new Set(desks.flatMap((desk) => desk?.original ?? []));
  }

  /** This tab's name. */
  async #name(): Promise<string> {
    return (this.#own ??= (await this.#tab.settle([])).id);
  }

  /** The desk that this tab begins with. Of others that no tab has any more, the last used ones are kept. */
  async #takeDesk(
    desks: readonly { readonly tab: string; readonly desk: NamedDesk }[],
  ): Promise<NamedDesk | null> {
    const latest = desks.toSorted((a, b) => (b.desk.turn ?? 0) - (a.desk.turn ?? 0));
    const { id, from } = await this.#tab.settle(latest.map(({ tab }) => tab));
    this.#own = id;
    const names = latest.map(({ tab }) => tab).filter((tab) => tab !== id);
    const living = await this.#tab.others(names, id);
    const left = names.filter((tab) => !living.includes(tab));
    const spent = left.slice(DESKS);
    if (spent.length > 0) {
      await this.#write((store) => {
        for (const tab of spent) store.delete(['desk', tab]);
      });
    }
    return latest.find(({ tab }) => tab === from)?.desk ?? null;
  }

  #tell(added: readonly number[], removed: readonly number[]): void {
    if (added.length + removed.length > 0) this.#channel().postMessage({ added, removed } satisfies News);
  }

  /** Puts the pictures that a thing was made of where they lie by themselves, and their names into the thing. */
  #named<T extends Owner>(thing: T, store: IDBObjectStore): Named<T> {
    return named(thing, (picture) => {
      const name = this.#names.get(picture) ?? randomId();
      this.#names.set(picture, name);
      store.put({ ...picture, pixels: null }, ['original', name]);
      return name;
    });
  }

  #write(work: (store: IDBObjectStore) => void): Promise<void> {
    const done = this.#database()('readwrite', (store) => {
      work(store);
      return promisifyRequest(store.transaction);
    });
    return guarded(done);
  }
}
