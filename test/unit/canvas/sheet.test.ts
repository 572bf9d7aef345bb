import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../src/canvas/crop';
import { around, clip, Sheet } from '../../../src/canvas/sheet';
import { seeded } from './sheets';

/** Neither side is a multiple of a tile's. */
const size = { width: 300, height: 201 };

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** One edit that fills a rectangle. */
function fill(sheet: Sheet, rect: Rect, value: number): void {
  sheet.change(rect, () => value);
  sheet.commit();
}

/** So many edits; gives what the sheet was before the first and after each. */
function scribble(sheet: Sheet, count: number): Uint8Array[] {
  const random = seeded(3);
  const states = [sheet.alpha.slice()];
  for (let i = 0; i < count; i++) {
    for (let part = 0; part < 3; part++) {
      const [x, y] = [sheet.width * (random() - 0.1), sheet.height * (random() - 0.1)];
      const [width, height] = [1 + 70 * random(), 1 + 70 * random()];
      // What the edit's parts share is changed once: it counts from what was there before the edit.
      sheet.change({ x, y, width, height }, (px, py, _now, before) => before + 1 + ((px * py + i) % 200));
    }
    sheet.commit();
    states.push(sheet.alpha.slice());
  }
  return states;
}

describe('the history of a sheet', () => {
  it('goes back to the very start of 200 edits and forward to the very end, byte for byte', () => {
    const sheet = new Sheet(size);
    const states = scribble(sheet, 200);
    for (let round = 0; round < 2; round++) {
      for (let i = 199; i >= 0; i--) {
        expect(sheet.undo()).not.toBeNull();
        expect(same(sheet.alpha, states[i]!), `back to ${i}`).toBe(true);
      }
      expect([sheet.canUndo, sheet.canRedo, sheet.undo()]).toEqual([false, true, null]);
      expect(sheet.alpha.every((a) => a === 0)).toBe(true);
      for (let i = 1; i <= 200; i++) {
        expect(sheet.redo()).not.toBeNull();
        expect(same(sheet.alpha, states[i]!), `forward to ${i}`).toBe(true);
      }
      expect([sheet.canUndo, sheet.canRedo, sheet.redo()]).toEqual([true, false, null]);
    }
  });

  it.each([
    [1, 1],
    [127, 129],
    [128, 256],
    [130, 3],
  ])('is exact on a sheet of %i × %i', (width, height) => {
    const sheet = new Sheet({ width, height });
    const before = scribble(sheet, 5).at(-1)!;
    const all = { x: 0, y: 0, width, height };
    fill(sheet, all, 77);
    expect(sheet.alpha.every((a) => a === 77)).toBe(true);
    expect(sheet.undo()).toEqual(all);
    expect(same(sheet.alpha, before)).toBe(true);
    expect(sheet.redo()).toEqual(all);
    expect(sheet.alpha.every((a) => a === 77)).toBe(true);
  });

  it('says which part an undo changed', () => {
    const sheet = new Sheet(size);
    const rect = { x: 250, y: 100, width: 20, height: 20 };
    fill(sheet, rect, 9);
    for (const changed of [sheet.undo(), sheet.redo()]) expect(around(changed, rect)).toEqual(changed);
  });

  it('does not remember an edit that changed nothing', () => {
    const sheet = new Sheet(size);
    sheet.commit();
    fill(sheet, { x: 0, y: 0, width: 300, height: 201 }, 0);
    expect(sheet.canUndo).toBe(false);
    fill(sheet, { x: 3, y: 3, width: 5, height: 5 }, 1);
    sheet.undo();
    sheet.change({ x: 100, y: 100, width: 60, height: 60 }, () => 200);
    sheet.change({ x: 100, y: 100, width: 60, height: 60 }, (_x, _y, _now, before) => before);
    sheet.commit();
    expect([sheet.canUndo, sheet.canRedo], 'nor does it forget what was undone').toEqual([false, true]);
  });

  it('forgets what was undone once there is a new edit', () => {
    const sheet = new Sheet(size);
    const states = scribble(sheet, 3);
    sheet.undo();
    sheet.undo();
    fill(sheet, { x: 0, y: 0, width: 10, height: 10 }, 255);
    expect([sheet.canRedo, sheet.redo()]).toEqual([false, null]);
    sheet.undo();
    expect(same(sheet.alpha, states[1]!)).toBe(true);
    sheet.undo();
    expect(same(sheet.alpha, states[0]!)).toBe(true);
    expect(sheet.canUndo).toBe(false);
  });

  it('puts back what was changed when an edit is cancelled, and nothing else', () => {
    const sheet = new Sheet(size);
    expect(sheet.cancel()).toBeNull();
    const before = scribble(sheet, 2).at(-1)!;
    const rect = { x: 90, y: 90, width: 80, height: 80 };
    sheet.change(rect, (_x, _y, now) => now + 1);
    sheet.change({ ...rect, x: 100 }, () => 3);
    const changed = sheet.cancel();
    expect(around(changed, { ...rect, width: 90 })).toEqual(changed);
    expect(same(sheet.alpha, before)).toBe(true);
    sheet.commit();
    expect(sheet.canRedo).toBe(false);
    sheet.undo();
    sheet.undo();
    expect([sheet.canUndo, sheet.alpha.every((a) => a === 0)]).toEqual([false, true]);
  });

  it('drops the oldest edits, and only those, where it would take more than it may', () => {
    const tile = 128 * 128;
    const sheet = new Sheet({ width: 128, height: 128 }, 3 * tile + 100);
    const states = scribble(sheet, 10);
    for (const i of [9, 8, 7]) {
      expect(sheet.undo()).not.toBeNull();
      expect(same(sheet.alpha, states[i]!), `back to ${i}`).toBe(true);
    }
    expect([sheet.canUndo, sheet.undo()]).toEqual([false, null]);
    for (let i = 0; i < 3; i++) sheet.redo();
    expect(same(sheet.alpha, states[10]!)).toBe(true);
  });

  it('always has the latest edit, however little it may take', () => {
    const sheet = new Sheet(size, 0);
    const states = scribble(sheet, 4);
    sheet.undo();
    expect(same(sheet.alpha, states[3]!)).toBe(true);
    expect(sheet.canUndo).toBe(false);
  });
});

describe('a change', () => {
  it('meets each pixel of its rectangle once, with what it is and what it was before the edit', () => {
    const sheet = new Sheet(size);
    const rect = { x: 120, y: 125, width: 20, height: 9 };
    fill(sheet, rect, 5);
    sheet.change(rect, () => 6);
    const seen: string[] = [];
    sheet.change(rect, (x, y, now, before) => {
      seen.push(`${x},${y}`);
      expect([now, before]).toEqual([6, 5]);
      return now;
    });
    expect(seen).toHaveLength(180);
    expect(new Set(seen).size).toBe(180);
  });

  it('reaches as far as the sheet', () => {
    const sheet = new Sheet(size);
    expect(sheet.change({ x: -20, y: 190, width: 30, height: 50 }, () => 1)).toEqual({
      x: 0,
      y: 190,
      width: 10,
      height: 11,
    });
    const painted = Array.from(sheet.alpha).map((a, i) => a === 1 && i % 300 < 10 && i >= 190 * 300);
    expect(painted.filter(Boolean)).toHaveLength(110);
    expect(sheet.alpha.reduce((sum, a) => sum + a, 0)).toBe(110);
  });

  it.each([
    { x: -30, y: 5, width: 30, height: 10 },
    { x: 300, y: 5, width: 30, height: 10 },
    { x: 5, y: -9, width: 10, height: 9 },
    { x: 5, y: 201, width: 10, height: 9 },
    { x: 5, y: 5, width: 0, height: 9 },
  ])('wholly off the sheet changes nothing: %o', (rect) => {
    const sheet = new Sheet(size);
    expect(sheet.change(rect, () => 1)).toBeNull();
    sheet.commit();
    expect([sheet.canUndo, sheet.alpha.some((a) => a > 0)]).toEqual([false, false]);
  });
});

describe('rectangles', () => {
  it('are clipped to whole pixels of a picture', () => {
    expect(clip({ x: 1.2, y: 2.9, width: 3, height: 0.3 }, size)).toEqual({
      x: 1,
      y: 2,
      width: 4,
      height: 2,
    });
    expect(clip({ x: -5, y: -5, width: 1000, height: 1000 }, size)).toEqual({ x: 0, y: 0, ...size });
    expect(clip({ x: 299.5, y: 200.5, width: 9, height: 9 }, size)).toEqual({
      x: 299,
      y: 200,
      width: 1,
      height: 1,
    });
    expect(clip({ x: 300, y: 0, width: 9, height: 9 }, size)).toBeNull();
    expect(clip({ x: 4, y: 4, width: -1, height: 9 }, size)).toBeNull();
  });

  it('have a smallest one around both', () => {
    const [a, b] = [
      { x: 10, y: 20, width: 5, height: 6 },
      { x: 2, y: 23, width: 9, height: 30 },
    ];
    const both = { x: 2, y: 20, width: 13, height: 33 };
    expect([around(a, b), around(b, a), around(both, a)]).toEqual([both, both, both]);
    expect([around(a, null), around(null, b), around(null, null)]).toEqual([a, b, null]);
  });
});
