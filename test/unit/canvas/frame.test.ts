import { describe, expect, it, test } from 'vitest';
import {
  extended,
  framed,
  frameBounds,
  frameMask,
  marginsOf,
  placeIn,
  type Margins,
  type Side,
} from '../../../src/canvas/frame';
import { boundsOf, type Pixels } from '../../../src/canvas/pixels';

const none: Margins = { left: 0, right: 0, top: 0, bottom: 0 };
const uneven: Margins = { left: 3, right: 5, top: 2, bottom: 7 };
const sides: readonly Side[] = ['left', 'right', 'top', 'bottom'];

test('a frame is as much larger as was pulled on each side, and says where its picture lies', () => {
  const size = { width: 20, height: 10 };
  expect(framed(size, uneven)).toEqual({ width: 28, height: 19 });
  expect(placeIn(size, uneven)).toEqual({ x: 3, y: 2, width: 20, height: 10 });
  expect([framed(size, none), placeIn(size, none)]).toEqual([size, { x: 0, y: 0, ...size }]);
});

describe('an extended picture', () => {
  const picture: Pixels = {
    width: 4,
    height: 3,
    rgba: Uint8ClampedArray.from({ length: 48 }, (_, i) => (i * 89) % 256),
  };

  it('has every byte of the picture in its place, and opaque grey around it', () => {
    const { width, height, rgba } = extended(picture, uneven);
    expect([width, height, rgba.length]).toEqual([12, 12, 576]);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) {
        const [left, top] = [x - 3, y - 2];
        const from = 4 * (top * 4 + left);
        const inside = left >= 0 && left < 4 && top >= 0 && top < 3;
        const expected = inside ? Array.from(picture.rgba.subarray(from, from + 4)) : [127, 127, 127, 255];
        expect(Array.from(rgba.subarray(4 * (y * 12 + x), 4 * (y * 12 + x) + 4))).toEqual(expected);
      }
    }
  });

  it('is the picture where nothing was pulled', () => {
    expect(extended(picture, none)).toEqual(picture);
  });
});

describe('the mask of a frame', () => {
  const size = { width: 40, height: 30 };

  /** The mask's values from the new part on one side across the middle of the picture to the other side. */
  function across(side: Side, margins: Margins, feather: number): number[] {
    const { width, height, alpha } = frameMask(size, margins, feather);
    const flat = side === 'left' || side === 'right';
    const middle = flat ? (margins.top + 15) * width : margins.left + 20;
    const line = Array.from({ length: flat ? width : height }, (_, i) =>
      flat ? alpha[middle + i]! : alpha[middle + i * width]!,
    );
    return side === 'left' || side === 'top' ? line : line.toReversed();
  }

  it.each(sides)('is full in what is new on the %s and fades into the picture', (side) => {
    const line = across(side, { ...none, [side]: 9 }, 8);
    expect(line.slice(0, 9)).toEqual(Array<number>(9).fill(255));
    const fading = line.slice(9, 17);
    for (let i = 0; i < 8; i++) {
      expect(Math.abs(fading[i]! - 255 * (1 - (i + 0.5) / 8))).toBeLessThanOrEqual(1);
      expect(fading[i]).toBeLessThan(line[9 + i - 1]!);
    }
    expect(line.slice(17).every((a) => a === 0)).toBe(true);
  });

  it.each(sides)('ends sharply on the %s with a feather of 0', (side) => {
    const line = across(side, { ...none, [side]: 9 }, 0);
    expect(line.every((a, i) => a === (i < 9 ? 255 : 0))).toBe(true);
  });

  it.each([0, 6])('is full everywhere that is new, corners too, with a feather of %i', (feather) => {
    const { width, height, alpha } = frameMask(size, uneven, feather);
    expect([width, height]).toEqual([48, 39]);
    const wrong = Array.from(alpha).filter((a, i) => {
      const [x, y] = [(i % width) - 3, Math.floor(i / width) - 2];
      const fresh = x < 0 || x >= 40 || y < 0 || y >= 30;
      const kept = x >= feather && x < 40 - feather && y >= feather && y < 30 - feather;
      return fresh ? a !== 255 : kept && a !== 0;
    });
    expect(wrong).toEqual([]);
  });

  it('is in the corners of the picture as much as the nearer of the two sides asks', () => {
    const { width, alpha } = frameMask(size, { left: 5, right: 0, top: 5, bottom: 0 }, 10);
    const at = (x: number, y: number) => alpha[(5 + y) * width + 5 + x]!;
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) expect(at(x, y)).toBe(Math.max(at(x, 25), at(35, y)));
    }
    expect([at(39, 29), at(39, 0), at(0, 29)]).toEqual([0, 242, 242]);
  });

  it('leaves the sides alone on which nothing is new', () => {
    const { alpha } = frameMask(size, none, 12);
    expect(alpha).toEqual(new Uint8Array(40 * 30));
    const line = across('right', { ...none, left: 9 }, 12);
    expect(line.slice(0, 28).every((a) => a === 0)).toBe(true);
  });

  it('takes the nearer side of a picture that is thinner than two feathers', () => {
    const { alpha } = frameMask({ width: 8, height: 1 }, { ...none, left: 2, right: 1 }, 10);
    const row = Array.from(alpha);
    expect(row).toHaveLength(11);
    expect(row.slice(2, 10)).toEqual(row.slice(2, 10).toReversed());
    expect(Math.min(...row)).toBe(Math.floor(255 * (1 - 3.5 / 10)));
  });
});

it.each([
  { left: 20, right: 0, top: 0, bottom: 0 },
  { left: 0, right: 9, top: 0, bottom: 0 },
  { left: 0, right: 0, top: 30, bottom: 0 },
  { left: 0, right: 0, top: 0, bottom: 1 },
  { left: 4, right: 0, top: 5, bottom: 0 },
  { left: 4, right: 4, top: 0, bottom: 0 },
])('the bounds of a frame are those of its mask: %o', (margins) => {
  const picture = { width: 40, height: 24 };
  for (const feather of [0, 1, 7, 16, 100]) {
    expect(frameBounds(picture, margins, feather)).toEqual(boundsOf(frameMask(picture, margins, feather)));
  }
});

it('margins are found again from where the picture lies', () => {
  const margins = { left: 3, right: 5, top: 7, bottom: 11 };
  const picture = { width: 40, height: 24 };
  expect(marginsOf(placeIn(picture, margins), framed(picture, margins))).toEqual(margins);
});
