import { expect, test } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import { Album } from '../../../../src/ui/album/album.svelte';
import type { Drawer } from '../../../../src/ui/album/drawer/drawer';
import { Changes } from '../../../../src/ui/controls/changes.svelte';
import { studioAtWork, turn } from '../fake';

/** A drawer that has no room. */
function fullDrawer(): Drawer {
  const fail = () => Promise.reject(new DrobeError('quota', { neededBytes: 1, freeBytes: 0 }));
  const parts = {
    pictures: { cards: fail, remove: fail },
    errands: { begin: fail },
    desks: { save: fail },
    watch: () => undefined,
    freeBytes: async () => 0,
  };
  return parts as Partial<Record<keyof Drawer, unknown>> as Drawer; // the others are not called here
}

test('where storage is full, pictures and the desk would go with the page', async () => {
  const { studio } = studioAtWork();
  await studio.generate();
  const [{ url: _, number: __, ...picture }] = studio.album.results as [(typeof studio.album.results)[0]];
  const { desk } = studio.place;

  const album = new Album(fullDrawer(), new Changes());
  await album.open();
  expect([album.failure?.code, album.isAtRisk]).toEqual(['quota', false]);
  const entry = await album.begin({ settings: picture.settings, desk });
  const result = await entry.end(picture);
  expect(album.isAtRisk).toBe(true);
  await album.remove([album.placeOf(result!)]);
  expect(album.isAtRisk).toBe(false);
  album.remember(desk);
  album.rememberNow();
  await turn();
  expect(album.isAtRisk).toBe(true);
});
