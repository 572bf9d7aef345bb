import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Card } from '../../../../src/ui/album/card';
import { orders, search } from '../../../../src/ui/album/search';

const cards: readonly Card[] = (
  [
    { title: 'A red apple, (shiny:1.2)', negative: 'blurry', model: 'mini-sd', seed: '42', stars: 5 },
    { title: 'Žuvis upėje', negative: 'red', model: 'Deliberate v2', seed: '420', folder: 'Lietuva' },
    { title: 'an apple that is red', negative: '', seed: '7', stars: 3, folder: 'My fruit' },
    { title: 'IMG_0042.jpg', seed: '', origin: 'brought', stars: 1, made: 5000 },
  ] satisfies Partial<Card>[]
).map((card, i) => ({
  ...{ place: i + 1, made: 1000 * (i + 1), width: 8, height: 8, bytes: 9, mode: 'text', origin: 'here' },
  ...{ title: '', negative: '', model: '', seed: '', stars: 0, folder: '' },
  ...card,
}));
const found = (query: string, order?: (typeof orders)[number]) =>
  search(cards, query, order).map(({ place }) => place);

test.each([
  ['', [4, 3, 2, 1]],
  ['   ', [4, 3, 2, 1]],
  ['apple', [3, 1]],
  ['RED apple', [3, 1]],
  ['"red apple"', [1]],
  ['“red apple', [1]], // still being typed
  ['„red apple“', [1]],
  ['apple -shiny', [3]],
  ['-apple', [4, 2]],
  ['apple -"that is"', [1]],
  ['zuvis upeje', [2]],
  ['žuvis', [2]],
  ['shiny:1.2', [1]],
  ['(shiny:1.2)', [1]],
  ['img_0042', [4]],
])('words are looked for in prompts: %j', (query, places) => {
  expect(found(query)).toEqual(places);
});

test.each([
  ['model:deliberate', [2]],
  ['model:"Deliberate v2"', [2]],
  ['-model:mini', [4, 3, 2]],
  ['seed:42', [1]],
  ['seed:0042', [1]],
  ['folder:lietuva', [2]],
  ['folder:"my fruit" red', [3]],
  ['folder:""', [4, 1]],
  ['-folder:""', [3, 2]],
  ['stars:>=3', [3, 1]],
  ['stars:3', [3]],
  ['stars:<1', [2]],
  ['stars:>1 -stars:5', [3]],
  ['stars:<=1', [4, 2]],
  ['in:negative red', [2]],
  ['red in:negative', [2]],
  ['in:negative -blurry', [4, 3, 2]],
])('and elsewhere by name: %j', (query, places) => {
  expect(found(query)).toEqual(places);
});

test('what is still being typed hides nothing, and what is meant for nothing is a word', () => {
  for (const query of ['-', 'folder:', '-model:', 'seed:', 'stars:', 'stars:>=', 'in:', 'in:negative', '"'])
    expect(found(query), query).toHaveLength(4);
  for (const query of ['stars:many', 'stars:9', 'seed:x', 'in:here', 'artist:me'])
    expect(found(query), query).toEqual([]);
});

test('they are sorted by when they were made, or by their stars', () => {
  expect(found('', 'oldest')).toEqual([1, 2, 3, 4]);
  expect(found('', 'stars')).toEqual([1, 3, 4, 2]);
  const older = cards.map((card) => ({ ...card, made: 0 }));
  expect(search(older, '').map(({ place }) => place)).toEqual([4, 3, 2, 1]);
});

test('whatever is typed, it neither fails nor finds what is not there', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...orders), (query, order) => {
      const places = found(query, order);
      expect(new Set(places).size).toBe(places.length);
      expect(places.every((place) => place >= 1 && place <= 4)).toBe(true);
    }),
  );
});
