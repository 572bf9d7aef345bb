import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inCell, sheetOf, wrapped, type Labels } from '../../../../src/ui/grid/sheet';

/** Every letter is half as wide as it is high. */
const measure = (text: string): number => text.length / 2;
const labels: Labels = { x: ['Steps: 10', 'Steps: 20'], y: ['Euler a', 'DPM++ 2M'], z: [''] };

test('pictures lie beside and below each other at their own size, labels around them', () => {
  const sheet = sheetOf(labels, { width: 96, height: 64 }, measure);
  const first = sheet.cellAt(0, 0, 0);
  expect(sheet.scale).toBe(1);
  expect(first).toMatchObject({ width: 96, height: 64 });
  expect(sheet.cellAt(1, 0, 0).x - first.x).toBeGreaterThanOrEqual(96);
  expect(sheet.cellAt(0, 1, 0).y - first.y).toBeGreaterThanOrEqual(64);
  expect(sheet.labels.map(({ lines }) => lines.join(' '))).toEqual([...labels.x, ...labels.y]);
});

test('nothing lies over anything else, and all of it on the sheet', () => {
  const texts = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 4 });
  const side = fc.integer({ min: 16, max: 4096 });
  fc.assert(
    fc.property(texts, texts, texts, side, side, (x, y, z, width, height) => {
      const sheet = sheetOf({ x, y, z }, { width, height }, measure);
      const cells = z.flatMap((_, k) => y.flatMap((__, j) => x.map((___, i) => sheet.cellAt(i, j, k))));
      const all = [...cells, ...sheet.labels];
      for (const [i, one] of all.entries()) {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.y).toBeGreaterThanOrEqual(0);
        expect(one.x + one.width).toBeLessThanOrEqual(sheet.width);
        expect(one.y + one.height).toBeLessThanOrEqual(sheet.height);
        for (const other of all.slice(i + 1)) {
          const apart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(apart).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a grid of many large pictures is made small enough to be opened', () => {
  const many = Array.from({ length: 40 }, (_, i) => `Seed: ${i}`);
  const sheet = sheetOf({ x: many, y: many, z: [''] }, { width: 1024, height: 1024 }, measure);
  expect(sheet.scale).toBeLessThan(1);
  expect(Math.max(sheet.width, sheet.height)).toBeLessThanOrEqual(16_384);
  expect(sheet.width * sheet.height).toBeLessThanOrEqual(2 ** 25);
});

test('a long label goes on in lines, and a word that is too long is broken', () => {
  expect(wrapped('one two three', 4, measure)).toEqual(['one two', 'three']);
  expect(wrapped('abcdefghij', 2, measure)).toEqual(['abcd', 'efgh', 'ij']);
  expect(wrapped('  ', 4, measure)).toEqual([]);
});

test('a smaller picture lies in the middle of its cell', () => {
  const cell = { x: 10, y: 20, width: 100, height: 100 };
  expect(inCell({ width: 50, height: 100 }, cell, 1)).toEqual({ x: 35, y: 20, width: 50, height: 100 });
});
