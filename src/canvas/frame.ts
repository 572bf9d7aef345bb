/** A frame beyond a picture's edges, for outpainting. */
import type { Rect, Size } from './crop';
import type { Mask, Pixels } from './pixels';

export type Side = 'left' | 'right' | 'top' | 'bottom';

/** Pixels added on each side. */
export type Margins = Readonly<Record<Side, number>>;

/** The size of a frame: the picture with its margins, in pixels. */
export function framed({ width, height }: Size, { left, right, top, bottom }: Margins): Size {
  return { width: left + width + right, height: top + height + bottom };
}

/** Where the picture lies in its frame. */
export function placeIn({ width, height }: Size, { left, top }: Margins): Rect {
  return { x: left, y: top, width, height };
}

/** The margins of a frame around a picture that lies at this rectangle in it. */
export function marginsOf({ x, y, width, height }: Rect, frame: Size): Margins {
  return { left: x, right: frame.width - x - width, top: y, bottom: frame.height - y - height };
}

/** The picture in its frame, which is grey where it is empty. */
export function extended(picture: Pixels, margins: Margins): Pixels {
  const { width, height } = framed(picture, margins);
  const rgba = new Uint8ClampedArray(4 * width * height).fill(127);
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
  for (let y = 0; y < picture.height; y++) {
    const row = picture.rgba.subarray(4 * y * picture.width, 4 * (y + 1) * picture.width);
    rgba.set(row, 4 * ((margins.top + y) * width + margins.left));
  }
  return { width, height, rgba };
}

/** Bounds of the new area of a frame, with the masked edge of the picture beside it. */
export function frameBounds(picture: Size, margins: Margins, feather: number): Rect {
  const { width, height } = framed(picture, margins);
  const { left, right, top, bottom } = margins;
  const reach = Math.ceil(feather);
  // With one margin it is a strip; with more, it surrounds the picture.
  if (left && !right && !top && !bottom) return { x: 0, y: 0, width: Math.min(left + reach, width), height };
  if (top && !left && !right && !bottom) return { x: 0, y: 0, width, height: Math.min(top + reach, height) };
  if (right && !left && !top && !bottom) {
    const x = Math.max(width - right - reach, 0);
    return { x, y: 0, width: width - x, height };
  }
  if (bottom && !left && !right && !top) {
    const y = Math.max(height - bottom - reach, 0);
    return { x: 0, y, width, height: height - y };
  }
  return { x: 0, y: 0, width, height };
}

/** Masks the new area of a frame, and fades into the picture over `feather` pixels. */
export function frameMask(picture: Size, margins: Margins, feather: number): Mask {
  const { width, height } = framed(picture, margins);
  // The mask along each axis by itself.
  const along = (length: number, before: number, after: number): Float32Array => {
    const inside = (from: number): number => Math.max(1 - (from + 0.5) / Math.max(feather, 1e-9), 0);
    return Float32Array.from({ length: before + length + after }, (_, i) => {
      const [start, end] = [i - before, before + length - 1 - i];
      if (start < 0 || end < 0) return 1;
      return Math.max(before > 0 ? inside(start) : 0, after > 0 ? inside(end) : 0);
    });
  };
  const across = along(picture.width, margins.left, margins.right);
  const down = along(picture.height, margins.top, margins.bottom);
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) alpha[y * width + x] = 255 * Math.max(across[x]!, down[y]!);
  }
  return { width, height, alpha };
}
