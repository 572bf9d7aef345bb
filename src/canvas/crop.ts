/** How a picture of one size becomes one of another: which size suits it, and which part of it is seen. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** How long a side can be: from `min` to `max`, in steps. */
export interface Sides {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The sides a model can draw that wants multiples of so many pixels: from 48 up to 2048. */
export function sidesOf(multiple: number): Sides {
  return {
    min: Math.ceil(48 / multiple) * multiple,
    max: Math.floor(2048 / multiple) * multiple,
    step: multiple,
  };
}

/** The nearest side there is. */
export function settledSide(side: number, { min, max, step }: Sides): number {
  return Math.min(Math.max(Math.round(side / step) * step, min), max);
}

/** What a model can draw: sides, and the area in pixels at which it is best. */
export interface Sizes extends Sides {
  readonly area: number;
}

/** The size in which to work on a picture: its own where that is about right, else one of its shape. */
export function sizeLike({ width, height }: Size, sizes: Sizes): Size {
  const { min, max, area } = sizes;
  const settled = (side: number) => settledSide(side, sizes);
  const own = { width: settled(width), height: settled(height) };
  const about = (width * height) / area;
  if (own.width === width && own.height === height && about >= 0.5 && about <= 2) return own;
  // Rather more pixels than less of the picture, where the shorter side would fall below what is allowed.
  const roomy = Math.max(Math.sqrt(1 / about), min / Math.min(width, height));
  const scale = Math.min(roomy, max / Math.max(width, height));
  return { width: settled(width * scale), height: settled(height * scale) };
}

/** The largest part of the middle of a picture that has the shape of `target`. */
export function cropTo({ width, height }: Size, target: Size): Rect {
  const scale = Math.min(width / target.width, height / target.height);
  const part = { width: target.width * scale, height: target.height * scale };
  return { ...part, x: (width - part.width) / 2, y: (height - part.height) / 2 };
}

/**
 * The sizes to go through so that no step is smaller than half of the one before, and none loses detail to aliasing;
 * the last one is `target`.
 */
export function halvings(from: Size, target: Size): Size[] {
  const sizes: Size[] = [];
  let { width, height } = from;
  while (width > 2 * target.width || height > 2 * target.height) {
    width = Math.max(Math.ceil(width / 2), target.width);
    height = Math.max(Math.ceil(height / 2), target.height);
    sizes.push({ width, height });
  }
  return [...sizes, target];
}
