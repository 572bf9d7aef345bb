import { expect, test } from 'vitest';
import type { Album } from '../../../../src/ui/album/album.svelte';
import { Changes } from '../../../../src/ui/controls/changes.svelte';
import { AlbumView } from '../../../../src/ui/browse/album-view.svelte';
import { studioAtWork, turn } from '../fake';

const cards = ['constructor', 'cats', '__proto__', 'cats', ''].map((folder, place) => ({ place, folder }));

test('folders have any name, and say how many pictures are in them', () => {
  const view = new AlbumView({ album: { cards } as unknown as Album, changes: new Changes() }, null);
  expect(Object.fromEntries(view.folders.map(([folder, count]) => [`“${folder}”`, count]))).toEqual({
    '“”': 1,
    '“__proto__”': 1,
    '“cats”': 2,
    '“constructor”': 1,
  });
});

test('keys act on the same picture when another one is done, also after what was active is gone', async () => {
  const { studio } = studioAtWork();
  const draw = async (prompt: string) => {
    studio.settings.current.prompt = prompt;
    await studio.generate();
  };
  for (const prompt of ['one', 'two', 'three']) await draw(prompt);
  const view = new AlbumView(studio, null);
  const active = () => view.active?.title;
  view.open();
  expect(active()).toBe('three');
  await draw('four');
  expect(active()).toBe('three');
  await view.remove();
  expect(active()).toBe('two');
  await draw('five');
  expect(active()).toBe('two');
  studio.changes.undo();
  await turn();
  expect(active()).toBe('three');
});

test('several pictures of many that are unselected at once can be selected again; one, or all, need no such care', () => {
  const changes = new Changes();
  const five = Array.from({ length: 5 }, (_, place) => ({ place, stars: 0, folder: '' }));
  const view = new AlbumView({ album: { cards: five } as unknown as Album, changes }, null);
  const selected = () => view.selected.map(({ place }) => place).toSorted();
  for (const places of [[1], [0, 1, 2, 3, 4]]) {
    view.selection.take(places);
    view.back();
    expect([selected(), changes.all]).toEqual([[], []]);
  }
  view.selection.take([1, 3]);
  view.back();
  expect([selected(), changes.news?.words]).toEqual([[], '2 pictures are no longer selected.']);
  changes.undo();
  expect(selected()).toEqual([1, 3]);
});
