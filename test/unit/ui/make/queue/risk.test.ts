import { expect, test } from 'vitest';
import { DrobeError } from '../../../../../src/errors';
import { Album } from '../../../../../src/ui/album/album.svelte';
import type { StoredCard } from '../../../../../src/ui/album/card';
import type { AlbumDatabase } from '../../../../../src/ui/album/database/album-database';
import { Changes } from '../../../../../src/ui/controls/changes.svelte';
import { studioAtWork, turn } from '../../fake';

/** A database that has no room. */
function fullDatabase(): AlbumDatabase {
  const fail = () => Promise.reject(new DrobeError('quota', { neededBytes: 1, freeBytes: 0 }));
  const parts = {
    pictures: { cards: fail, remove: fail },
    runs: { begin: fail },
    inputs: { save: fail },
    watch: () => undefined,
    freeBytes: async () => 0,
  };
  return parts as Partial<Record<keyof AlbumDatabase, unknown>> as AlbumDatabase; // the others are not called here
}

test('where storage is full, pictures and the inputs would go with the page', async () => {
  const { studio } = studioAtWork();
  await studio.generate();
  const [{ url: _, number: __, ...picture }] = studio.album.results as [(typeof studio.album.results)[0]];
  const { inputs } = studio.place;

  const album = new Album(fullDatabase(), new Changes());
  expect(album.isRead).toBe(false);
  await album.open();
  expect([album.failure?.code, album.isAtRisk, album.isRead]).toEqual(['quota', false, true]);
  const log = await album.begin({ settings: picture.settings, inputs });
  const result = await log.end(picture);
  expect(album.isAtRisk).toBe(true);
  await album.remove([album.placeOf(result!)]);
  expect(album.isAtRisk).toBe(false);
  album.remember(inputs);
  album.rememberNow();
  await turn();
  expect(album.isAtRisk).toBe(true);
});

test('where storage is full, what was deleted and could come back goes for a new picture', async () => {
  const { studio } = studioAtWork();
  await studio.generate();
  const [{ url: _, number: __, ...picture }] = studio.album.results as [(typeof studio.album.results)[0]];
  const card = (place: number): StoredCard => ({
    ...{ place, made: 1, width: 1, height: 1, bytes: 1, title: '', negative: '', model: '', seed: '' },
    ...{ mode: 'text', stars: 0, folder: '', origin: 'here', hash: null, uses: [] },
  });
  const erased: string[] = [];
  const full = () => Promise.reject(new DrobeError('quota', { neededBytes: 1, freeBytes: 0 }));
  const database = {
    pictures: {
      cards: async () => [card(2), card(1)],
      wholes: async () => [],
      tidy: async () => undefined,
      remove: async (places: readonly number[]) => ({ id: 'these', places }),
      erase: async (removals: readonly { id: string }[]) => void erased.push(...removals.map(({ id }) => id)),
    },
    runs: {
      unfinished: async () => [],
      begin: async () => ({
        end: () => (erased.length > 0 ? Promise.resolve({ card: card(3), evicted: null }) : full()),
      }),
    },
    inputs: { take: async () => null },
    watch: () => undefined,
    freeBytes: async () => null,
  };
  const changes = new Changes();
  const album = new Album(
    database as Partial<Record<keyof AlbumDatabase, unknown>> as AlbumDatabase,
    changes,
  ); // no more is called
  await album.open();
  await album.remove([1]);
  expect([album.cards.length, changes.all.length, erased]).toEqual([1, 1, []]);
  const run = await album.begin({ settings: picture.settings, inputs: studio.place.inputs });
  await run.end(picture);
  expect([erased, changes.all, album.failure, album.isAtRisk]).toEqual([['these'], [], null, false]);
  expect(album.cards.map(({ place }) => place)).toEqual([3, 2]);
});
