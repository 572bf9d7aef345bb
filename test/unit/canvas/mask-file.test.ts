import { describe, expect, it } from 'vitest';
import { maskIn } from '../../../src/canvas/mask-file';
import type { Pixels } from '../../../src/canvas/pixels';

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const SIDE = 20;
const clear: Colour = [0, 0, 0, 0];
const black: Colour = [0, 0, 0, 255];
const white: Colour = [255, 255, 255, 255];
const photo = (x: number, y: number): Colour => [12 * x, 12 * y, 90, 255];

/** One colour, or what a place has, around a square in the middle that has another. */
function picture(around: Colour | typeof photo, middle: Colour | typeof photo): Pixels {
  const rgba = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const inside = x >= 6 && x < 14 && y >= 6 && y < 14;
      const colour = inside ? middle : around;
      rgba.set(typeof colour === 'function' ? colour(x, y) : colour, 4 * (y * SIDE + x));
    }
  }
  return { width: SIDE, height: SIDE, rgba };
}

const at = (alpha: Uint8Array, x: number, y: number) => alpha[y * SIDE + x];

describe('a picture read as a mask: what is around, what is in the middle, and what is repainted of both', () => {
  it.each([
    ['white on black', black, white, 'white', 0, 255],
    ['black on white', white, black, 'white', 255, 0],
    ['black on clear', clear, black, 'painted', 0, 255],
    ['red on clear', clear, [230, 30, 40, 255], 'painted', 0, 255],
    ['half black on clear', clear, [0, 0, 0, 128], 'painted', 0, 128],
    ['white on clear', clear, white, 'painted', 0, 255],
    ['a hole in black', black, clear, 'clear', 0, 255],
    ['a hole in red', [230, 30, 40, 255], clear, 'clear', 0, 255],
    ['a hole in white', white, clear, 'painted', 255, 0],
    ['a hole in a photo', photo, clear, 'clear', 0, 255],
    ['a photo that was cut out', clear, photo, 'clear', 255, 0],
    ['grey on black', black, [128, 128, 128, 255], 'bright', 0, 128],
    ['nothing', black, black, 'white', 0, 0],
  ] as const)('%s', (_, around, middle, reading, outside, inside) => {
    const mask = maskIn(picture(around, middle));
    expect([mask.reading, at(mask.alpha, 1, 1), at(mask.alpha, 10, 10)]).toEqual([reading, outside, inside]);
  });

  it('a photo is read by its brightness, as PIL makes it grey', () => {
    const { reading, alpha } = maskIn(picture(photo, photo));
    expect([reading, at(alpha, 10, 5)]).toEqual([
      'bright',
      Math.round(120 * 0.299 + 60 * 0.587 + 90 * 0.114),
    ]);
  });

  it('a black and white mask whose edges are clear is still read by what is white', () => {
    const mask = picture(black, white);
    for (let x = 0; x < SIDE; x++) mask.rgba[4 * x + 3] = 0;
    const { reading, alpha } = maskIn(mask);
    expect([reading, at(alpha, 3, 0), at(alpha, 10, 10)]).toEqual(['white', 0, 255]);
  });
});
