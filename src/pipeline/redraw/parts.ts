/**
 * Which part of a picture is drawn when, where it is drawn anew tile by tile, and how much of it counts: much as "Ultimate
 * SD upscale" does it, an extension of A1111 (https://github.com/Coyote-A/ultimate-upscale-for-automatic1111). Unlike
 * there all tiles are of one size, so that one graph draws them; at an edge they see more of the picture, and where
 * neighbours fade into each other, what was there before is no part of it.
 */
import type { Rect, Sides, Size } from '../../canvas/crop';
import type { Redraw } from '../job';
import { stripsOf, type Strip } from '../enlarging/tiles';

/** Neighbours fade into each other as far from their border as A1111's blur of a mask reaches, in its radii. */
const REACH = 2.5;

/** Part of a picture: how much its rows and its columns count. A picture smaller than it ends within. */
export interface Part {
  readonly row: Strip;
  readonly column: Strip;
}

/**
 * The parts of a picture, in the order in which they are drawn.
 * @param sides that a model can draw.
 */
export function partsOf({ width, height }: Size, redraw: Redraw, sides: Sides): readonly Part[] {
  const columns = stretchesOf(width, redraw.tile.width, redraw, sides);
  const rows = stretchesOf(height, redraw.tile.height, redraw, sides);
  const all = rows.flatMap((row, y) => columns.map((column, x) => ({ row, column, dark: (x + y) % 2 })));
  // Sorting keeps the order of those that are alike.
  if (redraw.order === 'chess') all.sort((a, b) => a.dark - b.dark);
  return all.map(({ row, column }) => ({ row, column }));
}

/** Where a part lies. */
export const boxOf = ({ row, column }: Part): Rect => ({
  x: column.start,
  y: row.start,
  width: column.shares.length,
  height: row.shares.length,
});

/** @param tile of a side, without what is seen around it. */
function stretchesOf(
  side: number,
  tile: number,
  { padding, blur }: Pick<Redraw, 'padding' | 'blur'>,
  { min, max, step }: Sides,
): readonly Strip[] {
  const whole = (length: number): number => Math.ceil(length / step) * step;
  const length = Math.min(Math.max(min, Math.min(whole(tile + 2 * padding), whole(side))), max);
  // What is seen beyond a border; a pixel at least, as the border itself may lie within one.
  const beyond = Math.max(1, Math.min(padding, (length - step) / 2));
  // Half of that stays as it is, for a tile to go on from.
  const reach = Math.max(1, Math.min(Math.round(REACH * blur), beyond / 2));
  return stripsOf(side, length, 1, { width: 2 * beyond, blind: beyond - reach });
}

/**
 * Which pixels of a part are to be drawn, in rows: all that count. What lies around them is seen, and kept. Null where
 * nothing does.
 * @param factor pixels of a latent's side: it is drawn or kept as a whole.
 */
export function maskOf({ row, column }: Part, factor: number): Uint8Array<ArrayBuffer> | null {
  const [ys, xs] = [drawnIn(row.shares, factor), drawnIn(column.shares, factor)];
  if (ys.every(Boolean) && xs.every(Boolean)) return null;
  return Uint8Array.from(ys.flatMap((y) => xs.map((x) => (x && y ? 255 : 0))));
}

function drawnIn(shares: Float32Array, factor: number): boolean[] {
  return Array.from(shares, (_, n) => {
    const first = n - (n % factor);
    return shares.subarray(first, first + factor).some((share) => share > 0);
  });
}
