import { beforeEach, expect, it } from 'vitest';
import { Drawer } from '../../src/ui/album/drawer';
import { CAPACITY, type Kept, type News, type Unfinished } from '../../src/ui/album/kept';
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
async function put(drawer: Drawer, picture: Kept): Promise<void> {
  const begun = await drawer.begin({ settings: initial, desk: blank });
  await begun.end(picture);
}
const count = async (kind: string) =>
  new Promise<number>((counted, failed) => {
    const open = indexedDB.open(name);
    open.onerror = failed;
    open.onsuccess = () => {
      const keys = open.result.transaction('drawer').objectStore('drawer').getAllKeys();
      keys.onsuccess = () => {
        open.result.close();
        counted((keys.result as string[][]).filter(([its]) => its === kind).length);
      };
    };
  });

it('an empty drawer has nothing in it', async () => {
  expect(await reopened().open()).toEqual({ pictures: [], desk: null, unfinished: [] });
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
  return (await reopened().open()).unfinished;
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
  await expect(reopened().begin(errand, found)).rejects.toMatchObject({ code: 'busy' });
  second.terminate();
  await expect.poll(left).toMatchObject([{ steps: 3, known: [{}, {}, {}, Float32Array.of(5)] }]);

  const begun = await reopened().begin(errand, (await left())[0]);
  await begun.end(pictureOf(1));
  expect(await left()).toEqual([]);
  expect([await count('step'), await count('errand'), await count('picture')]).toEqual([0, 0, 1]);
});

it('a run that is dropped leaves nothing', async () => {
  const drawer = reopened();
  const dead = await page({ errand: { settings: initial, desk: masked(photo('cat.jpg')) }, steps: [[]] });
  dead.terminate();
  await expect.poll(left).toHaveLength(1);
  const [found] = await left();
  await drawer.drop(found!);
  for (const kind of ['errand', 'step', 'original']) expect(await count(kind), kind).toBe(0);
});

it('pictures are found in the order in which they were made, and share what they were started from', async () => {
  const drawer = reopened();
  const cat = photo('cat.jpg');
  await put(drawer, pictureOf(9, cat));
  await put(drawer, pictureOf(3, cat));
  await put(drawer, pictureOf(5));
  expect(await count('original')).toBe(1);

  const { pictures } = await reopened().open();
  expect(pictures.map(({ picture }) => picture.settings.seed)).toEqual(['9', '3', '5']);
  const [first, second, third] = pictures.map(({ picture }) => picture);
  expect(first?.original).toMatchObject({ name: 'cat.jpg', width: 2, height: 1 });
  expect(await first?.original?.blob.text()).toBe('cat.jpg');
  expect(second?.original).toBe(first?.original);
  expect(third?.original).toBeNull();
  expect(await third?.itself.blob.text()).toBe('5.png');
});

it('the oldest make room, and what was only theirs goes with them', async () => {
  const drawer = reopened();
  await put(drawer, pictureOf(0, photo('cat.jpg')));
  for (let seed = 1; seed <= CAPACITY; seed++) await put(drawer, pictureOf(seed));
  const { pictures } = await reopened().open();
  expect(pictures.map(({ picture }) => picture.settings.seed)).toEqual(
    Array.from({ length: CAPACITY }, (_, i) => String(i + 1)),
  );
  expect(await count('original')).toBe(0);
});

it('what is removed is gone, and what others need stays', async () => {
  const drawer = reopened();
  const cat = photo('cat.jpg');
  await put(drawer, pictureOf(1, cat));
  await put(drawer, pictureOf(2, cat));
  const [first, second] = (await drawer.open()).pictures;
  await drawer.remove([first!.place]);
  expect([await count('picture'), await count('original')]).toEqual([1, 1]);
  await drawer.remove([second!.place]);
  expect([await count('picture'), await count('original')]).toEqual([0, 0]);
});

it('the desk is as it was left, with the very picture that results were started from', async () => {
  const drawer = reopened();
  const cat = photo('cat.jpg');
  await put(drawer, pictureOf(1, cat));
  await drawer.saveDesk(blank);
  await drawer.saveDesk(masked(cat));
  const { desk, pictures } = await reopened().open();
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
  const begun = await drawer.begin({ settings: initial, desk: { ...blank, ...guided(cat) } });
  await put(drawer, { ...pictureOf(1), ...guided(cat) });
  await drawer.saveDesk({ ...blank, ...guided(lines) });
  expect(await count('original')).toBe(2);

  const again = reopened();
  const { desk, pictures } = await again.open();
  const result = pictures[0]!.picture;
  expect(desk?.controls?.map(({ picture, weight }) => [picture?.name, weight])).toEqual([
    ['lines.png', 0.5],
    [undefined, 0.5],
  ]);
  expect(await desk?.original?.blob.text()).toBe('lines.png');
  expect(result.controls?.[0]?.picture).toBe(desk?.original);
  expect(result.original?.name).toBe('cat.jpg');

  await begun.end(null);
  await drawer.remove([pictures[0]!.place]);
  expect(await count('original')).toBe(1); // the desk's of this tab
});

it('each tab has a desk of its own, which begins as a copy of another’s', async () => {
  const [first, second] = [reopened(), reopened()];
  await first.open();
  await first.saveDesk(masked(photo('cat.jpg')));
  expect((await second.open()).desk).toMatchObject({ original: { name: 'cat.jpg' } });
  await second.saveDesk(blank);
  expect(await count('desk')).toBe(2);
  await second.remove([]);
  expect((await reopened().open()).desk).toMatchObject({ original: null }); // the last one that was changed
  expect(await count('original')).toBe(1);
  expect((await first.open()).desk).toMatchObject({ mode: 'outpaint', original: { name: 'cat.jpg' } });
});

it('what an older version left on the only desk there was is taken over', async () => {
  await reopened().open();
  await new Promise((done, failed) => {
    const open = indexedDB.open(name);
    open.onerror = failed;
    open.onsuccess = () => {
      const writing = open.result.transaction('drawer', 'readwrite');
      writing.objectStore('drawer').put(blank, ['desk']);
      writing.oncomplete = done;
    };
  });
  const drawer = reopened();
  expect((await drawer.open()).desk).toEqual(blank);
  await drawer.saveDesk(masked(photo('cat.jpg')));
  expect(await count('desk')).toBe(1);
});

it('pictures made of what another tab works on do not make room, and are known', async () => {
  const [other, own] = [reopened(), reopened()];
  const cat = photo('cat.jpg');
  await put(other, pictureOf(0, cat));
  await other.saveDesk(masked(cat));
  for (let seed = 1; seed <= CAPACITY + 1; seed++) await put(own, pictureOf(seed));
  const { pictures } = await own.open();
  expect(pictures[0]?.picture.settings.seed).toBe('0');
  const places = pictures.map(({ place }) => place);
  expect(await own.usedElsewhere(places)).toEqual(places.slice(0, 1));
  expect(await other.usedElsewhere(places)).toEqual([]);
});

it('what one tab does to pictures is told to the others; what was removed can be put back', async () => {
  const [one, other] = [reopened(), reopened()];
  const news: News[] = [];
  other.watch((told) => news.push(told));
  await put(one, pictureOf(7, photo('cat.jpg')));
  const [found] = (await one.open()).pictures;
  await one.remove([found!.place]);
  await one.putBack([found!]);
  await expect.poll(() => news).toHaveLength(3);
  expect(news.map(({ added, removed }) => [added.length, removed.length])).toEqual([
    [1, 0],
    [0, 1],
    [1, 0],
  ]);
  const [again] = await other.pictures(news[2]!.added);
  expect(again?.picture).toMatchObject({ settings: { seed: '7' }, original: { name: 'cat.jpg' } });
});

it('a run that was stopped is told from one whose page went', async () => {
  const drawer = reopened();
  const begun = await drawer.begin({ settings: initial, desk: blank });
  await begun.step([Float32Array.of(1)]);
  await begun.stop();
  expect((await drawer.open()).unfinished).toMatchObject([{ stopped: true, steps: 1 }]);
});
