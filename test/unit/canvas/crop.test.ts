import { expect, test } from 'vitest';
import {
  contextBox,
  cropTo,
  grown,
  halvings,
  settledSide,
  sidesOf,
  sizeLike,
  type Rect,
  type Size,
} from '../../../src/canvas/crop';

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

const contains = (outer: Rect, inner: Rect): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

const whole = ({ width, height }: Size): Rect => ({ x: 0, y: 0, width, height });

test('a rectangle grows on all sides, as far as the picture goes', () => {
  const picture = { width: 100, height: 80 };
  const rect = { x: 20, y: 30, width: 10, height: 20 };
  expect(grown(rect, 0, picture)).toEqual(rect);
  expect(grown(rect, 15, picture)).toEqual({ x: 5, y: 15, width: 40, height: 50 });
  expect(grown(rect, 25, picture)).toEqual({ x: 0, y: 5, width: 55, height: 70 });
  expect(grown(rect, 1000, picture)).toEqual(whole(picture));
});

const square = { width: 512, height: 512 };
const bounds = { x: 400, y: 300, width: 60, height: 20 };

test('what is worked on has the mask in its middle and the shape of the target', () => {
  const picture = { width: 1000, height: 800 };
  expect(contextBox(bounds, 32, square, picture)).toEqual({ x: 368, y: 248, width: 124, height: 124 });
  const wide = { width: 1024, height: 512 };
  expect(contextBox(bounds, 32, wide, picture)).toEqual({ x: 346, y: 268, width: 168, height: 84 });
});

test('near an edge it is moved, not cut', () => {
  const picture = { width: 1000, height: 800 };
  const size = { width: 76, height: 76 };
  expect(contextBox({ ...bounds, y: 10 }, 8, square, picture)).toEqual({ x: 392, y: 0, ...size });
  expect(contextBox({ ...bounds, y: 770 }, 8, square, picture)).toEqual({ x: 392, y: 724, ...size });
  const upright = { x: 970, y: 300, width: 20, height: 60 };
  expect(contextBox(upright, 8, square, picture)).toEqual({ x: 924, y: 292, ...size });
});

test('in a picture without room for its shape it takes what there is', () => {
  const strip = { width: 1000, height: 50 };
  const low = { ...bounds, y: 15 };
  expect(contextBox(low, 32, square, strip)).toEqual({ x: 368, y: 0, width: 124, height: 50 });
  const all = whole({ width: 90, height: 40 });
  expect(contextBox(all, 32, square, all)).toEqual(all);
});

test('wherever the mask lies, what is worked on holds it and its surroundings, in shape if there is room', () => {
  let seed = 17;
  const random = (from: number, to: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return from + Math.floor((seed / 2 ** 32) * (to + 1 - from));
  };
  let shaped = 0;
  for (let i = 0; i < 2000; i++) {
    const picture = { width: random(1, 900), height: random(1, 900) };
    const [width, height] = [random(1, picture.width), random(1, picture.height)];
    const mask = {
      x: random(0, picture.width - width),
      y: random(0, picture.height - height),
      width,
      height,
    };
    const target = { width: 8 * random(6, 256), height: 8 * random(6, 256) };
    const padding = random(0, 128);
    const box = contextBox(mask, padding, target, picture);
    const about = `${JSON.stringify({ mask, padding, target, picture })} gives ${JSON.stringify(box)}`;
    const padded = grown(mask, padding, picture);
    expect([box.x, box.y, box.width, box.height].every(Number.isInteger), about).toBe(true);
    expect(contains(whole(picture), box) && contains(box, padded), about).toBe(true);
    // One side stays as the surroundings have it; the other is as long as the shape asks, or the whole picture's.
    const shape = target.width / target.height;
    const wide = Math.max(padded.width, Math.min(Math.floor(padded.height * shape), picture.width));
    const high = Math.max(padded.height, Math.min(Math.floor(padded.width / shape), picture.height));
    expect([box.width, box.height], about).toEqual([wide, high]);
    if (box.width === picture.width || box.height === picture.height) continue;
    shaped++;
    const off = Math.min(Math.abs(box.width - box.height * shape), Math.abs(box.height - box.width / shape));
    expect(off, about).toBeLessThan(1);
    const middle = {
      x: Math.abs(2 * box.x + box.width - 2 * padded.x - padded.width) <= 1,
      y: Math.abs(2 * box.y + box.height - 2 * padded.y - padded.height) <= 1,
    };
    const moved = {
      x: box.x === 0 || box.x + box.width === picture.width,
      y: box.y === 0 || box.y + box.height === picture.height,
    };
    expect((middle.x || moved.x) && (middle.y || moved.y), `in the middle: ${about}`).toBe(true);
  }
  expect(shaped, 'cases with room').toBeGreaterThan(300);
});
