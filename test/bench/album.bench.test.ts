/**
 * An album of 5,000 pictures: how long from opening it to its cards and to the newest pictures, what memory that takes, and
 * how long whatever is done to all of them takes.
 */
import { expect, it } from 'vitest';
import { search } from '../../src/ui/album/search';
import { Raw, make, paint, pictureOf, tab } from '../browser/album-parts';

const PICTURES = 5000;
/** Of 512 × 512, which are brought. */
const BROUGHT = 100;

/** Prompts as long as those that people write. */
const prompt = (seed: number): string =>
  `picture ${seed} of a house on a hill, ${'a quiet evening with smoke from its chimney, '.repeat(5)}oil on canvas`;

/** Bytes of JavaScript's heap, as Chromium tells them. */
const heap = (): number =>
  (performance as Performance & { readonly memory?: { readonly usedJSHeapSize: number } }).memory
    ?.usedJSHeapSize ?? NaN;

async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now();
  const done = await work();
  console.info(`${what}: ${(performance.now() - started).toFixed(0)} ms`);
  return done;
}

it('opens with 5,000 pictures', async () => {
  const name = `bench-album-${crypto.randomUUID()}`;
  const { database } = tab(name);
  const plain = await pictureOf(1, 64);
  await timed(`keeping ${PICTURES} pictures, one after the other`, async () => {
    for (let seed = 1; seed <= PICTURES; seed++) {
      const job = { ...plain.job, prompt: prompt(seed), seed: BigInt(seed) };
      await database.pictures.add({ ...plain, job }, { most: null });
    }
  });

  for (let i = 0; i < 3; i++) {
    const before = heap();
    const { album } = tab(name);
    const started = performance.now();
    const opened = album.open();
    while (album.cards.length === 0) await new Promise((next) => setTimeout(next));
    const cards = performance.now() - started;
    while (album.results.length === 0) await new Promise((next) => setTimeout(next));
    const results = performance.now() - started;
    await opened;
    console.info(
      `cards after ${cards.toFixed(0)} ms, the newest ${album.results.length} whole after ${results.toFixed(0)} ms, all after ${(performance.now() - started).toFixed(0)} ms; heap ${((heap() - before) / 1e6).toFixed(1)} MB more`,
    );
    expect(album.cards).toHaveLength(PICTURES);
  }

  const { album, changes } = tab(name);
  await album.open();
  await timed('the first search', () => search(album.cards, 'house -cat stars:0', 'stars'));
  await timed('another search', () => search(album.cards, 'chimney "oil on canvas" 4999'));
  await timed('a thumbnail', () => album.thumbnail(album.cards[2500]!.place));
  await timed('an old picture, whole', () => album.whole(album.cards[2500]!.place));
  await timed('one more picture', () => make(album, 7));
  album.capacity.keep(PICTURES);
  await timed('one more, for which one makes room', () => make(album, 8));
  await timed('a star for one', () => album.star([album.cards[9]!.place], 3));
  const places = album.cards.map(({ place }) => place);
  await timed('all of them into a folder', () => album.file(places, 'all'));
  await timed('all of them out of sight', () => album.clear());
  expect(album.cards).toHaveLength(0);
  changes.undo();
  await timed('all of them back', async () => {
    while (album.cards.length < places.length) await new Promise((next) => setTimeout(next));
  });
  await album.clear();
  const raw = new Raw(name);
  await timed('all of them deleted for good', async () => {
    changes.clear();
    while ((await raw.count('kept')) > 0) await new Promise((next) => setTimeout(next, 20));
  });
});

it('takes in pictures from elsewhere', async () => {
  const { album } = tab(`bench-album-${crypto.randomUUID()}`);
  await album.open();
  const files: File[] = [];
  for (let seed = 0; seed < BROUGHT; seed++)
    files.push(new File([await paint(seed, 512, new Map([['parameters', prompt(seed)]]))], `${seed}.png`));
  const told = await timed(`${BROUGHT} pictures brought`, () => Array.fromAsync(album.import(files)));
  expect(told.at(-1)).toMatchObject({ kept: BROUGHT, refused: [] });
  await timed('the same again, all of them known', () => Array.fromAsync(album.import(files)));
  expect(album.cards).toHaveLength(BROUGHT);
});
