import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../src/canvas/crop';
import type { Mask } from '../../../../src/canvas/pixels';
import type { View } from '../../../../src/canvas/view';
import { onScreen, seen, stripesOf, white } from '../../../../src/ui/paint/overlay';

const maskOf = (width: number, height: number, alpha: (x: number, y: number) => number): Mask => ({
  width,
  height,
  alpha: Uint8Array.from({ length: width * height }, (_, i) => alpha(i % width, Math.floor(i / width))),
});

const view = (scale: number, x = 0, y = 0): View => ({ scale, x, y });
const all = (width: number, height: number): Rect => ({ x: 0, y: 0, width, height });
const alphas = (pixels: Uint32Array): number[] => Array.from(pixels, (pixel) => pixel >>> 24);

describe('what is seen of a mask', () => {
  it('is the mask, pixel for pixel, at its own size', () => {
    const mask = maskOf(7, 5, (x, y) => 30 * x + y);
    expect(alphas(seen(mask, view(1), all(7, 5), white))).toEqual([...mask.alpha]);
  });

  it('has as many pixels as the screen, however large the picture is, and of each the mean of what lies there', () => {
    const mask = maskOf(400, 200, (x, y) => (x < 200 ? 255 : y < 100 ? 100 : 0));
    const pixels = seen(mask, view(1 / 100), all(4, 2), white);
    expect(alphas(pixels)).toEqual([255, 255, 100, 100, 255, 255, 0, 0]);
    const fine = maskOf(8, 8, (x) => (x % 2 ? 255 : 0));
    expect(alphas(seen(fine, view(1 / 4), all(2, 2), white))).toEqual([128, 128, 128, 128]);
  });

  it('is enlarged in squares where one has zoomed in', () => {
    const mask = maskOf(2, 2, (x, y) => (x === y ? 255 : 0));
    const pixels = alphas(seen(mask, view(3), all(6, 6), white));
    expect(pixels.slice(0, 6)).toEqual([255, 255, 255, 0, 0, 0]);
    expect(pixels.slice(30)).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('is nothing beside the picture, wherever that was moved', () => {
    const mask = maskOf(3, 2, () => 255);
    const shown = alphas(seen(mask, view(1, 2, -1), all(6, 3), white));
    expect(shown).toEqual([0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(alphas(seen(mask, view(1, 50, 50), all(4, 1), white))).toEqual([0, 0, 0, 0]);
  });

  it('is in a part of the screen what it is there in all of it', () => {
    const mask = maskOf(90, 60, (x, y) => (x * 7 + y * 13) % 256);
    for (const at of [view(0.37, -4, 2.5), view(1, 3, 3), view(2.6, -31.2, -9)]) {
      const whole = seen(mask, at, all(50, 40), stripesOf('#e0303a'));
      const part = { x: 11, y: 5, width: 23, height: 30 };
      const rows = Array.from({ length: part.height }, (_, row) =>
        whole.slice((part.y + row) * 50 + part.x, (part.y + row) * 50 + part.x + part.width),
      );
      expect([...seen(mask, at, part, stripesOf('#e0303a'))]).toEqual(rows.flatMap((row) => [...row]));
    }
  });

  it('is striped in two shades of its colour', () => {
    const { light, dark } = stripesOf('#ff8001');
    expect([light.toString(16), dark.toString(16)]).toEqual(['180ff', '407f']);
    const mask = maskOf(200, 1, () => 255);
    const colours = Array.from(seen(mask, view(1), all(8, 1), { light, dark }), (pixel) => pixel & 0xffffff);
    expect(colours).toEqual([light, light, dark, dark, light, light, dark, dark]);
  });
});

it('a stroke is painted anew wherever it is seen: all pixels that show some of it', () => {
  const [before, after] = [0, 255].map((inside) =>
    maskOf(300, 300, (x, y) => (x >= 101 && x < 150 && y >= 77 && y < 93 ? inside : 0)),
  );
  for (const at of [view(0.13, 7.3, 2), view(0.9, -60.5, -40), view(4, -400, -300)]) {
    const [old, now] = [before!, after!].map((mask) => seen(mask, at, all(120, 120), white));
    const changed = onScreen({ x: 101, y: 77, width: 49, height: 16 }, at);
    const outside = [...now!.keys()].filter((i) => {
      const [x, y] = [i % 120, Math.floor(i / 120)];
      const within =
        x >= Math.floor(changed.x) &&
        x < Math.ceil(changed.x + changed.width) &&
        y >= Math.floor(changed.y) &&
        y < Math.ceil(changed.y + changed.height);
      return !within && old![i] !== now![i];
    });
    expect(outside).toEqual([]);
    expect(now).not.toEqual(old);
  }
});
