import { beforeEach, expect, it } from 'vitest';
import { AlbumDatabase } from '../../src/ui/album/database/album-database';
import type { Addition, StoredPicture, News, UnfinishedRun } from '../../src/ui/album/stored';
import type { Inputs } from '../../src/ui/paint/inputs';
import type { Original } from '../../src/ui/files/picture';
import { jobOf } from '../../src/ui/settings/job';
import { initialUnit } from '../../src/ui/control/unit';
import { initial } from '../../src/ui/settings/settings';
import type { Order } from './album-database-worker';

/** Each test has a database of its own: none is deleted while a page, which this is, has it open. */
let name = '';
beforeEach(() => (name = `test-album-${crypto.randomUUID()}`));

/** What a tab keeps its name in. */
function session() {
  const items: Record<string, string> = {};
  return {
    getItem: (key: string) => items[key] ?? null,
    setItem: (key: string, value: string) => void (items[key] = value),
  };
}

/** As another tab has it that was just opened. */
const reopened = () => new AlbumDatabase(name, session());

const blank: Inputs = {
  mode: 'text',
  original: null,
  mask: null,
  margins: { left: 0, right: 0, top: 0, bottom: 0 },
};
const photo = (name: string): Original => ({
  name,
  width: 2,
  height: 1,
  blob: new Blob([name]),
  pixels: { width: 2, height: 1, rgba: new Uint8ClampedArray(8) },
});
const masked = (original: Original): Inputs => ({
  mode: 'outpaint',
  original,
  mask: { width: 2, height: 1, alpha: Uint8Array.of(0, 255) },
  margins: { left: 8, right: 0, top: 0, bottom: 0 },
});
function pictureOf(seed: number, original: Original | null = null): StoredPicture {
  const { source: _, ...job } = jobOf({ ...initial, seed: String(seed) }, null);
  return {
    mode: original ? 'image' : 'text',
    settings: { ...initial, seed: String(seed) },
    original,
    place: null,
    model: 'mini-sd',
    fileName: `${seed}.png`,
    job,
    itself: photo(`${seed}.png`),
    took: 1,
    parts: { encode: 1, steps: [1], decode: 1 },
  };
}
async function put(
  database: AlbumDatabase,
  picture: StoredPicture,
  most: number | null = null,
): Promise<Addition> {
  const begun = await database.runs.begin({ settings: initial, inputs: blank });
  return (await begun.end(picture, most))!; // there is a picture
}
/** All pictures, oldest first. */
async function all(database: AlbumDatabase) {
  const cards = await database.pictures.cards();
  return database.pictures.wholes(cards.map(({ place }) => place).toReversed());
}
const seeds = async (database: AlbumDatabase) => (await database.pictures.cards()).map(({ seed }) => seed);
/** Deletes pictures for good. */
async function erase(database: AlbumDatabase, places: readonly number[]): Promise<void> {
  await database.pictures.erase([await database.pictures.remove(places)]);
}
const inDatabase = <T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> =>
  new Promise((done, failed) => {
    const open = indexedDB.open(name);
    open.onerror = failed;
    open.onsuccess = () => {
      const transaction = open.result.transaction('drawer', mode);
      const asked = work(transaction.objectStore('drawer'));
      transaction.oncomplete = () => {
        open.result.close();
        done(asked.result);
      };
    };
  });
const write = (work: (store: IDBObjectStore) => IDBRequest) => inDatabase('readwrite', work);
const read = (key: IDBValidKey) => inDatabase<unknown>('readonly', (store) => store.get(key));
const count = async (kind: string) => {
  const keys = await inDatabase('readonly', (store) => store.getAllKeys());
  return (keys as string[][]).filter(([its]) => its === kind).length;
};
/** As another tab would have removed it. */
async function rename(removal: string, tab: string): Promise<void> {
  const there = (await read(['removal', removal])) as object;
  await write((store) => store.put({ ...there, tab }, ['removal', removal]));
}

it('an empty database has nothing in it', async () => {
  const { pictures, runs, inputs } = reopened();
  expect([await pictures.cards(), await runs.unfinished(), await inputs.take()]).toEqual([[], [], null]);
});

/** A page that begins a run, makes these steps, and waits. */
async function page(order: Omit<Order, 'name'>): Promise<Worker> {
  const worker = new Worker(new URL('./album-database-worker.ts', import.meta.url), { type: 'module' });
  worker.postMessage({ name, ...order } satisfies Order);
  await new Promise((done, failed) => {
    worker.onmessage = done;
    worker.onerror = failed;
  });
  return worker;
}

/** What is unfinished; waits for the browser to let go of the locks of who was killed. */
const left = async (): Promise<readonly UnfinishedRun[]> => {
  await navigator.locks.query();
  return reopened().runs.unfinished();
};

it('a run whose page was killed is found, with its steps, and can be gone on with or dropped', async () => {
  const request = {
    settings: { ...initial, prompt: 'red apple', count: 3 },
    inputs: masked(photo('cat.jpg')),
  };
  const steps = [[Float32Array.of(1, 2)], [Float32Array.of(3), Float32Array.of(4)]];
  const first = await page({ request, steps });
  expect(await left()).toEqual([]); // it lives
  first.terminate();

  await expect.poll(left).toHaveLength(1);
  const [found] = await left();
  expect(found).toMatchObject({
    steps: 2,
    known: [Float32Array.of(1, 2), Float32Array.of(3), Float32Array.of(4)],
    settings: request.settings,
    inputs: { mode: 'outpaint', mask: request.inputs.mask, margins: request.inputs.margins },
  });
  expect(await found!.inputs.original?.blob.text()).toBe('cat.jpg');

  const second = await page({ request, steps: [[Float32Array.of(5)]], before: found! });
  await expect(reopened().runs.begin(request, found)).rejects.toMatchObject({ code: 'busy' });
  second.terminate();
  await expect.poll(left).toMatchObject([{ steps: 3, known: [{}, {}, {}, Float32Array.of(5)] }]);

  const begun = await reopened().runs.begin(request, (await left())[0]);
  await begun.end(pictureOf(1), null);
  expect(await left()).toEqual([]);
  expect([await count('step'), await count('errand'), await count('kept')]).toEqual([0, 0, 1]);
});

it('a run that is dropped leaves nothing', async () => {
  const database = reopened();
  const dead = await page({ request: { settings: initial, inputs: masked(photo('cat.jpg')) }, steps: [[]] });
  dead.terminate();
  await expect.poll(left).toHaveLength(1);
  const [found] = await left();
  await database.runs.drop(found!);
  for (const kind of ['errand', 'step', 'original']) expect(await count(kind), kind).toBe(0);
});

it('pictures are found in the order in which they were made, and share what they were started from', async () => {
  const database = reopened();
  const cat = photo('cat.jpg');
  await put(database, pictureOf(9, cat));
  await put(database, pictureOf(3, cat));
  await put(database, pictureOf(5));
  expect(await count('original')).toBe(1);

  const pictures = await all(reopened());
  expect(pictures.map(({ picture }) => picture.settings.seed)).toEqual(['9', '3', '5']);
  const [first, second, third] = pictures.map(({ picture }) => picture);
  expect(first?.original).toMatchObject({ name: 'cat.jpg', width: 2, height: 1 });
  expect(await first?.original?.blob.text()).toBe('cat.jpg');
  expect(second?.original).toBe(first?.original);
  expect(third?.original).toBeNull();
  expect(await third?.itself.blob.text()).toBe('5.png');
});

it('the oldest make room where only so many are kept, but none with a star; all of them can be brought back', async () => {
  const database = reopened();
  const first = await put(database, pictureOf(0, photo('cat.jpg')));
  await database.pictures.mark([first.card.place], { stars: 3 });
  await put(database, pictureOf(1, photo('dog.jpg')));
  await put(database, pictureOf(2));
  const { evicted } = await put(database, pictureOf(3), 3);
  expect(await seeds(reopened())).toEqual(['3', '2', '0']);
  await database.pictures.bringBack(evicted!);
  expect(await seeds(reopened())).toEqual(['3', '2', '1', '0']);

  const again = await put(database, pictureOf(4), 3);
  expect(await seeds(database)).toEqual(['4', '3', '0']);
  await database.pictures.erase([again.evicted!]);
  expect([await count('kept'), await count('card'), await count('original')]).toEqual([3, 3, 1]);
  expect(await seeds(reopened())).toEqual(['4', '3', '0']);
});

it('what is removed is out of sight at once and gone when it is erased, and what others need stays', async () => {
  const database = reopened();
  const cat = photo('cat.jpg');
  await put(database, pictureOf(1, cat));
  await put(database, pictureOf(2, cat));
  const [first, second] = await all(database);
  const removal = await database.pictures.remove([first!.place]);
  expect([await seeds(reopened()), await count('kept')]).toEqual([['2'], 2]);
  await database.pictures.erase([removal]);
  expect([await count('kept'), await count('original')]).toEqual([1, 1]);
  await erase(database, [second!.place]);
  expect([await count('kept'), await count('card'), await count('original')]).toEqual([0, 0, 0]);
});

it('what a page took out of sight that is gone is deleted at the next start, and nothing of one that lives', async () => {
  const [gone, living] = [new AlbumDatabase(name, session()), reopened()];
  const [first, second] = [await put(gone, pictureOf(1)), await put(living, pictureOf(2))];
  await put(living, pictureOf(3));
  await living.pictures.remove([second.card.place]);
  // As a page leaves it that was killed: nobody holds this lock.
  const removal = await gone.pictures.remove([first.card.place]);
  await rename(removal.id, 'a tab that is gone');
  const told: News[] = [];
  await reopened().pictures.tidy((news) => told.push(news));
  expect([await count('kept'), await count('removal'), told]).toEqual([2, 1, []]);
});

it('the inputs are as they were left, with the very picture that results were started from', async () => {
  const database = reopened();
  const cat = photo('cat.jpg');
  await put(database, pictureOf(1, cat));
  await database.inputs.save(blank);
  await database.inputs.save(masked(cat));
  const again = reopened();
  const inputs = await again.inputs.take();
  const pictures = await all(again);
  expect(inputs).toMatchObject({ mode: 'outpaint', mask: { alpha: Uint8Array.of(0, 255) } });
  expect(inputs?.original).toBe(pictures[0]?.picture.original);
});

it('pictures that guide lie there once, for the inputs, runs and results, and go with the last of these', async () => {
  const database = reopened();
  const [cat, lines] = [photo('cat.jpg'), photo('lines.png')];
  const guided = (original: Original | null) => ({
    original,
    controls: [lines, null].map((picture, key) => ({ ...initialUnit, key, picture, weight: 0.5 })),
  });
  const begun = await database.runs.begin({ settings: initial, inputs: { ...blank, ...guided(cat) } });
  await put(database, { ...pictureOf(1), ...guided(cat) });
  await database.inputs.save({ ...blank, ...guided(lines) });
  expect(await count('original')).toBe(2);

  const again = reopened();
  const [inputs, pictures] = [await again.inputs.take(), await all(again)];
  const result = pictures[0]!.picture;
  expect(inputs?.controls?.map(({ picture, weight }) => [picture?.name, weight])).toEqual([
    ['lines.png', 0.5],
    [undefined, 0.5],
  ]);
  expect(await inputs?.original?.blob.text()).toBe('lines.png');
  expect(result.controls?.[0]?.picture).toBe(inputs?.original);
  expect(result.original?.name).toBe('cat.jpg');

  await begun.end(null, null);
  await erase(database, [pictures[0]!.place]);
  expect(await count('original')).toBe(1); // of this tab's inputs
});

it('each tab has inputs of its own, which begin as a copy of another’s', async () => {
  const [first, second] = [reopened(), reopened()];
  await first.inputs.take();
  await first.inputs.save(masked(photo('cat.jpg')));
  expect(await second.inputs.take()).toMatchObject({ original: { name: 'cat.jpg' } });
  await second.inputs.save(blank);
  expect(await count('desk')).toBe(2);
  await second.pictures.tidy(() => undefined);
  expect(await reopened().inputs.take()).toMatchObject({ original: null }); // the last one that was changed
  expect(await count('original')).toBe(1);
  expect(await first.inputs.take()).toMatchObject({ mode: 'outpaint', original: { name: 'cat.jpg' } });
});

it('the inputs of an older version, which had one entry for all tabs, are taken over', async () => {
  await reopened().inputs.take();
  await write((store) => store.put(blank, ['desk']));
  const database = reopened();
  expect(await database.inputs.take()).toEqual(blank);
  await database.inputs.save(masked(photo('cat.jpg')));
  expect(await count('desk')).toBe(1);
});

it('pictures made of what another tab works on do not make room, and are known', async () => {
  const [other, own] = [reopened(), reopened()];
  const cat = photo('cat.jpg');
  await put(other, pictureOf(0, cat));
  await other.inputs.save(masked(cat));
  for (let seed = 1; seed <= 3; seed++) await put(own, pictureOf(seed), 2);
  expect(await seeds(own)).toEqual(['3', '0']);
  const places = (await own.pictures.cards()).map(({ place }) => place);
  expect(await own.pictures.usedElsewhere(places)).toEqual(places.slice(1));
  expect(await other.pictures.usedElsewhere(places)).toEqual([]);
});

it('what one tab does to pictures is told to the others', async () => {
  const [one, other] = [reopened(), reopened()];
  const news: News[] = [];
  other.watch((told) => news.push(told));
  const { card } = await put(one, pictureOf(7, photo('cat.jpg')));
  const removal = await one.pictures.remove([card.place]);
  await one.pictures.bringBack(removal);
  await one.pictures.mark([card.place], { stars: 5, folder: 'cats' });
  await expect.poll(() => news).toHaveLength(4);
  expect(news.map(({ added, removed, marked }) => [added.length, removed.length, marked?.length])).toEqual([
    [1, 0, undefined],
    [0, 1, undefined],
    [1, 0, undefined],
    [0, 0, 1],
  ]);
  const [again] = await other.pictures.wholes(news[2]!.added);
  expect(again?.picture).toMatchObject({ settings: { seed: '7' }, original: { name: 'cat.jpg' } });
  expect(await other.pictures.cards()).toMatchObject([{ stars: 5, folder: 'cats' }]);
});

it('a run that was stopped is told from one whose page went', async () => {
  const database = reopened();
  const begun = await database.runs.begin({ settings: initial, inputs: blank });
  await begun.step([Float32Array.of(1)]);
  await begun.stop();
  expect(await database.runs.unfinished()).toMatchObject([{ stopped: true, steps: 1 }]);
});

it('a picture of an older version can be marked before it has a card', async () => {
  const database = reopened();
  await database.pictures.cards();
  await write((store) => store.put(pictureOf(4), ['picture', 1]));
  expect(await database.pictures.mark([1], { stars: 2 })).toMatchObject([{ place: 1, seed: '4', stars: 2 }]);
  await database.pictures.tidy(() => undefined);
  expect(await reopened().pictures.cards()).toMatchObject([{ place: 1, seed: '4', stars: 2 }]);
});
