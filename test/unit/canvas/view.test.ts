import { describe, expect, it } from 'vitest';
import { fitted, panned, toPicture, zoomed, type View } from '../../../src/canvas/view';
import { seeded } from './sheets';

const box = { width: 800, height: 600 };
const picture = { width: 512, height: 768 };

/** How much of a picture's side is seen. */
const seen = (start: number, length: number, room: number): number =>
  Math.min(start + length, room) - Math.max(start, 0);

describe('a picture that is fitted into a box', () => {
  it('is seen as a whole, in the middle, and touches the box', () => {
    const { scale, x, y } = fitted(picture, box);
    expect(scale).toBe(600 / 768);
    expect(y).toBe(0);
    expect(x).toBeCloseTo(800 - x - 512 * scale, 9);
  });

  it.each([
    [100, 100, 6],
    [399, 10, 2],
    [401, 10, 1],
    [800, 600, 1],
    [1, 1, 32],
  ])('is enlarged in whole steps if it is small: %i × %i by %i', (width, height, scale) => {
    expect(fitted({ width, height }, box)).toEqual({
      scale,
      x: (800 - width * scale) / 2,
      y: (600 - height * scale) / 2,
    });
  });

  it('has a size even where there is no room', () => {
    expect(fitted(picture, { width: 0, height: 0 }).scale).toBeGreaterThan(0);
  });
});

describe('from the screen to the picture', () => {
  it('is the inverse of how the picture is seen', () => {
    const view: View = { scale: 2.5, x: -30, y: 17 };
    for (const p of [
      { x: 0, y: 0 },
      { x: 512, y: 3.25 },
      { x: -8, y: 1000 },
    ]) {
      const back = toPicture(view, { x: p.x * view.scale + view.x, y: p.y * view.scale + view.y });
      expect(back.x).toBeCloseTo(p.x, 9);
      expect(back.y).toBeCloseTo(p.y, 9);
    }
  });
});

describe('zooming', () => {
  const view = fitted(picture, box);

  it.each([
    [1.25, { x: 400, y: 300 }],
    [8, { x: 210, y: 590 }],
    [0.8, { x: 333, y: 250 }],
    [1, { x: 0, y: 0 }],
  ])('by %f leaves the point under the pointer where it is', (by, at) => {
    const next = zoomed(view, by, at, picture, box);
    expect(next.scale).toBeCloseTo(view.scale * by, 9);
    const [before, after] = [toPicture(view, at), toPicture(next, at)];
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
  });

  it('in and out again is as if nothing had been', () => {
    const at = { x: 300, y: 200 };
    const back = zoomed(zoomed(view, 3, at, picture, box), 1 / 3, at, picture, box);
    expect(back.scale).toBeCloseTo(view.scale, 9);
    expect(back.x).toBeCloseTo(view.x, 9);
    expect(back.y).toBeCloseTo(view.y, 9);
  });

  it('ends at 32 screen pixels for one, and at half of what fits', () => {
    const at = { x: 400, y: 300 };
    const most = zoomed(view, 1e6, at, picture, box);
    expect(most.scale).toBe(32);
    expect(toPicture(most, at).x).toBeCloseTo(toPicture(view, at).x, 9);
    expect(zoomed(most, 2, at, picture, box)).toEqual(most);
    expect(zoomed(view, 1e-6, at, picture, box).scale).toBe(view.scale / 2);
    const small = { width: 10, height: 10 };
    expect(zoomed(fitted(small, box), 1e-6, at, small, box).scale).toBe(0.5);
  });
});

describe('moving', () => {
  const view = fitted(picture, box);

  it('goes as far as it is told', () => {
    expect(panned(view, 13, -40.5, picture, box)).toEqual({ ...view, x: view.x + 13, y: view.y - 40.5 });
  });

  it('leaves 48 screen pixels of the picture in sight', () => {
    const [width, height] = [512 * view.scale, 768 * view.scale];
    const far = panned(view, 1e6, -1e6, picture, box);
    expect(seen(far.x, width, 800)).toBeCloseTo(48, 9);
    expect(seen(far.y, height, 600)).toBeCloseTo(48, 9);
    expect(panned(far, 5, -5, picture, box)).toEqual(far);
  });

  it('never loses a picture, however it is moved and zoomed', () => {
    const random = seeded(4);
    for (let round = 0; round < 100; round++) {
      const size = { width: 1 + 3000 * random() ** 3, height: 1 + 3000 * random() ** 3 };
      const room = { width: 48 + 1200 * random(), height: 48 + 800 * random() };
      let now = fitted(size, room);
      for (let i = 0; i < 20; i++) {
        const at = { x: room.width * random(), y: room.height * random() };
        now =
          random() < 0.5
            ? zoomed(now, 4 ** (2 * random() - 1), at, size, room)
            : panned(now, 4000 * (random() - 0.5), 4000 * (random() - 0.5), size, room);
        const [width, height] = [size.width * now.scale, size.height * now.scale];
        const least = { x: Math.min(48, width) - 1e-6, y: Math.min(48, height) - 1e-6 };
        expect(seen(now.x, width, room.width)).toBeGreaterThan(least.x);
        expect(seen(now.y, height, room.height)).toBeGreaterThan(least.y);
      }
    }
  });
});
