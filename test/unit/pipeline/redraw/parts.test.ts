import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../../../src/canvas/crop';
import type { Redraw } from '../../../../src/pipeline/job';
import { boxOf, maskOf, partsOf } from '../../../../src/pipeline/redraw/parts';

const sides = sidesOf(8);
const usual: Redraw = { tile: { width: 512, height: 512 }, padding: 32, blur: 8, order: 'linear' };
const withTile = (side: number, rest: Partial<Redraw> = {}): Redraw => ({
  ...usual,
  tile: { width: side, height: side },
  ...rest,
});

describe('the parts of a picture', () => {
  it('are as many as "Ultimate SD upscale" makes, of one size, from edge to edge', () => {
    const parts = partsOf({ width: 2048, height: 1024 }, usual, sides).map(boxOf);
    expect(parts).toHaveLength(4 * 2);
    expect(new Set(parts.map(({ width, height }) => `${width} ${height}`))).toEqual(new Set(['576 576']));
    expect(parts[0]).toMatchObject({ x: 0, y: 0 });
    expect(parts.at(-1)).toMatchObject({ x: 2048 - 576, y: 1024 - 576 });
  });

  it.each([
    [{ width: 2048, height: 1536 }, usual],
    [{ width: 1000, height: 777 }, usual],
    [{ width: 1000, height: 60 }, withTile(64, { padding: 16, blur: 4 })],
    [{ width: 193, height: 250 }, withTile(64, { padding: 0, blur: 8 })],
    [{ width: 193, height: 250 }, withTile(64, { padding: 8, blur: 0 })],
    [{ width: 400, height: 203 }, withTile(48, { padding: 40, blur: 3 })],
    [{ width: 2600, height: 2600 }, withTile(2048, { padding: 100, blur: 30 })],
  ])('of %o count every pixel once in all', (size, redraw) => {
    const sums = new Float32Array(size.width * size.height);
    let alone = 0;
    for (const part of partsOf(size, redraw, sides)) {
      const { x, y, width, height } = boxOf(part);
      for (let row = 0; row < height && y + row < size.height; row++) {
        for (let column = 0; column < width && x + column < size.width; column++) {
          const share = part.row.shares[row]! * part.column.shares[column]!;
          sums[(y + row) * size.width + x + column]! += share;
          if (share === 1) alone++;
        }
      }
    }
    const worst = sums.reduce((most, sum) => Math.max(most, Math.abs(sum - 1)), 0);
    expect(worst).toBeLessThan(1e-6);
    expect(alone).toBeGreaterThan(0);
    expect(alone).toBeLessThanOrEqual(sums.length);
  });

  it('fade into each other as far as the blur reaches, and over no more than half of what is seen of both', () => {
    const fading = (redraw: Partial<Redraw>): number =>
      partsOf({ width: 1024, height: 500 }, { ...usual, ...redraw }, sides)[0]!.column.shares.filter(
        (share) => share > 0 && share < 1,
      ).length;
    expect(fading({ blur: 4 })).toBe(2 * 10 - 1);
    expect(fading({ blur: 100 })).toBe(2 * 16 - 1);
    expect(fading({ blur: 0 })).toBeLessThanOrEqual(1);
  });

  it('come row by row, or as the fields of a chessboard: first the dark ones', () => {
    const places = (order: Redraw['order']): string[] => {
      const redraw = withTile(64, { padding: 16, blur: 4, order });
      const boxes = partsOf({ width: 224, height: 160 }, redraw, sides).map(boxOf);
      return boxes.map(({ x, y }) => `${Math.round(x / 64)} ${Math.round(y / 64)}`);
    };
    expect(places('linear')).toEqual(['0 0', '1 0', '2 0', '0 1', '1 1', '2 1']);
    expect(places('chess')).toEqual(['0 0', '2 0', '1 1', '1 0', '0 1', '2 1']);
  });

  it('are one where the picture is no larger than a tile and what is seen around it', () => {
    const [only, ...others] = partsOf({ width: 576, height: 570 }, usual, sides);
    expect(others).toEqual([]);
    expect(boxOf(only!)).toEqual({ x: 0, y: 0, width: 576, height: 576 });
    expect(maskOf(only!, 8)).toBeNull();
  });
});

it('of a part what counts is drawn, in whole latents, and the rest is kept', () => {
  const [first] = partsOf({ width: 160, height: 96 }, withTile(64, { padding: 16, blur: 2 }), sides);
  const { width, height } = boxOf(first!);
  const mask = maskOf(first!, 8)!;
  expect(mask).toHaveLength(width * height);
  const drawn = [...mask.subarray(0, width)];
  // The border lies at 80; five pixels beyond it still count.
  expect(drawn.lastIndexOf(255)).toBe(87);
  expect(drawn.slice(0, 88).every((value) => value === 255)).toBe(true);
  for (const [x, share] of first!.column.shares.entries()) if (share > 0) expect(drawn[x]).toBe(255);
});
