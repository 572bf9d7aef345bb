import { expect, test } from 'vitest';
import { distinct, numbered, pathOf } from '../../../../../src/ui/browse/transfer/names';

test('a path has the folder of the album, and nothing that leads out of it', () => {
  expect(pathOf('', 'a.png')).toEqual(['a.png']);
  expect(pathOf('Cats', 'a.png')).toEqual(['Cats', 'a.png']);
  expect(pathOf('../etc', '../../a.png')).toEqual(['etc', 'a.png']);
});

test('names that were given get a number, whatever their case', () => {
  const name = distinct();
  expect([['a.png'], ['A.png'], ['a.png'], ['x', 'a.png'], ['a (2).png']].map(name)).toEqual([
    'a.png',
    'A (2).png',
    'a (3).png',
    'x/a.png',
    'a (2) (2).png',
  ]);
});

test('the number stands before the ending', () => {
  expect(numbered('a.b.png', 1)).toBe('a.b.png');
  expect(numbered('a.b.png', 3)).toBe('a.b (3).png');
  expect(numbered('plain', 2)).toBe('plain (2)');
});
