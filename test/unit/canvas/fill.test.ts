import { expect, test } from 'vitest';
import { filled } from '../../../src/canvas/fill';
import type { Mask, Pixels } from '../../../src/canvas/pixels';

type Colour = readonly [r: number, g: number, b: number];

const red: Colour = [255, 0, 0];
const blue: Colour = [0, 0, 255];

function picture(width: number, height: number, at: (x: number, y: number) => Colour): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) rgba.set([...at(i % width, Math.floor(i / width)), 255], 4 * i);
  return { width, height, rgba };
}

const hole = (width: number, height: number, at: (x: number, y: number) => number): Mask => ({
  width,
  height,
  alpha: Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});

const pixel = ({ width, rgba }: Pixels, x: number, y: number): number[] =>
  Array.from(rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 3));

/** The largest step between two pictures' bytes. */
const apart = (a: Pixels, b: Pixels): number =>
  Math.max(...Array.from(a.rgba, (v, i) => Math.abs(v - b.rgba[i]!)));

const inside = (x: number, y: number): number => (x >= 5 && x < 13 && y >= 4 && y < 15 ? 255 : 0);

test.each([
  [20, 20],
  [19, 17],
  [33, 16],
  [64, 64],
])('a hole in one colour takes that colour, in a picture of %i × %i', (width, height) => {
  const whole = picture(width, height, () => [30, 140, 250]);
  const broken = picture(width, height, (x, y) => (inside(x, y) ? [255, 0, 7] : [30, 140, 250]));
  expect(apart(filled(broken, hole(width, height, inside)), whole)).toBeLessThanOrEqual(1);
});

test('one pixel is enough to know the colour of all the others', () => {
  const lone = picture(37, 23, (x, y) => (x === 36 && y === 22 ? [9, 99, 199] : red));
  const mask = hole(37, 23, (x, y) => (x === 36 && y === 22 ? 0 : 255));
  expect(
    apart(
      filled(lone, mask),
      picture(37, 23, () => [9, 99, 199]),
    ),
  ).toBeLessThanOrEqual(1);
});

test('outside the hole every byte stays as it was', () => {
  const noisy: Pixels = {
    width: 21,
    height: 18,
    rgba: Uint8ClampedArray.from({ length: 4 * 21 * 18 }, (_, i) => (i * 89) % 256),
  };
  const before = noisy.rgba.slice();
  const mask = hole(21, 18, inside);
  const result = filled(noisy, mask);
  const differs = Array.from(result.rgba, (v, i) => v !== before[i]);
  expect(differs.some((d, i) => d && mask.alpha[i >> 2] === 0)).toBe(false);
  expect(differs.some((d, i) => d && mask.alpha[i >> 2] !== 0)).toBe(true);
  expect(differs.some((d, i) => d && i % 4 === 3)).toBe(false);
  expect(noisy.rgba, 'the picture itself').toEqual(before);
});

test('without a hole nothing changes', () => {
  const whole = picture(7, 5, (x, y) => [x * 30, y * 40, 1]);
  expect(
    filled(
      whole,
      hole(7, 5, () => 0),
    ),
  ).toEqual(whole);
});

test.each([
  [32, 8, 24],
  [64, 20, 44],
  [41, 9, 30],
  [48, 5, 40],
])(
  'between red and blue a hole goes from the one to the other: %i wide, from %i to %i',
  (width, from, to) => {
    const halves = picture(width, 16, (x) => (x < from ? red : x < to ? [0, 255, 0] : blue));
    const result = filled(
      halves,
      hole(width, 16, (x) => (x >= from && x < to ? 255 : 0)),
    );
    for (let y = 0; y < 16; y++) {
      const row = Array.from({ length: width }, (_, x) => pixel(result, x, y));
      const reds = row.map(([r]) => r!);
      const blues = row.map(([, , b]) => b!);
      expect(reds, `row ${y}`).toEqual(reds.toSorted((a, b) => b - a));
      expect(blues, `row ${y}`).toEqual(blues.toSorted((a, b) => a - b));
      expect(row.every(([, g]) => g === 0)).toBe(true);
      expect(new Set(reds).size, 'steps on the way').toBeGreaterThan(6);
    }
  },
);

test('the two halves of a hole mirror each other where its surroundings do', () => {
  const halves = picture(64, 8, (x) => (x < 32 ? red : blue));
  const result = filled(
    halves,
    hole(64, 8, (x) => (x >= 19 && x < 45 ? 255 : 0)),
  );
  for (let x = 0; x < 64; x++) {
    const [[r], [, , b]] = [pixel(result, x, 3), pixel(result, 63 - x, 3)];
    expect(Math.abs(r! - b!), `at ${x}`).toBeLessThanOrEqual(1);
  }
});

test('what is known nearby counts in full, however little it is', () => {
  const corners = picture(4, 4, (x, y) => (x + y === 0 ? red : blue));
  const mask = hole(4, 4, (x, y) => (x + y === 0 || (x > 1 && y > 1) ? 0 : 255));
  // At half the size: red, purple, purple and blue. Each pixel is a quarter of the way from one to the next.
  const result = filled(corners, mask);
  expect(Math.abs(pixel(result, 1, 0)[0]! - 255 * 0.875)).toBeLessThanOrEqual(1);
  expect(Math.abs(pixel(result, 1, 1)[0]! - 255 * 0.75)).toBeLessThanOrEqual(1);
});

test.each([
  [1, 1],
  [1, 7],
  [6, 1],
  [5, 3],
  [16, 16],
])('a picture of %i × %i of which nothing is known becomes grey', (width, height) => {
  const all = hole(width, height, () => 255);
  const grey = picture(width, height, () => [127.5, 127.5, 127.5]);
  expect(
    filled(
      picture(width, height, () => red),
      all,
    ),
  ).toEqual(grey);
});

test('one pixel that is known, in full or in part, keeps its colour', () => {
  const one = picture(1, 1, () => [12, 34, 56]);
  for (const alpha of [0, 100, 254]) {
    expect(
      filled(
        one,
        hole(1, 1, () => alpha),
      ),
    ).toEqual(one);
  }
});

test('the more a hole is masked, the more it takes from around it', () => {
  const reds = [0, 64, 128, 192, 255].map((alpha) => {
    const spot = picture(9, 9, (x, y) => (x === 4 && y === 4 ? red : blue));
    const [r, g, b] = pixel(
      filled(
        spot,
        hole(9, 9, (x, y) => (x === 4 && y === 4 ? alpha : 0)),
      ),
      4,
      4,
    );
    expect(g).toBe(0);
    expect(Math.abs(r! + b! - 255), 'what goes from red comes to blue').toBeLessThanOrEqual(1);
    return r!;
  });
  expect(reds[0]).toBe(255);
  expect(reds.at(-1)).toBe(0);
  for (let i = 1; i < reds.length; i++) expect(reds[i]).toBeLessThan(reds[i - 1]!);
});
