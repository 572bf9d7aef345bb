/** Brush, rectangle, lasso and bucket on a mask. Each returns the rectangle it touched. */
import type { Rect } from './crop';
import { clip, type Sheet } from './sheet';

/** A point on the mask, in pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How a tool changes what it covers. */
export interface Paint {
  /** How strongly it paints or erases, 0 to 1. */
  readonly opacity: number;
  readonly erase: boolean;
}

export interface Brush extends Paint {
  /** From 0, a hard edge, to 1, soft from the centre on. */
  readonly softness: number;
}

/** A point of a stroke, and its thickness there: a pen's pressure may change it. */
export interface StrokePoint extends Point {
  readonly radius: number;
}

/**
 * A stroke in progress. However often it passes over a pixel, the pixel is covered once, as strongly as any part of the
 * stroke covers it.
 */
export class Stroke {
  readonly #sheet: Sheet;
  readonly #brush: Brush;
  #last: StrokePoint | null = null;

  constructor(sheet: Sheet, brush: Brush) {
    this.#sheet = sheet;
    this.#brush = brush;
  }

  to(point: StrokePoint): Rect | null {
    const from = this.#last ?? point;
    this.#last = point;
    const { softness, opacity, erase } = this.#brush;
    const [dx, dy] = [point.x - from.x, point.y - from.y];
    const square = dx * dx + dy * dy;
    const grows = point.radius - from.radius;
    // The outline is a cone's, unless one end's circle contains the other's.
    const cone = square - grows * grows;
    const reach = Math.max(from.radius, point.radius) + 1;
    const rect = {
      x: Math.min(from.x, point.x) - reach,
      y: Math.min(from.y, point.y) - reach,
      width: Math.abs(dx) + 2 * reach,
      height: Math.abs(dy) + 2 * reach,
    };
    return this.#sheet.change(rect, (x, y, now, before) => {
      // Most pixels near a stroke are fully covered already.
      if (now === painted(before, this.#brush)) return now;
      const px = x + 0.5 - from.x;
      const py = y + 0.5 - from.y;
      // Where between the last point and this one the pixel is covered most.
      const along = px * dx + py * dy + (Math.abs(px * dy - py * dx) * grows) / Math.sqrt(cone);
      const t = cone > 0 ? Math.min(Math.max(along / square, 0), 1) : Number(grows > 0);
      const radius = from.radius + t * (point.radius - from.radius);
      const [away, aside] = [px - t * dx, py - t * dy];
      const gap = radius - Math.sqrt(away * away + aside * aside);
      const covered = opacity * coverage(gap, radius, softness);
      // `now` already has what earlier parts of this stroke covered.
      return erase
        ? Math.min(now, Math.round(before * (1 - covered)))
        : Math.max(now, Math.round(before + (255 - before) * covered));
    });
  }
}

/**
 * How much of a pixel is covered, 0 to 1, if its centre lies this far inside the brush's edge. A hard edge is one pixel
 * wide.
 */
function coverage(gap: number, radius: number, softness: number): number {
  const edge = Math.max(radius * softness, 1);
  const share = Math.min(Math.max((edge > 1 ? gap : gap + 0.5) / edge, 0), 1);
  return edge > 1 ? share * share * (3 - 2 * share) : share;
}

const painted = (before: number, { opacity, erase }: Paint): number =>
  Math.round(erase ? before * (1 - opacity) : before + (255 - before) * opacity);

/** A rectangle between two corners, in whole pixels. */
export function paintRectangle(sheet: Sheet, from: Point, to: Point, paint: Paint): Rect | null {
  const [x, y] = [Math.round(Math.min(from.x, to.x)), Math.round(Math.min(from.y, to.y))];
  const right = Math.round(Math.max(from.x, to.x));
  const bottom = Math.round(Math.max(from.y, to.y));
  const rect = { x, y, width: right - x, height: bottom - y };
  return sheet.change(rect, (_x, _y, _now, before) => painted(before, paint));
}

/** Paints all pixels whose centres lie inside the line, closed from its end to its start. */
export function paintLasso(sheet: Sheet, line: readonly Point[], paint: Paint): Rect | null {
  const xs = line.map(({ x }) => x);
  const ys = line.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const rect = clip({ x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }, sheet);
  if (!rect) return null;
  for (let row = rect.y; row < rect.y + rect.height; row++) {
    const crossings = crossingsAt(row + 0.5, line);
    let winding = 0;
    for (const [i, crossing] of crossings.entries()) {
      winding += crossing.turn;
      const next = crossings[i + 1];
      if (winding === 0 || !next) continue;
      const left = Math.ceil(crossing.x - 0.5);
      const span = { x: left, y: row, width: Math.ceil(next.x - 0.5) - left, height: 1 };
      sheet.change(span, (_x, _y, _now, before) => painted(before, paint));
    }
  }
  return rect;
}

/** Where the closed line crosses this height, from left to right, and whether downwards (1) or upwards (−1). */
function crossingsAt(y: number, line: readonly Point[]): { x: number; turn: number }[] {
  return line
    .flatMap((a, i) => {
      const b = line[(i + 1) % line.length]!; // a line has points
      if (a.y <= y === b.y <= y) return [];
      return [{ x: a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x), turn: a.y < b.y ? 1 : -1 }];
    })
    .sort((a, b) => a.x - b.x);
}

/**
 * The bucket: fills all pixels connected with this one that are, like it, painted or not (half or more counts as painted).
 */
export function paintRegion(sheet: Sheet, at: Point, paint: Paint): Rect | null {
  const { width, height, alpha } = sheet;
  const [x0, y0] = [Math.floor(at.x), Math.floor(at.y)];
  if (x0 < 0 || y0 < 0 || x0 >= width || y0 >= height) return null;
  const full = alpha[y0 * width + x0]! >= 128;
  const region = new Uint8Array(width * height);
  const belongs = (i: number): boolean => region[i] === 0 && alpha[i]! >= 128 === full;
  const seeds = [y0 * width + x0];
  for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
    if (!belongs(seed)) continue;
    const start = seed - (seed % width);
    let [left, right] = [seed, seed];
    while (left > start && belongs(left - 1)) left--;
    while (right < start + width - 1 && belongs(right + 1)) right++;
    region.fill(1, left, right + 1);
    for (const next of [-width, width]) {
      // One seed for each run of pixels above and below.
      for (let i = left + next; i <= right + next; i++) {
        if (i < 0 || i >= region.length) break;
        if (belongs(i) && (i === left + next || !belongs(i - 1))) seeds.push(i);
      }
    }
  }
  return sheet.change(whole(sheet), (x, y, now, before) =>
    region[y * width + x] ? painted(before, paint) : now,
  );
}

const whole = ({ width, height }: Sheet): Rect => ({ x: 0, y: 0, width, height });

/** Inverts the mask. */
export function invertSheet(sheet: Sheet): Rect | null {
  return sheet.change(whole(sheet), (_x, _y, _now, before) => 255 - before);
}

/** Clears the mask. */
export function clearSheet(sheet: Sheet): Rect | null {
  return sheet.change(whole(sheet), () => 0);
}

/** Replaces the mask by one of the same size. */
export function replaceSheet(sheet: Sheet, alpha: Uint8Array): Rect | null {
  return sheet.change(whole(sheet), (x, y) => alpha[y * sheet.width + x]!);
}
