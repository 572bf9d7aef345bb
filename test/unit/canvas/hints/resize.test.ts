import { expect, test } from 'vitest';
import { atResolution, pixelPerfect, resized, type ResizeMode } from '../../../../src/canvas/hints/resize';
import type { Pixels } from '../../../../src/canvas/pixels';

type Colour = readonly [r: number, g: number, b: number, a?: number];

const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];

function picture(width: number, height: number, at: (x: number, y: number) => Colour): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b, a = 255] = at(i % width, Math.floor(i / width));
    rgba.set([r, g, b, a], 4 * i);
  }
  return { width, height, rgba };
}

const pixel = ({ width, rgba }: Pixels, x: number, y: number): number[] =>
  Array.from(rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 4));

/** Every colour once, as "r,g,b,a". */
const coloursOf = ({ rgba }: Pixels): Set<string> =>
  new Set(Array.from({ length: rgba.length / 4 }, (_, i) => rgba.subarray(4 * i, 4 * i + 4).join()));

test('thin lines stay one pixel thin and white, larger and smaller', () => {
  const lines = picture(60, 60, (x, y) => (x === 20 || y === 30 || x === y ? white : black));
  const larger = resized(lines, { width: 150, height: 150 }, 'stretch');
  expect(coloursOf(larger)).toEqual(new Set(['0,0,0,255', '255,255,255,255']));
  const across = Array.from({ length: 150 }, (_, x) => pixel(larger, x, 10)[0]!);
  expect(across.filter((v) => v === 255)).toHaveLength(2);
  const smaller = resized(lines, { width: 40, height: 40 }, 'stretch');
  expect(coloursOf(smaller)).toEqual(new Set(['0,0,0,255', '255,255,255,255']));
});

test('white areas keep their share of the picture', () => {
  const half = picture(50, 40, (x) => (x < 25 ? white : black));
  const larger = resized(half, { width: 101, height: 80 }, 'stretch');
  const whites = larger.rgba.filter((v, i) => i % 4 === 0 && v === 255).length;
  expect(Math.abs(whites / (101 * 80) - 0.5)).toBeLessThan(0.02);
});

test('a few colours, as of a map, are not mixed', () => {
  const map = picture(
    30,
    30,
    (x) =>
      [
        [200, 0, 0],
        [0, 99, 3],
        [7, 7, 210],
      ][Math.floor(x / 10)] as unknown as Colour,
  );
  expect(coloursOf(resized(map, { width: 77, height: 51 }, 'stretch'))).toEqual(coloursOf(map));
});

test.each<[ResizeMode, number[]]>([
  ['crop', [0, 0, 255, 255]],
  ['fill', [0, 200, 0, 255]],
])('%s: what is seen at the side where a tall picture is made wide', (mode, corner) => {
  // Blue in the middle, green along all edges, and red at the top alone.
  const tall = picture(20, 60, (x, y) => {
    if (y === 0) return [200, 0, 0];
    return x === 0 || x === 19 || y === 59 ? [0, 200, 0] : [0, 0, 255];
  });
  const wide = resized(tall, { width: 60, height: 20 }, mode);
  expect([wide.width, wide.height]).toEqual([60, 20]);
  expect(pixel(wide, mode === 'crop' ? 5 : 0, 10)).toEqual(corner);
});

test('what is clear stays clear, without a grey rim, and what is added around it is clear, too', () => {
  const holed = picture(20, 20, (x) => (x < 10 ? [9, 9, 9, 0] : [90, 80, 70]));
  const out = resized(holed, { width: 50, height: 30 }, 'fill');
  expect(new Set(out.rgba.filter((_, i) => i % 4 === 3))).toEqual(new Set([0, 255]));
  expect(pixel(out, 0, 15)[3]).toBe(0);
  expect(pixel(out, 49, 15)[3]).toBe(0);
  expect(pixel(out, 30, 15)).toEqual([90, 80, 70, 255]);
});

test.each<[ResizeMode, number]>([
  ['stretch', 768],
  ['crop', 768],
  ['fill', 512],
])('pixel perfect for %s: the shorter side that needs no scaling later', (mode, side) => {
  expect(pixelPerfect({ width: 1000, height: 1000 }, { width: 512, height: 768 }, mode)).toBe(side);
});

test('a picture of the asked resolution is not touched', () => {
  const same = picture(9, 7, (x, y) => [x, y, 5]);
  expect(atResolution(same, 7)).toBe(same);
});

test.each([
  [1, 1],
  [1, 9],
  [300, 1],
])('a picture of %i × %i fits into every size', (width, height) => {
  const thin = picture(width, height, (x) => [x % 256, 0, 0]);
  for (const mode of ['stretch', 'crop', 'fill'] as const) {
    const fitted = resized(thin, { width: 24, height: 16 }, mode);
    expect([fitted.width, fitted.height, fitted.rgba.length]).toEqual([24, 16, 4 * 24 * 16]);
  }
});

test('a line of pixels is not made so large that no memory holds it', () => {
  const { width, height } = atResolution(
    picture(20_000, 1, () => white),
    2048,
  );
  expect(width * height).toBeLessThan(1.01 * 2 ** 23);
});
