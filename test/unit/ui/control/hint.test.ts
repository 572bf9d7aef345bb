import { expect, test } from 'vitest';
import type { Pixels } from '../../../../src/canvas/pixels';
import { hintOf, type HintOrder } from '../../../../src/ui/control/hint';
import { motley, plain } from '../fake';

const order = (picture: Pixels, other: Partial<HintOrder> = {}): HintOrder => ({
  ...{ picture, mask: null, preprocessor: 'none', a: 0, b: 0, resolution: null, resize: 'crop', part: null },
  size: picture,
  ...other,
});

/** Red of a pixel. */
const red = ({ width, rgba }: Pixels, x: number, y: number): number => rgba[4 * (y * width + x)]!;

/** Left half black, right half white. */
function halves(width: number, height: number): Pixels {
  const picture = plain({ width, height }, 0);
  for (let i = 0; i < width * height; i++)
    if (i % width >= width / 2) picture.rgba.fill(255, 4 * i, 4 * i + 3);
  return picture;
}

test('a picture that is a hint already is shown as it is', () => {
  const picture = motley({ width: 64, height: 48 });
  expect(hintOf(order(picture))).toEqual(picture);
});

test('what is clear is white to a preprocessor', () => {
  const picture = plain({ width: 8, height: 8 }, 0);
  picture.rgba[3] = 0;
  const hint = hintOf(order(picture, { preprocessor: 'invert' }));
  expect([red(hint, 0, 0), red(hint, 1, 0), hint.rgba[3]]).toEqual([0, 255, 255]);
});

test('edges are found at the resolution that is asked for, and shown at the size that is drawn', () => {
  const edges = (resolution: number | null) =>
    hintOf(
      order(halves(128, 128), {
        ...{ preprocessor: 'canny', a: 100, b: 200, resolution },
        size: { width: 64, height: 64 },
      }),
    );
  const thick = (hint: Pixels) =>
    Array.from({ length: 64 }, (_, x) => red(hint, x, 32)).filter(Boolean).length;
  expect(edges(null)).toMatchObject({ width: 64, height: 64 });
  expect(thick(edges(null))).toBeLessThanOrEqual(2);
  // Found at 16 px, a line is four times as wide at 64, unless it is thinned again.
  expect(thick(edges(64))).toBe(thick(edges(null)));
});

test('a part of a larger picture is cut out of a picture that lies over all of it', () => {
  const hint = hintOf(
    order(halves(40, 20), {
      size: { width: 16, height: 16 },
      resize: 'stretch',
      part: { whole: { width: 80, height: 40 }, box: { x: 32, y: 0, width: 16, height: 16 } },
    }),
  );
  expect([red(hint, 7, 8), red(hint, 8, 8)]).toEqual([0, 255]);
});

test('without a mask, what is clear in a picture is what is left out for a net that inpaints', () => {
  const picture = motley({ width: 16, height: 16 });
  for (let i = 0; i < 8 * 16; i++) picture.rgba[4 * i + 3] = 0;
  const hint = hintOf(order(picture, { preprocessor: 'inpaint_only' }));
  expect([hint.rgba[3], hint.rgba[4 * 255 + 3]]).toEqual([0, 255]);
  const whole = hintOf(order(motley({ width: 16, height: 16 }), { preprocessor: 'inpaint_only' }));
  expect(whole).toEqual(motley({ width: 16, height: 16 }));
});
