import { expect, test } from 'vitest';
import { gridScript } from '../../../src/recipe/infotext/grid';

test('the axes of a grid are told in A1111’s words, items with commas in quotes', () => {
  expect(
    gridScript([
      { place: 'x', name: 'guidance', values: ['3', '7.5'] },
      { place: 'z', name: 'replace', values: ['cat', 'big, red "dog"'] },
    ]),
  ).toEqual([
    ['Script', 'X/Y/Z plot'],
    ['X Type', 'CFG Scale'],
    ['X Values', '3, 7.5'],
    ['Z Type', 'Prompt S/R'],
    ['Z Values', 'cat, "big, red ""dog"""'],
  ]);
});
