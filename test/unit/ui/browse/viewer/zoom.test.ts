import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toPicture } from '../../../../../src/canvas/view';
import { dragged, nearBy, scaledBy, viewOf, WHOLE, zoomed } from '../../../../../src/ui/browse/viewer/zoom';

const box = { width: 400, height: 300 };
const picture = { width: 512, height: 768 };

describe('zoom', () => {
  test('begins with all of the picture in the middle of the box', () => {
    const { scale, x, y } = viewOf(WHOLE, picture, box);
    expect(scale).toBeCloseTo(300 / 768);
    expect([x, y].map(Math.round)).toEqual([100, 0]);
  });

  test('keeps what is under the hand where it is', () => {
    const inside = fc.record({ x: fc.integer({ min: 110, max: 290 }), y: fc.integer({ min: 10, max: 290 }) });
    fc.assert(
      fc.property(inside, fc.double({ min: 1.1, max: 8, noNaN: true }), (at, by) => {
        const before = toPicture(viewOf(WHOLE, picture, box), at);
        const near = zoomed(WHOLE, by, at, picture, box);
        const after = toPicture(viewOf(near, picture, box), at);
        expect(after.x).toBeCloseTo(before.x, 6);
        expect(after.y).toBeCloseTo(before.y, 6);
      }),
    );
  });

  test('follows the hand that drags, and stops where the middle of the box would leave the picture', () => {
    const near = scaledBy(WHOLE, 4);
    const [before, after] = [near, dragged(near, 30, -20, picture, box)].map((zoom) =>
      viewOf(zoom, picture, box),
    );
    expect(after!.x - before!.x).toBeCloseTo(30);
    expect(after!.y - before!.y).toBeCloseTo(-20);
    expect(dragged(near, 1e6, 1e6, picture, box)).toMatchObject({ x: 0, y: 0 });
  });

  test('is not less than all of it, which cannot be dragged', () => {
    expect(scaledBy(scaledBy(WHOLE, 3), 0.1)).toEqual(WHOLE);
    expect(zoomed(scaledBy(WHOLE, 3), 0.1, { x: 0, y: 0 }, picture, box)).toEqual(WHOLE);
    expect(dragged(WHOLE, 50, 50, picture, box)).toEqual(WHOLE);
  });

  test('shows the same part of two pictures of different sizes', () => {
    const near = zoomed(WHOLE, 3, { x: 200, y: 100 }, picture, box);
    const twice = { width: 1024, height: 1536 };
    const [small, large] = [picture, twice].map((size) =>
      toPicture(viewOf(near, size, box), { x: 200, y: 100 }),
    );
    expect(large!.x / 2).toBeCloseTo(small!.x);
    expect(large!.y / 2).toBeCloseTo(small!.y);
  });

  test('goes to one pixel of the picture for one of the screen first', () => {
    expect(viewOf(scaledBy(WHOLE, nearBy(picture, box)), picture, box).scale).toBeCloseTo(1);
    expect(nearBy({ width: 64, height: 64 }, box)).toBe(2);
  });
});
