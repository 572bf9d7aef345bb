import { beforeEach, expect, it } from 'vitest';
import { Drawer } from '../../src/ui/album/drawer/drawer';
import type { Ended, Kept, News, Unfinished } from '../../src/ui/album/kept';
import type { Desk } from '../../src/ui/paint/desk';
import type { Original } from '../../src/ui/files/picture';
import { jobOf } from '../../src/ui/settings/job';
import { initialUnit } from '../../src/ui/control/unit';
import { initial } from '../../src/ui/settings/settings';
import type { Order } from './drawer-worker';

/** Each test has a database of its own: none is deleted while a page, which this is, has it open. */
let name = '';
beforeEach(() => (name = `test-drawer-${crypto.randomUUID()}`));

/** What a tab keeps its name in. */
function session() {
  const items: Record<string, string> = {};
  return {
    getItem: (key: string) => items[key] ?? null,
    setItem: (key: string, value: string) => void (items[key] = value),
  };
}

/** As another tab has it that was just opened. */
const reopened = () => new Drawer(name, session());

const blank: Desk = {
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
const masked = (original: Original): Desk => ({
  mode: 'outpaint',
  original,
  mask: { width: 2, height: 1, alpha: Uint8Array.of(0, 255) },
  margins: { left: 8, right: 0, top: 0, bottom: 0 },
});
function pictureOf(seed: number, original: Original | null = null): Kept {
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
async function put(drawer: Drawer, picture: Kept, most: number | null = null): Promise<Ended> {
  const begun = await drawer.errands.begin({ settings: initial, desk: blank });
  return (await begun.end(picture, most))!; // there is a picture
}
/** All pictures, oldest first. */
async function all(drawer: Drawer) {
  const cards = await drawer.pictures.cards();
  return drawer.pictures.wholes(cards.map(({ place }) => place).toReversed());
}
const seeds = async (drawer: Drawer) => (await drawer.pictures.cards()).map(({ seed }) => seed);
/** Deletes pictures for good. */
async function erase(drawer: Drawer, places: readonly number[]): Promise<void> {
  await drawer.pictures.erase([await drawer.pictures.remove(places)]);
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

it('an empty drawer has nothing in it', async () => {
  const { pictures, errands, desks } = reopened();
  expect([await pictures.cards(), await errands.unfinished(), await desks.take()]).toEqual([[], [], null]);
});

/** A page that begins a run, makes these steps, and waits. */
async function page(order: Omit<Order, 'name'>): Promise<Worker> {
  const worker = new Worker(new URL('./drawer-worker.ts', import.meta.url), { type: 'module' });
  worker.postMessage({ name, ...order } satisfies Order);
  await new Promise((done, failed) => {
    worker.onmessage = done;
    worker.onerror = failed;
  });
  return worker;
}

/** What is unfinished; waits for the browser to let go of the locks of who was killed. */
const left = async (): Promise<readonly Unfinished[]> => {
  await navigator.locks.query();
  return reopened().errands.unfinished();
};

it('a run whose page was killed is found, with its steps, and can be gone on with or dropped', async () => {
  const errand = { settings: { ...initial, prompt: 'red apple', count: 3 }, desk: masked(photo('cat.jpg')) };
  const steps = [[Float32Array.of(1, 2)], [Float32Array.of(3), Float32Array.of(4)]];
  const first = await page({ errand, steps });
  expect(await left()).toEqual([]); // it lives
  first.terminate();

  await expect.poll(left).toHaveLength(1);
  const [found] = await left();
  expect(found).toMatchObject({
    steps: 2,
    known: [Float32Array.of(1, 2), Float32Array.of(3), Float32Array.of(4)],
    settings: errand.settings,
    desk: { mode: 'outpaint', mask: errand.desk.mask, margins: errand.desk.margins },
  });
  expect(await found!.desk.original?.blob.text()).toBe('cat.jpg');

  const second = await page({ errand, steps: [[Float32Array.of(5)]], before: found! });
  await expect(reopened().errands.begin(errand, found)).rejects.toMatchObject({ code: 'busy' });
  second.terminate();
  await expect.poll(left).toMatchObject([{ steps: 3, known: [{}, {}, {}, Float32Array.of(5)] }]);

  const begun = await reopened().errands.begin(errand, (await left())[0]);
  await begun.end(pictureOf(1), null);
  expect(await left()).toEqual([]);
  expect([await count('step'), await count('errand'), await count('kept')]).toEqual([0, 0, 1]);
});

it('a run that is dropped leaves nothing', async () => {
  const drawer = reopened();
  const dead = await page({ errand: { settings: initial, desk: masked(photo('cat.jpg')) }, steps: [[]] });
  dead.terminate();
  await expect.poll(left).toHaveLength(1);
  const [found] = await left();
  await drawer.errands.drop(found!);
  for (const kind of ['errand', 'step', 'original']) expect(await count(kind), kind).toBe(0);
});

it('pictures are found in the order in which they were made, and share what they were started from', async () => {
  const drawer = reopened();
  const cat = photo('cat.jpg');
  await put(drawer, pictureOf(9, cat));
  await put(drawer, pictureOf(3, cat));
  await put(drawer, pictureOf(5));
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
  const drawer = reopened();
  const first = await put(drawer, pictureOf(0, photo('cat.jpg')));
  await drawer.pictures.mark([first.card.place], { stars: 3 });
  await put(drawer, pictureOf(1, photo('dog.jpg')));
  await put(drawer, pictureOf(2));
  const { ousted } = await put(drawer, pictureOf(3), 3);
  expect(await seeds(reopened())).toEqual(['3', '2', '0']);
  await drawer.pictures.bringBack(ousted!);
  expect(await seeds(reopened())).toEqual(['3', '2', '1', '0']);

  const again = await put(drawer, pictureOf(4), 3);
  expect(await seeds(drawer)).toEqual(['4', '3', '0']);
  await drawer.pictures.erase([again.ousted!]);
  expect([await count('kept'), await count('card'), await count('original')]).toEqual([3, 3, 1]);
  expect(await seeds(reopened())).toEqual(['4', '3', '0']);
});

it('what is removed is out of sight at once and gone when it is erased, and what others need stays', async () => {
  const drawer = reopened();
  const cat = photo('cat.jpg');
  await put(drawer, pictureOf(1, cat));
  await put(drawer, pictureOf(2, cat));
  const [first, second] = await all(drawer);
  const removal = await drawer.pictures.remove([first!.place]);
  expect([await seeds(reopened()), await count('kept')]).toEqual([['2'], 2]);
  await drawer.pictures.erase([removal]);
  expect([await count('kept'), await count('original')]).toEqual([1, 1]);
  await erase(drawer, [second!.place]);
  expect([await count('kept'), await count('card'), await count('original')]).toEqual([0, 0, 0]);
});

it('what a page took out of sight that is gone is deleted at the next start, and nothing of one that lives', async () => {
  const [gone, living] = [new Drawer(name, session()), reopened()];
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

it('the desk is as it was left, with the very picture that results were started from', async () => {
  const drawer = reopened();
  const cat = photo('cat.jpg');
  await put(drawer, pictureOf(1, cat));
  await drawer.desks.save(blank);
  await drawer.desks.save(masked(cat));
  const again = reopened();
  const desk = await again.desks.take();
  const pictures = await all(again);
  expect(desk).toMatchObject({ mode: 'outpaint', mask: { alpha: Uint8Array.of(0, 255) } });
  expect(desk?.original).toBe(pictures[0]?.picture.original);
});

it('pictures that guide lie there once, for the desk, runs and results, and go with the last of these', async () => {
  const drawer = reopened();
  const [cat, lines] = [photo('cat.jpg'), photo('lines.png')];
  const guided = (original: Original | null) => ({
    original,
    controls: [lines, null].map((picture, key) => ({ ...initialUnit, key, picture, weight: 0.5 })),
  });
  const begun = await drawer.errands.begin({ settings: initial, desk: { ...blank, ...guided(cat) } });
  await put(drawer, { ...pictureOf(1), ...guided(cat) });
  await drawer.desks.save({ ...blank, ...guided(lines) });
  expect(await count('original')).toBe(2);

  const again = reopened();
  const [desk, pictures] = [await again.desks.take(), await all(again)];
  const result = pictures[0]!.picture;
  expect(desk?.controls?.map(({ picture, weight }) => [picture?.name, weight])).toEqual([
    ['lines.png', 0.5],
    [undefined, 0.5],
  ]);
  expect(await desk?.original?.blob.text()).toBe('lines.png');
  expect(result.controls?.[0]?.picture).toBe(desk?.original);
  expect(result.original?.name).toBe('cat.jpg');

  await begun.end(null, null);
  await erase(drawer, [pictures[0]!.place]);
  expect(await count('original')).toBe(1); // the desk's of this tab
});

it('each tab has a desk of its own, which begins as a copy of another’s', async () => {
  const [first, second] = [reopened(), reopened()];
  await first.desks.take();
  await first.desks.save(masked(photo('cat.jpg')));
  expect(await second.desks.take()).toMatchObject({ original: { name: 'cat.jpg' } });
  await second.desks.save(blank);
  expect(await count('desk')).toBe(2);
  await second.pictures.tidy(() => undefined);
  expect(await reopened().desks.take()).toMatchObject({ original: null }); // the last one that was changed
  expect(await count('original')).toBe(1);
  expect(await first.desks.take()).toMatchObject({ mode: 'outpaint', original: { name: 'cat.jpg' } });
});

it('what an older version left on the only desk there was is taken over', async () => {
  await reopened().desks.take();
  await write((store) => store.put(blank, ['desk']));
  const drawer = reopened();
  expect(await drawer.desks.take()).toEqual(blank);
  await drawer.desks.save(masked(photo('cat.jpg')));
  expect(await count('desk')).toBe(1);
});

it('pictures made of what another tab works on do not make room, and are known', async () => {
  const [other, own] = [reopened(), reopened()];
  const cat = photo('cat.jpg');
  await put(other, pictureOf(0, cat));
  await other.desks.save(masked(cat));
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
  const drawer = reopened();
  const begun = await drawer.errands.begin({ settings: initial, desk: blank });
  await begun.step([Float32Array.of(1)]);
  await begun.stop();
  expect(await drawer.errands.unfinished()).toMatchObject([{ stopped: true, steps: 1 }]);
});

it('a picture of an older version can be marked before it has a card', async () => {
  const drawer = reopened();
  await drawer.pictures.cards();
  await write((store) => store.put(pictureOf(4), ['picture', 1]));
  expect(await drawer.pictures.mark([1], { stars: 2 })).toMatchObject([{ place: 1, seed: '4', stars: 2 }]);
  await drawer.pictures.tidy(() => undefined);
  expect(await reopened().pictures.cards()).toMatchObject([{ place: 1, seed: '4', stars: 2 }]);
});
