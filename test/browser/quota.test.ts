/** A disk that is full, by the browser's own quota: what was begun is rolled back, and what was there stays. */
import { createStore, keys } from 'idb-keyval';
import { afterEach, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { toDrobeError } from '../../src/errors';
import type { Album } from '../../src/ui/album/album.svelte';
import { openStored, removeStored, store } from '../../src/weights/store/store';
import { make, paint, seedsOf, tab } from './album-parts';

const database = createStore('drobe-weights', 'weights');
const name = `test-quota-${crypto.randomUUID()}`;
const estimate = navigator.storage.estimate.bind(navigator.storage);
const never = new AbortController().signal;
const MiB = 2 ** 20;

/** No two pieces have the same bytes. */
const PIECE_BYTES = 8 * MiB;
const large = new Blob(Array.from({ length: 12 }, (_, n) => new Uint8Array(PIECE_BYTES).fill(n)));
const small = new Uint8Array(100_000).map((_, i) => i * 7);
const pieces = (bytes: number, each: number) =>
  Array.from({ length: Math.ceil(bytes / each) }, (_, n) => ({
    begin: n * each,
    end: Math.min(bytes, (n + 1) * each),
  }));

/** What Playwright's session has that Vitest's types leave out. */
interface Session {
  send(method: string, params: object): Promise<unknown>;
}
/** So many bytes more than now may the site have. What other tests stored counts, too. */
async function roomFor(bytes: number): Promise<void> {
  const { usage = 0 } = await estimate();
  await limitTo(usage + bytes);
}
/** So many bytes may the site have; undefined for as many as the disk has. */
async function limitTo(quotaSize?: number): Promise<void> {
  const quota = { origin: location.origin, ...(quotaSize !== undefined && { quotaSize }) };
  await (cdp() as unknown as Session).send('Storage.overrideQuotaForOrigin', quota);
}

async function stored(file: Blob): Promise<string> {
  const run = store(file, pieces(file.size, PIECE_BYTES), { file: 'model', extra: {} }, never);
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.id;
  }
}
const failure = async (work: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> => {
  const { code, facts } = toDrobeError(
    await work.then(
      () => 'no failure',
      (thrown: unknown) => thrown,
    ),
  );
  return { ...facts, code };
};
/** Without the hashes of what is served, which other tests may have drawn with. */
const kinds = async () =>
  (await keys<string[]>(database))
    .filter(([, id]) => !id?.startsWith('served:'))
    .map(([kind]) => kind)
    .sort();

afterEach(async () => {
  await limitTo();
  for (const [kind, id] of await keys<[string, string]>(database))
    if (kind === 'meta') await removeStored(id);
});

/** It is there for this visit, which is said; those that are kept stay, and what was deleted comes back. */
async function pictureWithoutRoom(album: Album): Promise<void> {
  await make(album, 2);
  expect([album.failure?.code, album.isAtRisk, seedsOf(album)]).toEqual(['quota', true, ['2', '1']]);
  expect((await album.whole(album.cards[0]!.place))?.job.seed).toBe(2n);
  expect(await album.thumbnail(album.cards[0]!.place)).toBeInstanceOf(Blob);
  const files = await Promise.all([3, 4].map(async (seed) => new File([await paint(seed)], `${seed}.png`)));
  // The first one that finds no room ends it.
  expect(await Array.fromAsync(album.import(files))).toMatchObject([
    { done: 1, kept: 0, refused: [{ name: '3.png', error: { code: 'quota' } }] },
  ]);
  const other = tab(name).album;
  await other.open();
  expect(seedsOf(other)).toEqual(['1']);
}

// First: Chromium does not look at the quota again while there was room for what is written within the last half a minute.
it('a disk that fills up at whatever byte', async () => {
  await roomFor(2 * MiB);
  const kept = await stored(new Blob([small]));
  const before = await kinds();
  const { album } = tab(name);
  // As where another program fills the disk after we have looked.
  const look = vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({});

  await album.open();
  await make(album, 1);
  await limitTo(1);
  // More than there was room for, so that it looks. Later the quota only grows.
  const other = large.slice(0, PIECE_BYTES);
  const full = async (): Promise<void> => {
    const { code } = await failure(stored(other).then(removeStored));
    expect(code).toBe('quota');
  };
  // It waits for half a minute only where another page has used its databases just before.
  await vi.waitFor(full, { timeout: 90_000, interval: 2000 });
  await pictureWithoutRoom(album);

  // Chromium counts a batch late at times: at the end of the file, there must be more than one too many.
  for (const room of [2, 10, 40]) {
    await roomFor(room * MiB);
    expect(await failure(stored(large)), `${room} MiB`).toMatchObject({
      code: 'quota',
      neededBytes: large.size,
    });
    expect(await kinds()).toEqual(before);
    const { blobs } = await openStored(kept);
    expect(new Uint8Array(await new Blob([...blobs]).arrayBuffer())).toEqual(small);
  }
  await limitTo();
  await make(album, 5);
  look.mockRestore();
  const later = tab(name).album;
  await later.open();
  expect(seedsOf(later)).toEqual(['5', '1']);
  await stored(large);
});

it('what does not fit is not begun', async () => {
  // Chromium says of every disk that 10 GiB are free, and lets out how many there are by refusing.
  const huge = new Blob(Array.from({ length: 112 }, () => large));
  const told = await failure(stored(huge));
  expect(told['code']).toBe('quota');
  expect(told['neededBytes']).toBeGreaterThan(huge.size); // known beforehand, not found out
  expect(told['freeBytes']).toBeGreaterThan(0);
  expect(await kinds()).toEqual([]);
});
