import { expect, it } from 'vitest';
import { numberTyped, stepped } from '../../../../src/ui/controls/numbers';

it.each([
  ['7.5', 7.5],
  ['7,5', 7.5],
  [' 7,5\u00a0', 7.5],
  ['+7', 7],
  ['−3', -3],
  ['7.', 7],
  [',5', 0.5],
  ['1,234.5', 1234.5],
  ['1.234,5', 1234.5],
  ['1 024', 1024],
  ["1'024", 1024],
  ['1e3', 1000],
  ['1e999', Infinity],
  ['７，５', 7.5],
  ['٧٫٥', 7.5],
  ['\u200b१२\u200e', 12],
  ['－３', -3],
])('%j is read as %d', (text, number) => {
  expect(numberTyped(text)).toBe(number);
});

it('of whole numbers a comma groups thousands', () => {
  expect(['1,024', '1.024', '1,024,000', '10,5'].map((text) => numberTyped(text, { whole: true }))).toEqual([
    ...[1024, 1024, 1_024_000, 10.5],
  ]);
});

it.each([
  ...['', ' ', 'abc', '7px', '.', '-', '1-2', '0x10', '½', 'Infinity'],
  ...['7.5.', '7,5,', '7..5', '7,,5', '1,2,3', '1.2.3', '12,34.5', '1,234,5'],
])('%j is no number', (text) => {
  expect(numberTyped(text)).toBeNaN();
});

it('arrow keys go from place to place, and no further than the ends', () => {
  const range = { min: 0, max: 30, step: 0.5 };
  expect([stepped(7, 1, range), stepped(7.3, 1, range), stepped(7.3, -1, range)]).toEqual([7.5, 7.5, 7]);
  expect([stepped(30, 1, range), stepped(0, -1, range), stepped(0.1, -1, range)]).toEqual([30, 0, 0]);
  expect(stepped(0.3, 1, { min: 0, max: 1, step: 0.05 })).toBe(0.35);
});
