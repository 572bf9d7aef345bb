/** Sizes and crops: which size suits a picture, and which part of it is used. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels, from its upper left corner. */
export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** The allowed lengths of a side: from `min` to `max`, in steps. */
export interface Sides {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The sides that a model can draw: multiples of this many pixels, from 48 to 2048. */
export function sidesOf(multiple: number): Sides {
  return {
    min: Math.ceil(48 / multiple) * multiple,
    max: Math.floor(2048 / multiple) * multiple,
    step: multiple,
  };
}

/** The nearest allowed side. */
export function settledSide(side: number, { min, max, step }: Sides): number {
  return Math.min(Math.max(Math.round(side / step) * step, min), max);
}

/** A size times `scale`, rounded down to the model's multiples, as in A1111. */
export function enlargedSize({ width, height }: Size, scale: number, multiple: number): Size {
  const sides = sidesOf(multiple);
  const side = (before: number): number =>
    settledSide(Math.floor((before * scale) / multiple) * multiple, sides);
  return { width: side(width), height: side(height) };
}

/** A size times a factor, in whole pixels. */
export const timesAsLarge = ({ width, height }: Size, scale: number): Size => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
});

/** The sides that a model can draw, and the area in pixels at which it draws best. */
export interface Sizes extends Sides {
  readonly area: number;
}

/** The size at which to work on a picture: its own if that is about right, else one of the same shape. */
export function sizeLike({ width, height }: Size, sizes: Sizes): Size {
  const { min, max, area } = sizes;
  const settled = (side: number) => settledSide(side, sizes);
  const own = { width: settled(width), height: settled(height) };
  const about = (width * height) / area;
  if (own.width === width && own.height === height && about >= 0.5 && about <= 2) return own;
  // More pixels rather than a cropped picture, where the shorter side would be too short.
  const roomy = Math.max(Math.sqrt(1 / about), min / Math.min(width, height));
  const scale = Math.min(roomy, max / Math.max(width, height));
  return { width: settled(width * scale), height: settled(height * scale) };
}

/** The largest centred part of a picture that has the shape of `target`. */
export function cropTo({ width, height }: Size, target: Size): Rect {
  const scale = Math.min(width / target.width, height / target.height);
  const part = { width: target.width * scale, height: target.height * scale };
  return { ...part, x: (width - part.width) / 2, y: (height - part.height) / 2 };
}

/**
 * The sizes to scale through, ending with `target`: each at least half of the previous one, so that nothing is lost to
 * aliasing.
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

/**
 * The part of a picture to redraw when only the masked area is redrawn: the mask's bounds with padding, widened to the
 * shape of `target` as far as the picture allows. A1111's get_crop_region and expand_crop_region.
 */
export function contextBox(bounds: Rect, padding: number, target: Size, picture: Size): Rect {
  const box = grown(bounds, padding, picture);
  const shape = target.width / target.height;
  const [x, width] = widened(box.x, box.width, box.height * shape, picture.width);
  const [y, height] = widened(box.y, box.height, box.width / shape, picture.height);
  return { x, y, width, height };
}

/** A rectangle with padding, within the picture. */
export function grown({ x, y, width, height }: Rect, by: number, picture: Size): Rect {
  const left = Math.max(x - by, 0);
  const top = Math.max(y - by, 0);
  return {
    x: left,
    y: top,
    width: Math.min(x + width + by, picture.width) - left,
    height: Math.min(y + height + by, picture.height) - top,
  };
}

/** Lengthens a stretch of a line to `wanted` on both sides, moved to where the line has room. */
function widened(
  start: number,
  length: number,
  wanted: number,
  line: number,
): [start: number, length: number] {
  if (wanted <= length) return [start, length];
  const long = Math.min(Math.floor(wanted), line);
  return [Math.min(Math.max(start - ((long - length) >> 1), 0), line - long), long];
}
