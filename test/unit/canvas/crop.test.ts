import { expect, test } from 'vitest';
import { cropTo, halvings, settledSide, sidesOf, sizeLike } from '../../../src/canvas/crop';

const sd = { min: 48, max: 2048, step: 8, area: 512 * 512 };

test('a photo is worked on at about the area of the model, in its own shape', () => {
  expect(sizeLike({ width: 3024, height: 4032 }, sd)).toEqual({ width: 440, height: 592 });
  expect(sizeLike({ width: 20, height: 20 }, sd)).toEqual({ width: 512, height: 512 });
});

test('a picture that the model could have drawn keeps its size', () => {
  expect(sizeLike({ width: 512, height: 768 }, sd)).toEqual({ width: 512, height: 768 });
  expect(sizeLike({ width: 511, height: 768 }, sd)).not.toEqual({ width: 511, height: 768 });
});

test('very long pictures stay within the sides allowed', () => {
  expect(sizeLike({ width: 16_000, height: 20 }, sd)).toEqual({ width: 2048, height: 48 });
});

test('the middle is kept where the shapes differ, everything where they do not', () => {
  expect(cropTo({ width: 400, height: 300 }, { width: 64, height: 64 })).toEqual({
    x: 50,
    y: 0,
    width: 300,
    height: 300,
  });
  expect(cropTo({ width: 48, height: 48 }, { width: 48, height: 48 })).toEqual({
    x: 0,
    y: 0,
    width: 48,
    height: 48,
  });
});

test('large pictures shrink by halves, small ones in one step', () => {
  const target = { width: 440, height: 592 };
  expect(halvings(target, target)).toEqual([target]);
  expect(halvings({ width: 3024, height: 4032 }, target)).toEqual([
    { width: 1512, height: 2016 },
    { width: 756, height: 1008 },
    target,
  ]);
});

test.each([
  [50, 4, 52],
  [512, 8, 512],
  [515, 8, 512],
  [3, 4, 48],
  [20, 64, 64],
  [9999, 8, 2048],
])('a side of %i px at a multiple of %i settles at %i', (side, multiple, settled) => {
  expect(settledSide(side, sidesOf(multiple))).toBe(settled);
});
