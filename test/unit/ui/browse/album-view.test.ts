import { expect, test } from 'vitest';
import type { Album } from '../../../../src/ui/album/album.svelte';
import { AlbumView } from '../../../../src/ui/browse/album-view.svelte';

const cards = ['constructor', 'cats', '__proto__', 'cats', ''].map((folder, place) => ({ place, folder }));

test('folders have any name, and say how many pictures are in them', () => {
  const view = new AlbumView({ cards } as unknown as Album, null);
  expect(Object.fromEntries(view.folders.map(([folder, count]) => [`“${folder}”`, count]))).toEqual({
    '“”': 1,
    '“__proto__”': 1,
    '“cats”': 2,
    '“constructor”': 1,
  });
});
