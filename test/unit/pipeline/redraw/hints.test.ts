import { expect, it } from 'vitest';
import { sidesOf } from '../../../../src/canvas/crop';
import type { Control, Pixels } from '../../../../src/pipeline/job';
import { hintsOf } from '../../../../src/pipeline/redraw/hints';
import { boxOf, partsOf } from '../../../../src/pipeline/redraw/parts';

/** Each pixel says where it is: its column in red, its row in green. */
function map(width: number, height: number, blue = 0): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) rgba.set([i % width, Math.floor(i / width), blue, 255], 4 * i);
  return { width, height, rgba };
}

const control = (hint: Pixels): Control => ({
  ...{ model: 'net', hint, weight: 1, start: 0, end: 1, mode: 'balanced' },
});
const tile = { width: 48, height: 48 };
const parts = partsOf(
  { width: 150, height: 100 },
  { tile, padding: 8, blur: 2, order: 'linear' },
  sidesOf(8),
);

it('of a hint each part has what lies where it does', () => {
  const hints = hintsOf([control(map(150, 100))], map(150, 100, 9), map(150, 100, 9));
  for (const part of parts) {
    const { x, y, width, height } = boxOf(part);
    const [{ hint }] = hints(part) as [Control];
    expect([hint.width, hint.height]).toEqual([width, height]);
    expect([...hint.rgba.subarray(0, 4)]).toEqual([x, y, 0, 255]);
    expect([...hint.rgba.subarray(-4)]).toEqual([x + width - 1, y + height - 1, 0, 255]);
  }
});

it('one that is the source is shown as that is before anything is drawn, and another is made to fit', () => {
  const [source, whole] = [map(75, 50), map(150, 100, 7)];
  const [first] = parts as [(typeof parts)[number]];
  const shown = hintsOf([control(source), control(map(75, 50))], source, whole)(first);
  const [same, other] = shown.map(({ hint }) => hint) as [Pixels, Pixels];
  expect(same.rgba[2]).toBe(7);
  expect(other.rgba[2]).toBe(0);
  expect([other.width, other.height]).toEqual([same.width, same.height]);
});
