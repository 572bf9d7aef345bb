import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cardBy, lineOf, linesBetween, rowsOf } from '../../../../../src/ui/browse/cards/rows';

const measures = { least: 150, gap: 10, heading: 40 };
const counts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
const width = fc.integer({ min: 100, max: 2000 });

describe('lines of cards', () => {
  test('have every card once, in its order, none narrower than asked for', () => {
    fc.assert(
      fc.property(counts, width, (groups, wide) => {
        const { lines, columns, side, height } = rowsOf(groups, wide, measures);
        const cards = lines.filter(({ kind }) => kind === 'cards');
        const all = cards.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
        expect(all).toEqual(Array.from({ length: groups.reduce((sum, n) => sum + n, 0) }, (_, i) => i));
        expect(columns * side + (columns - 1) * measures.gap).toBeCloseTo(wide);
        if (columns > 2) expect(side).toBeGreaterThanOrEqual(measures.least);
        for (const { from, to } of cards) expect(to - from).toBeLessThanOrEqual(columns);
        for (const [i, { top, height: its }] of lines.entries())
          expect(lines[i + 1]?.top ?? height).toBeGreaterThanOrEqual(top + its);
      }),
    );
  });

  test('begin anew under each heading', () => {
    const { lines } = rowsOf([4, 1], 500, measures);
    expect(lines.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['heading', 0, 4],
      ['cards', 0, 3],
      ['cards', 3, 4],
      ['heading', 4, 5],
      ['cards', 4, 5],
    ]);
  });

  test('that are in sight are those that a look through all of them finds', () => {
    fc.assert(
      fc.property(
        counts,
        width,
        fc.nat(9000),
        fc.integer({ min: 1, max: 900 }),
        (groups, wide, top, page) => {
          const rows = rowsOf(groups, wide, measures);
          const seen = rows.lines.filter((line) => line.top + line.height > top && line.top < top + page);
          expect(linesBetween(rows, top, top + page)).toEqual(seen);
        },
      ),
    );
  });

  test('are found by the card', () => {
    fc.assert(
      fc.property(counts, width, (groups, wide) => {
        const rows = rowsOf(groups, wide, measures);
        const total = rows.lines.at(-1)?.to ?? 0;
        for (let card = 0; card < total; card++) {
          const line = lineOf(rows, card);
          expect(line?.kind).toBe('cards');
          expect(card).toBeGreaterThanOrEqual(line?.from ?? Infinity);
          expect(card).toBeLessThan(line?.to ?? 0);
        }
        expect(lineOf(rows, total)).toBeUndefined();
      }),
    );
  });
});

describe('keys', () => {
  // 0 1 2 / 3 and, under another heading, 4 5 6 / 7 8
  const rows = rowsOf([4, 5], 500, measures);
  const by = (key: string, at: number) => cardBy(key, at, rows, 2 * rows.side + 20);

  test('lead to the neighbours, and no further than the ends', () => {
    expect(['ArrowLeft', 'ArrowRight', 'Home', 'End'].map((key) => by(key, 3))).toEqual([2, 4, 0, 8]);
    expect([by('ArrowLeft', 0), by('ArrowRight', 8)]).toEqual([0, 8]);
  });

  test('lead up and down in a column, to the last card of a line that has no such column', () => {
    expect([by('ArrowDown', 1), by('ArrowDown', 3), by('ArrowUp', 6), by('ArrowUp', 2)]).toEqual([
      3, 4, 3, 2,
    ]);
    expect(by('ArrowDown', 8)).toBe(8);
  });

  test('lead on by as many lines as are in sight', () => {
    expect([by('PageDown', 0), by('PageUp', 7), by('PageDown', 7)]).toEqual([4, 3, 7]);
  });

  test('that mean nothing here lead nowhere, nor does any where there are no cards', () => {
    expect(by('Enter', 0)).toBeNull();
    expect(cardBy('End', 0, rowsOf([], 500, measures), 100)).toBeNull();
  });
});
