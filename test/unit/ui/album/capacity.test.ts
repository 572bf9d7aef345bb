import { expect, test } from 'vitest';
import type { AlbumDatabase } from '../../../../src/ui/album/database/album-database';
import { Capacity } from '../../../../src/ui/album/capacity.svelte';
import { Storing } from '../../../../src/ui/album/storing.svelte';
import { fakeStorage } from '../fake';

/** @param free bytes that the browser says it would take. */
const database = (free: number | null): AlbumDatabase =>
  ({ freeBytes: async () => free }) as Partial<AlbumDatabase> as AlbumDatabase; // no more is asked for

test('as many pictures are kept as there is room for, unless another number is chosen, in all tabs', () => {
  const common = fakeStorage();
  const [one, other] = [new Capacity(new Storing(null), common), new Capacity(new Storing(null), common)];
  expect(one.most).toBeNull();
  one.keep(250);
  other.refresh();
  expect([one.most, other.most, new Capacity(new Storing(null), common).most]).toEqual([250, 250, 250]);
  other.keep(null);
  expect(new Capacity(new Storing(null), common).most).toBeNull();
});

test.each(['"many"', '-3', '0', '1e99', '{}', 'null', '['])(
  'what storage has may be anything: %s',
  (found) => {
    const { most } = new Capacity(new Storing(null), fakeStorage({ 'drobe.album.1': found }));
    expect(most === null || (most >= 1 && most <= 1_000_000)).toBe(true);
  },
);

test('that there is room for few pictures more is said, by how large they are so far', async () => {
  const left = async (free: number | null, bytes: number, pictures: number) => {
    const capacity = new Capacity(new Storing(database(free)), null);
    await capacity.measure(bytes, pictures);
    return capacity.left;
  };
  expect(await left(30e6, 12e6, 4)).toBe(10);
  expect(await left(30e6, 120e6, 40)).toBe(10);
  expect(await left(3e6, 0, 0)).toBe(3);
  expect(await left(0, 12e6, 4)).toBe(0);
  for (const free of [null, 10e9]) expect(await left(free, 12e6, 4), String(free)).toBeNull();
});
