/** The album over real storage: what older versions left, several tabs, undoing, and pictures from elsewhere. */
import { beforeEach, expect, it } from 'vitest';
import { RECENT } from '../../src/ui/album/full-pictures.svelte';
import { initial } from '../../src/ui/settings/settings';
import { blank, make, paint, pictureOf, Raw, seedsOf, tab } from './album-parts';

/** Each test has a database of its own: none is deleted while a page, which this is, has it open. */
let name = '';
let raw: Raw;
beforeEach(() => {
  name = `test-album-${crypto.randomUUID()}`;
  raw = new Raw(name);
});

const sizeOf = async (picture: Blob | null) => {
  const bitmap = await createImageBitmap(picture!);
  return [bitmap.width, bitmap.height];
};

it('a card stands for each picture, which is read when somebody looks at it, with a small one of it', async () => {
  const { album } = tab(name);
  await album.open();
  await make(album, 1);
  await make(album, 2, 600);

  const other = tab(name).album;
  await other.open();
  const [large, small] = other.cards;
  expect(large).toMatchObject({
    seed: '2',
    width: 600,
    height: 600,
    title: 'picture 2',
    model: 'mini-sd',
    stars: 0,
  });
  expect(large?.bytes).toBe((await pictureOf(2, 600)).itself.blob.size);
  expect(Date.now() - large!.made).toBeLessThan(60_000);
  expect(other.bytes).toBe(large!.bytes + small!.bytes);
  expect(await sizeOf(await other.thumbnail(large!.place))).toEqual([256, 256]);
  expect(await sizeOf(await other.thumbnail(small!.place))).toEqual([8, 8]);
  expect(await other.whole(large!.place)).toBe(other.results[0]);
  expect(await other.whole(17)).toBeNull();
});

it('pictures of an older version stay where they are, and get cards and small pictures', async () => {
  for (let seed = 1; seed <= 45; seed++) {
    const picture = await pictureOf(seed);
    await raw.ask((store) => store.put(picture, ['picture', seed]));
  }
  const { album, database } = tab(name);
  await album.open();
  expect(seedsOf(album)).toEqual(Array.from({ length: 45 }, (_, i) => String(45 - i)));
  expect(album.results).toHaveLength(RECENT);
  expect(album.cards[0]).toMatchObject({ made: 0, title: 'picture 45' });
  await expect.poll(() => raw.count('card')).toBe(45);
  expect([await raw.count('picture'), await raw.count('thumbnail')]).toEqual([45, 45]);
  const hashes = async () => (await database.pictures.cards()).map(({ hash }) => hash);
  await expect.poll(hashes).not.toContain(null);
  expect((await album.whole(1))?.itself).toMatchObject({ name: '1.png', width: 8 });
});

it('a page of an older version does nothing to what it does not know, and what it does to its own is seen', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const picture = await pictureOf(seed);
    await raw.ask((store) => store.put(picture, ['picture', seed]));
  }
  const { album } = tab(name);
  await album.open();
  for (let seed = 101; seed <= 105; seed++) await make(album, seed);
  await expect.poll(() => raw.count('card')).toBe(45);

  await raw.olderAdds(await pictureOf(41)); // it keeps 40: its first one goes
  const ours = ['105', '104', '103', '102', '101'];
  const older = (from: number, to: number) =>
    Array.from({ length: from - to + 1 }, (_, i) => String(from - i));
  await expect.poll(() => seedsOf(album)).toEqual([...ours, ...older(41, 2)]);

  // Another picture in the place of one that was deleted, while no page of ours was there to see it.
  const seen = seedsOf(album);
  await album.star([41], 5);
  await raw.ask((store) => store.delete(['picture', 41]));
  await raw.ask((store) => store.delete(['picture', 2]));
  const instead = await pictureOf(77);
  await raw.ask((store) => store.put(instead, ['picture', 41]));
  const later = tab(name).album;
  await later.open();
  await expect.poll(() => seedsOf(later)).toEqual([...ours, '77', ...older(40, 3)]);
  expect(later.cards.find(({ seed }) => seed === '77')?.stars).toBe(0);
  await expect.poll(() => seedsOf(album)).toEqual(seedsOf(later)); // told by the other
  expect(seen).not.toEqual(seedsOf(later));

  await raw.olderRemoves(40);
  await expect.poll(() => seedsOf(later)).toEqual([...ours, '77', ...older(39, 3)]);
  await expect.poll(() => raw.count('card')).toBe(seedsOf(later).length);
});

it('what one tab does is seen in the others: pictures, stars, folders, deletions, and their undoing', async () => {
  const [one, other] = [tab(name), tab(name)];
  await one.album.open();
  await other.album.open();
  for (let seed = 1; seed <= 3; seed++) await make(one.album, seed);
  await expect.poll(() => seedsOf(other.album)).toEqual(['3', '2', '1']);
  await expect.poll(() => other.album.results.map(({ job }) => job.seed)).toEqual([3n, 2n, 1n]);

  const places = one.album.cards.map(({ place }) => place);
  await one.album.star(places.slice(0, 1), 4);
  await one.album.file(places, 'cats');
  await expect
    .poll(() => other.album.cards.map(({ stars, folder }) => [stars, folder]))
    .toEqual([
      [4, 'cats'],
      [0, 'cats'],
      [0, 'cats'],
    ]);
  one.changes.undo();
  await expect.poll(() => other.album.cards.map(({ folder }) => folder)).toEqual(['', '', '']);
  expect(other.album.cards[0]?.stars).toBe(4);

  await other.album.remove(places.slice(0, 2));
  await expect.poll(() => seedsOf(one.album)).toEqual(['1']);
  other.changes.undo();
  await expect.poll(() => seedsOf(one.album)).toEqual(['3', '2', '1']);
  await expect.poll(() => one.album.results.map(({ job }) => job.seed)).toEqual([3n, 2n, 1n]);
});

it('everything can be deleted and comes back; it is gone for good when the page is, or when that can be undone no more', async () => {
  const { album, changes } = tab(name);
  await album.open();
  for (let seed = 1; seed <= RECENT + 5; seed++) await make(album, seed);
  const before = seedsOf(album);
  const shown = album.results.map(({ number }) => number);
  expect(await album.clear()).toBe(0);
  expect([seedsOf(album), album.results, await raw.count('kept')]).toEqual([[], [], RECENT + 5]);
  changes.undo();
  await expect.poll(() => seedsOf(album)).toEqual(before);
  await expect.poll(() => album.results.map(({ number }) => number)).toEqual(shown);
  expect((await fetch(album.results[0]!.url)).ok).toBe(true);

  // The newest that are left are whole.
  await album.remove(album.cards.slice(0, 10).map(({ place }) => place));
  expect(album.results.map(({ job }) => String(job.seed))).toEqual(seedsOf(album).slice(0, RECENT));
  changes.clear();
  await expect.poll(() => raw.count('kept')).toBe(RECENT - 5);
  await album.remove(album.cards.map(({ place }) => place));
  album.leave();
  await expect
    .poll(() => Promise.all(['kept', 'card', 'thumbnail', 'removal'].map((kind) => raw.count(kind))))
    .toEqual([0, 0, 0, 0]);
});

it('an unfinished run that was discarded is stored until that can no longer be undone', async () => {
  const { album, database } = tab(name);
  await album.open();
  const run = await album.begin({ settings: initial, inputs: blank });
  await run.step([Float32Array.of(1)]);
  await run.stop();
  const [left] = album.unfinished;
  album.discard(left!);
  expect([album.unfinished, await database.runs.unfinished()]).toMatchObject([[], [{ steps: 1 }]]);
  album.leave();
  await expect.poll(() => database.runs.unfinished()).toEqual([]);
});

const parameters = (prompt: string, seed: number) =>
  new Map([
    [
      'parameters',
      `${prompt}\nNegative prompt: blurry\nSteps: 9, Sampler: Euler a, CFG scale: 6, Seed: ${seed}, Size: 64x64, Model: dream`,
    ],
  ]);
const fileOf = (blob: Blob, file: string) =>
  new File([blob], file, { type: blob.type, lastModified: 1_600_000_000_000 });

it('pictures from elsewhere come with their recipes and byte for byte, once, and are undone at once', async () => {
  const { album, changes } = tab(name);
  await album.open();
  await make(album, 1);
  const cat = fileOf(await paint(5, 64, parameters('a cat', 42)), 'cat.png');
  const bare = fileOf(await paint(6), 'holiday.png');
  const own = album.results[0]!.itself.blob;
  const files = [
    cat,
    bare,
    fileOf(own, 'again.png'),
    fileOf(cat, 'copy of cat.png'),
    new File(['no'], 'note.png'),
  ];
  const told = await Array.fromAsync(album.import(files, 'from elsewhere'));
  expect(told).toHaveLength(files.length);
  expect(told.at(-1)).toMatchObject({
    ...{ done: 5, kept: 2, known: 2 },
    refused: [{ name: 'note.png', error: { code: 'image-unreadable' } }],
  });
  expect(album.cards).toMatchObject([
    { title: 'holiday.png', seed: '', model: '', width: 8, origin: 'brought', folder: 'from elsewhere' },
    { title: 'a cat', negative: 'blurry', seed: '42', model: 'dream', width: 64, made: 1_600_000_000_000 },
    { title: 'picture 1', origin: 'here', folder: '' },
  ]);

  const other = tab(name).album;
  await other.open();
  const whole = await other.whole(other.cards[1]!.place);
  expect(whole).toMatchObject({
    ...{ fileName: 'cat.png', mode: 'text', model: 'dream', brought: { tool: { name: 'A1111' } } },
    ...{
      settings: { prompt: 'a cat', steps: 9, seed: '42' },
      job: { steps: 9, seed: 42n, sampler: 'Euler a' },
    },
  });
  expect(await whole?.itself.blob.bytes()).toEqual(await cat.bytes());
  expect((await other.whole(other.cards[0]!.place))?.brought).toEqual({ tool: null });
  expect(await sizeOf(await other.thumbnail(other.cards[1]!.place))).toEqual([64, 64]);

  expect(changes.last?.words).toBe('2 pictures were added.');
  changes.undo();
  await expect.poll(() => seedsOf(album)).toEqual(['1']);
});

it('bringing them is stopped by not asking for more; what was taken in by then stays', async () => {
  const { album } = tab(name);
  await album.open();
  let read = 0;
  async function* folder() {
    for (let seed = 0; seed < 100; seed++) {
      read++;
      yield fileOf(await paint(seed), `${seed}.png`);
    }
  }
  for await (const { kept } of album.import(folder())) if (kept === 3) break;
  expect([read, album.cards.length, await raw.count('kept')]).toEqual([3, 3, 3]);
});

it('only what was made here makes room where only so many are kept', async () => {
  const { album } = tab(name);
  await album.open();
  await Array.fromAsync(album.import([fileOf(await paint(9), 'holiday.png')]));
  album.capacity.keep(2);
  for (let seed = 1; seed <= 3; seed++) await make(album, seed);
  expect(album.cards.map(({ title }) => title)).toEqual(['picture 3', 'picture 2', 'holiday.png']);
});
