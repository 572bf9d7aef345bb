import { describe, expect, it } from 'vitest';
import { Sheet } from '../../../src/canvas/sheet';
import {
  clearSheet,
  invertSheet,
  paintLasso,
  paintRectangle,
  paintRegion,
  replaceSheet,
  type Point,
} from '../../../src/canvas/tools';
import { hard, eraser, seeded, same, pointsAt, pixels, filledSheet } from './sheets';

describe('a rectangle', () => {
  it.each([
    [3.4, 8.6, 11.6, 5.2],
    [11.6, 5.2, 3.4, 8.6],
    [3.4, 5.2, 11.6, 8.6],
    [11.6, 8.6, 3.4, 5.2],
  ])('goes between any two opposite corners: %f, %f and %f, %f', (fromX, fromY, toX, toY) => {
    const sheet = new Sheet({ width: 20, height: 15 });
    const touched = paintRectangle(sheet, { x: fromX, y: fromY }, { x: toX, y: toY }, hard);
    expect(touched).toEqual({ x: 3, y: 5, width: 9, height: 4 });
    const inside = pixels(sheet).map(({ x, y }) => (x > 3 && x < 12 && y > 5 && y < 9 ? 255 : 0));
    expect(Array.from(sheet.alpha)).toEqual(inside);
  });

  it('is cut at the edge of the sheet', () => {
    const sheet = new Sheet({ width: 20, height: 15 });
    const touched = paintRectangle(sheet, { x: -9, y: 12 }, { x: 4, y: 99 }, hard);
    expect(touched).toEqual({ x: 0, y: 12, width: 4, height: 3 });
    expect(sheet.alpha.filter((alpha) => alpha === 255)).toHaveLength(12);
    expect(paintRectangle(sheet, { x: -9, y: 0 }, { x: 0, y: 9 }, hard)).toBeNull();
    expect(paintRectangle(sheet, { x: 20, y: 0 }, { x: 29, y: 9 }, hard)).toBeNull();
  });

  it('paints and erases by as much as its opacity', () => {
    const sheet = filledSheet(4, 4, () => 100);
    paintRectangle(sheet, { x: 0, y: 0 }, { x: 2, y: 4 }, { opacity: 0.2, erase: false });
    paintRectangle(sheet, { x: 2, y: 0 }, { x: 4, y: 4 }, { opacity: 0.2, erase: true });
    expect(Array.from(sheet.alpha.subarray(0, 4))).toEqual([131, 131, 80, 80]);
  });
});

describe('a lasso', () => {
  /** How often the line goes around a point: the sum of the angles under which it is seen from there. */
  const windings = (p: Point, line: readonly Point[]): number =>
    Math.round(
      line.reduce((sum, a, i) => {
        const b = line[(i + 1) % line.length]!;
        const turn = Math.atan2(b.y - p.y, b.x - p.x) - Math.atan2(a.y - p.y, a.x - p.x);
        return sum + turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
      }, 0) /
        (2 * Math.PI),
    );
  const star = Array.from({ length: 5 }, (_, i) => ({
    x: 30.2 + 25 * Math.sin(0.8 * Math.PI * i),
    y: 30.3 - 25 * Math.cos(0.8 * Math.PI * i),
  }));
  const random = seeded(8);
  const scrawl = () => Array.from({ length: 9 }, () => ({ x: 80 * random() - 10, y: 80 * random() - 10 }));

  const lines: readonly (readonly [name: string, line: readonly Point[]])[] = [
    ['concave', pointsAt([5.1, 5.2], [55.3, 9.4], [30.2, 28.7], [50.9, 55.1], [8.3, 48.6], [21.7, 25.3])],
    ['figure of eight, once around either way', pointsAt([5.1, 5.2], [55, 50.3], [55, 6.1], [5, 52])],
    ['star, twice around its middle', star],
    ['star drawn the other way', star.toReversed()],
    ...Array.from({ length: 10 }, (_, i) => [`scrawl ${i}`, scrawl()] as const),
  ];

  it.each(lines)('paints every pixel whose middle is gone around: %s', (_, line) => {
    const sheet = new Sheet({ width: 60, height: 60 });
    paintLasso(sheet, line, { opacity: 0.5, erase: false });
    const around = pixels(sheet).map((p) => (windings(p, line) === 0 ? 0 : 128));
    expect(Array.from(sheet.alpha)).toEqual(around);
    expect(Math.max(...around)).toBe(128);
  });

  it('erases too, and paints nothing with a line that goes around nothing', () => {
    const sheet = filledSheet(60, 60, () => 255);
    paintLasso(sheet, star, eraser);
    expect([sheet.alpha[30 * 60 + 30], sheet.alpha[0]]).toEqual([0, 255]);
    sheet.cancel();
    const before = sheet.alpha.slice();
    for (const line of [[], star.slice(0, 1), star.slice(0, 2), star.map(({ x, y }) => ({ x: x + 60, y }))])
      paintLasso(sheet, line, eraser);
    expect(same(sheet.alpha, before)).toBe(true);
  });
});

describe('the bucket', () => {
  const middle = 20 * 40 + 20;

  /** A square line, one pixel thick, whose sides meet only at corners: what lies inside does not get out there. */
  const outline = () =>
    filledSheet(40, 40, (i) => {
      const [x, y] = [Math.abs((i % 40) - 20), Math.abs(Math.floor(i / 40) - 20)];
      return Math.max(x, y) === 9 && Math.min(x, y) < 9 ? 255 : 0;
    });

  it('fills what an outline encloses, and nothing beyond it', () => {
    const sheet = outline();
    paintRegion(sheet, { x: 20.7, y: 20.2 }, hard);
    const square = pixels(sheet).map(({ x, y }) => {
      const [dx, dy] = [Math.abs(x - 20.5), Math.abs(y - 20.5)];
      return Math.max(dx, dy) <= 9 && Math.min(dx, dy) < 9 ? 255 : 0;
    });
    expect(Array.from(sheet.alpha)).toEqual(square);
  });

  it('fills the background around an outline', () => {
    const sheet = outline();
    paintRegion(sheet, { x: 0, y: 39.9 }, { ...hard, opacity: 0.5 });
    expect([sheet.alpha[0], sheet.alpha[middle], sheet.alpha[middle + 9]]).toEqual([128, 0, 255]);
    expect(sheet.alpha.filter((a) => a === 0)).toHaveLength(17 * 17);
  });

  it('erases a painted part as a whole', () => {
    const sheet = outline();
    paintRegion(sheet, { x: 20, y: 11 }, eraser);
    expect(sheet.alpha.filter((a) => a === 255)).toHaveLength(3 * 17);
    expect(sheet.alpha[11 * 40 + 20]).toBe(0);
  });

  it('does nothing beside the sheet', () => {
    const sheet = outline();
    for (const place of pointsAt([-0.1, 5], [40, 5], [5, -0.1], [5, 40]))
      expect(paintRegion(sheet, place, hard)).toBeNull();
  });

  it.each([0.3, 0.5, 0.6, 0.7])('finds all that hangs together, in a maze of density %f', (density) => {
    const random = seeded(21);
    const sheet = filledSheet(37, 29, () => (random() < density ? 128 + 127 * random() : 127 * random()));
    const before = sheet.alpha.slice();
    const region = new Set([14 * 37 + 18]);
    for (const i of region) {
      const x = i % 37;
      const beside = [...(x > 0 ? [i - 1] : []), ...(x < 36 ? [i + 1] : []), i - 37, i + 37];
      for (const next of beside)
        if (next >= 0 && next < before.length && before[next]! >= 128 === before[i]! >= 128) region.add(next);
    }
    paintRegion(sheet, { x: 18.5, y: 14.5 }, hard);
    expect(Array.from(sheet.alpha)).toEqual(Array.from(before, (a, i) => (region.has(i) ? 255 : a)));
  });
});

describe('a whole sheet', () => {
  const noisy = () => filledSheet(150, 20, (i) => (i * 89) % 256);

  it('is as it was when it is inverted twice', () => {
    const sheet = noisy();
    const before = sheet.alpha.slice();
    for (const expected of [before.map((a) => 255 - a), before]) {
      expect(invertSheet(sheet)).toEqual({ x: 0, y: 0, width: 150, height: 20 });
      sheet.commit();
      expect(same(sheet.alpha, expected)).toBe(true);
    }
  });

  it('is empty once cleared, and full again when that is undone', () => {
    const sheet = noisy();
    const before = sheet.alpha.slice();
    clearSheet(sheet);
    sheet.commit();
    expect(sheet.alpha.some((a) => a > 0)).toBe(false);
    sheet.undo();
    expect(same(sheet.alpha, before)).toBe(true);
  });

  it('becomes another mask, of which it keeps no hold', () => {
    const sheet = noisy();
    const other = Uint8Array.from({ length: 3000 }, (_, i) => (i * 31) % 256);
    const expected = other.slice();
    replaceSheet(sheet, other);
    other.fill(0);
    expect(same(sheet.alpha, expected)).toBe(true);
  });
});
