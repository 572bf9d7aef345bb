/** What tests of the album have in common: a database of its own, pictures that can be decoded, and what an older version did. */
import { initial } from '../../src/ui/settings/settings';
import { jobOf } from '../../src/ui/settings/job';
import { Album } from '../../src/ui/album/album.svelte';
import { AlbumDatabase } from '../../src/ui/album/database/album-database';
import type { StoredPicture } from '../../src/ui/album/stored';
import { Changes } from '../../src/ui/controls/changes.svelte';
import { png } from '../../src/ui/files/png';
import type { Inputs } from '../../src/ui/paint/inputs';
import type { Texts } from '../../src/recipe/picture/png';

export const blank: Inputs = {
  mode: 'text',
  original: null,
  mask: null,
  margins: { left: 0, right: 0, top: 0, bottom: 0 },
};

/** What a tab keeps its name in. */
export function session() {
  const items: Record<string, string> = {};
  return {
    getItem: (key: string) => items[key] ?? null,
    setItem: (key: string, value: string) => void (items[key] = value),
  };
}

/** As a tab has it. */
export function tab(name: string) {
  const changes = new Changes();
  const database = new AlbumDatabase(name, session());
  return { album: new Album(database, changes), database, changes };
}

/** A picture of one colour, which tells pictures apart. */
export function paint(seed: number, side = 8, texts: Texts = new Map()): Promise<Blob> {
  const rgba = new Uint8ClampedArray(4 * side * side).map((_, i) =>
    i % 4 === 3 ? 255 : (seed >> (i % 4)) & 255,
  );
  return png({ width: side, height: side, rgba }, texts);
}

export async function pictureOf(seed: number, side = 8): Promise<StoredPicture> {
  const settings = { ...initial, prompt: `picture ${seed}`, seed: String(seed) };
  const { source: _, ...job } = jobOf(settings, null);
  const name = `${seed}.png`;
  return {
    ...{ mode: 'text', settings, original: null, place: null, model: 'mini-sd', fileName: name, job },
    itself: { name, width: side, height: side, blob: await paint(seed, side), pixels: null },
    ...{ took: 1, parts: { encode: 1, steps: [1], decode: 1 } },
  };
}

/** As a run has it that led to a picture. */
export async function make(album: Album, seed: number, side = 8): Promise<void> {
  const run = await album.begin({ settings: initial, inputs: blank });
  await run.end(await pictureOf(seed, side));
}

export const seedsOf = ({ cards }: Album) => cards.map(({ seed }) => seed);

/** The database by itself, as an older version or a person's tools see it. */
export class Raw {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  ask<T>(work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((done, failed) => {
      const open = indexedDB.open(this.#name);
      open.onerror = failed;
      open.onupgradeneeded = () => open.result.createObjectStore('drawer');
      open.onsuccess = () => {
        const transaction = open.result.transaction('drawer', 'readwrite');
        const asked = work(transaction.objectStore('drawer'));
        transaction.oncomplete = () => {
          open.result.close();
          done(asked.result);
        };
      };
    });
  }

  async count(kind: string): Promise<number> {
    return this.ask((store) => store.count(under(kind)));
  }

  /** The version before albums had cards: it keeps the last 40 of what it finds under 'picture', and tells of it. */
  async olderAdds(picture: StoredPicture): Promise<void> {
    let told = { added: [0], removed: [0] };
    await this.ask((store) => {
      const there = store.getAllKeys(under('picture'));
      there.onsuccess = () => {
        const places = (there.result as [string, number][]).map(([, place]) => place);
        const place = (places.at(-1) ?? 0) + 1;
        store.put(picture, ['picture', place]);
        const removed = places.slice(0, 1 - 40);
        for (const old of removed) store.delete(['picture', old]);
        told = { added: [place], removed };
      };
      return there;
    });
    this.#tell(told);
  }

  async olderRemoves(place: number): Promise<void> {
    await this.ask((store) => store.delete(['picture', place]));
    this.#tell({ added: [], removed: [place] });
  }

  #tell(news: { added: number[]; removed: number[] }): void {
    const channel = new BroadcastChannel(this.#name);
    channel.postMessage(news);
    channel.close();
  }
}

const under = (kind: string) => IDBKeyRange.bound([kind], [kind, []]);
