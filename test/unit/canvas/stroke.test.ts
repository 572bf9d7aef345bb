import { describe, expect, it } from 'vitest';
import { Sheet } from '../../../src/canvas/sheet';
import { Stroke } from '../../../src/canvas/tools';
import { hard, eraser, stroke, at, pixels, filledSheet } from './sheets';

describe('a stroke', () => {
  it('covers a pixel once, however often it passes over it', () => {
    const half = { ...hard, opacity: 0.5 };
    const sheet = new Sheet({ width: 60, height: 40 });
    stroke(sheet, half, at(10, 20, 6), at(50, 20, 6), at(10, 20, 6), at(30, 5, 6), at(30, 35, 6));
    expect(sheet.alpha[20 * 60 + 30]).toBe(128);
    expect(Math.max(...sheet.alpha)).toBe(128);
    stroke(sheet, half, at(30, 20, 6));
    expect(sheet.alpha[20 * 60 + 30], 'a second stroke covers it again').toBe(192);
  });

  it('takes away what was painted when it erases, once too', () => {
    const sheet = filledSheet(60, 40, () => 200);
    stroke(sheet, { ...eraser, opacity: 0.5 }, at(10, 20, 6), at(50, 20, 6), at(10, 20, 6), at(50, 35, 6));
    expect(Array.from(sheet.alpha.subarray(20 * 60 + 10, 20 * 60 + 50)).every((a) => a === 100)).toBe(true);
    expect(sheet.alpha[5 * 60 + 30]).toBe(200);
    stroke(sheet, eraser, at(10, 20, 6), at(50, 20, 6));
    expect(sheet.alpha[20 * 60 + 30]).toBe(0);
  });

  it.each([0, 0.1, 0.5, 1])('of softness %f never gets stronger from its middle outwards', (softness) => {
    const sheet = stroke(new Sheet({ width: 81, height: 81 }), { ...hard, softness }, at(40.5, 40.5, 30));
    const row = Array.from(sheet.alpha.subarray(40 * 81 + 40, 41 * 81));
    expect(row[0]).toBe(255);
    expect(row).toEqual(row.toSorted((a, b) => b - a));
    expect(row.slice(31).every((a) => a === 0)).toBe(true);
    const full = row.lastIndexOf(255);
    expect(Math.abs(full - 30 * (1 - softness)), 'where it begins to fade').toBeLessThanOrEqual(2);
  });

  it('is nowhere stronger for being softer', () => {
    const [sharp, soft, softest] = [0, 0.5, 1].map(
      (softness) => stroke(new Sheet({ width: 50, height: 50 }), { ...hard, softness }, at(24, 25, 20)).alpha,
    );
    expect(sharp!.every((a, i) => a >= soft![i]! && soft![i]! >= softest![i]!)).toBe(true);
    expect(sharp!.some((a, i) => a > soft![i]! && soft![i]! > softest![i]!)).toBe(true);
  });

  it('leaves no gap between two points far from each other', () => {
    const [a, b, radius] = [{ x: 12.3, y: 8.1 }, { x: 187.7, y: 90.4 }, 3];
    const sheet = stroke(new Sheet({ width: 200, height: 100 }), hard, at(a.x, a.y, 3), at(b.x, b.y, 3));
    const square = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
    const wrong = pixels(sheet).filter((p) => {
      const along = ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / square;
      const t = Math.min(Math.max(along, 0), 1);
      const far = Math.hypot(p.x - a.x - t * (b.x - a.x), p.y - a.y - t * (b.y - a.y));
      return far < radius - 0.51 ? p.a < 255 : far > radius + 0.51 && p.a > 0;
    });
    expect(wrong).toEqual([]);
  });

  it.each([0, 0.6])('of softness %f is the same whatever number of points a line has', (softness) => {
    const brush = { ...hard, softness, opacity: 0.8 };
    const line = (count: number) =>
      Array.from({ length: count + 1 }, (_, i) => at(20 + (100 * i) / count, 15 + (37 * i) / count, 9));
    const [plain, ...others] = [1, 2, 3, 10, 77].map(
      (count) => stroke(new Sheet({ width: 140, height: 70 }), brush, ...line(count)).alpha,
    );
    for (const other of others) {
      const apart = Array.from(other, (a, i) => Math.abs(a - plain![i]!));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    }
  });

  it('gets thicker along the way from one radius to another', () => {
    const sheet = stroke(new Sheet({ width: 200, height: 60 }), hard, at(20, 30, 4), at(180, 30, 20));
    for (let x = 20; x < 180; x++) {
      const column = Array.from({ length: 60 }, (_, y) => sheet.alpha[y * 200 + x]!);
      const thickness = column.reduce((sum, a) => sum + a / 255, 0);
      expect(Math.abs(thickness - 2 * (4 + (x + 0.5 - 20) / 10)), `at ${x}`).toBeLessThan(1);
    }
  });

  it.each([
    [[at(40, 40, 3), at(45, 40, 20)]],
    [[at(45, 40, 20), at(40, 40, 3)]],
    [[at(40, 40, 3), at(50, 45, 20), at(49, 44, 5)]],
  ])('covers the whole circle at each of its points, however fast the radius changes: %o', (points) => {
    const sheet = stroke(new Sheet({ width: 90, height: 90 }), hard, ...points);
    for (const point of points) {
      const bare = pixels(sheet).filter(
        (p) => Math.hypot(p.x - point.x, p.y - point.y) < point.radius - 0.51 && p.a < 255,
      );
      expect(bare, `left out within ${point.radius} of ${point.x}, ${point.y}`).toHaveLength(0);
    }
  });

  it('says what it touched, and paints nothing else', () => {
    const sheet = new Sheet({ width: 50, height: 50 });
    const way = new Stroke(sheet, hard);
    way.to(at(45, 25, 4));
    const touched = way.to(at(70, 25, 4))!;
    expect(touched.x + touched.width).toBe(50);
    expect(new Stroke(sheet, hard).to(at(80, 80, 4))).toBeNull();
  });
});
