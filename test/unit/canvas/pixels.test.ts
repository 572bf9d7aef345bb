import { describe, expect, it } from 'vitest';
import {
  boundsOf,
  flattened,
  greyOf,
  inverted,
  pasted,
  type Mask,
  type Pixels,
} from '../../../src/canvas/pixels';

function maskOf(width: number, height: number, painted: Readonly<Record<string, number>> = {}): Mask {
  const alpha = new Uint8Array(width * height);
  for (const [place, value] of Object.entries(painted)) {
    const [x, y] = place.split(',').map(Number);
    alpha[y! * width + x!] = value;
  }
  return { width, height, alpha };
}

/** No two neighbouring bytes alike, and transparent here and there. */
const noisy = (width: number, height: number, seed: number): Pixels => ({
  width,
  height,
  rgba: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => ((i + seed) * 89) % 256),
});

const pixel = ({ width, rgba }: Pixels, x: number, y: number): number[] =>
  Array.from(rgba.subarray(4 * (y * width + x), 4 * (y * width + x + 1)));

describe('the bounds of a mask', () => {
  it('are null where nothing is painted', () => {
    expect(boundsOf(maskOf(5, 4))).toBeNull();
  });

  it('are one pixel around one pixel, however faint', () => {
    expect(boundsOf(maskOf(5, 4, { '3,2': 1 }))).toEqual({ x: 3, y: 2, width: 1, height: 1 });
  });

  it('reach from corner to corner', () => {
    expect(boundsOf(maskOf(5, 4, { '0,3': 9, '4,0': 9 }))).toEqual({ x: 0, y: 0, width: 5, height: 4 });
  });

  it('go around all that is painted, in whatever rows it lies', () => {
    const painted = { '2,1': 255, '4,1': 1, '1,4': 7, '3,6': 80 };
    expect(boundsOf(maskOf(8, 9, painted))).toEqual({ x: 1, y: 1, width: 4, height: 6 });
  });
});

describe('an inverted mask', () => {
  it('has 255 less what there was, and leaves the first one alone', () => {
    const mask = maskOf(2, 2, { '0,0': 255, '1,0': 1, '0,1': 128 });
    expect(inverted(mask)).toEqual({ width: 2, height: 2, alpha: Uint8Array.of(0, 254, 127, 255) });
    expect(mask.alpha).toEqual(Uint8Array.of(255, 1, 128, 0));
  });
});

describe('a patch that is laid over a picture', () => {
  const source = noisy(7, 6, 3);
  const box = { x: 2, y: 1, width: 4, height: 3 };
  const patch = noisy(box.width, box.height, 101);

  it('leaves every byte as it was where the mask is 0', () => {
    const result = pasted(source, patch, box, maskOf(7, 6));
    expect(result).toEqual(source);
    expect(result.rgba).not.toBe(source.rgba);
  });

  it('is seen byte for byte where the mask is 255, and nothing shows through it there', () => {
    const before = source.rgba.slice();
    const result = pasted(source, patch, box, inverted(maskOf(7, 6)));
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 7; x++) {
        const [inX, inY] = [x - box.x, y - box.y];
        const inside = inX >= 0 && inX < box.width && inY >= 0 && inY < box.height;
        const [r, g, b] = pixel(inside ? patch : source, inside ? inX : x, inside ? inY : y);
        expect(pixel(result, x, y), `${x}, ${y}`).toEqual([r, g, b, inside ? 255 : pixel(source, x, y)[3]]);
      }
    }
    expect(source.rgba, 'the picture itself').toEqual(before);
  });

  it('is mixed with the picture by as much as the mask shows', () => {
    const flat = (value: number): Pixels => ({
      width: 4,
      height: 1,
      rgba: Uint8ClampedArray.from({ length: 16 }, (_, i) => (i % 4 === 3 ? 255 : value)),
    });
    const mask = { width: 4, height: 1, alpha: Uint8Array.of(1, 51, 128, 204) };
    const all = { x: 0, y: 0, width: 4, height: 1 };
    const result = pasted(flat(0), flat(255), all, mask);
    expect([0, 1, 2, 3].map((x) => pixel(result, x, 0))).toEqual([
      [1, 1, 1, 255],
      [51, 51, 51, 255],
      [128, 128, 128, 255],
      [204, 204, 204, 255],
    ]);
    expect(pasted(flat(90), flat(90), all, mask)).toEqual(flat(90));
  });

  it('does not reach beyond its box, whatever the mask says there', () => {
    const here = { x: 6, y: 5, width: 1, height: 1 };
    const result = pasted(source, { ...noisy(1, 1, 7), ...here }, here, inverted(maskOf(7, 6)));
    const last = 4 * 7 * 6 - 4;
    expect(result.rgba.subarray(0, last)).toEqual(source.rgba.subarray(0, last));
    expect(pixel(result, 6, 5).slice(0, 3)).toEqual(pixel(noisy(1, 1, 7), 0, 0).slice(0, 3));
  });

  it('changes only what is masked inside its box', () => {
    const result = pasted(source, patch, box, maskOf(7, 6, { '3,2': 255, '0,0': 255 }));
    const expected = source.rgba.slice();
    const [r, g, b] = pixel(patch, 1, 1);
    expected.set([r, g, b, 255].map(Number), 4 * (2 * 7 + 3));
    expect(result.rgba).toEqual(expected);
  });

  it('shows on a clear place as much as the mask shows, in its own colour', () => {
    const clear = { width: 1, height: 1, rgba: Uint8ClampedArray.of(200, 100, 50, 0) };
    const blue = { width: 1, height: 1, rgba: Uint8ClampedArray.of(0, 0, 255, 255) };
    const half = { width: 1, height: 1, alpha: Uint8Array.of(51) };
    expect(pixel(pasted(clear, blue, { x: 0, y: 0, width: 1, height: 1 }, half), 0, 0)).toEqual([
      0, 0, 255, 51,
    ]);
  });
});

it('a picture is flattened on white, and one that nothing shows through is left alone', () => {
  const rgba = Uint8ClampedArray.of(10, 20, 30, 255, 9, 9, 9, 0, 0, 0, 0, 51);
  const flat = flattened({ width: 3, height: 1, rgba });
  expect([...flat.rgba]).toEqual([10, 20, 30, 255, 255, 255, 255, 255, 204, 204, 204, 255]);
  expect(flattened(flat)).toBe(flat);
});

it('a mask as a picture is white where it is repainted', () => {
  const { rgba, ...at } = greyOf({ width: 3, height: 1, alpha: Uint8Array.of(0, 77, 255) });
  expect(at).toEqual({ width: 3, height: 1 });
  expect([...rgba]).toEqual([0, 0, 0, 255, 77, 77, 77, 255, 255, 255, 255, 255]);
});
