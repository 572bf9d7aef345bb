/** A picture that is drawn anew part by part: what is there of it, at any time. */
import type { Size } from '../../canvas/crop';
import { flattened, isClear, type Pixels } from '../../canvas/pixels';
import { boxOf, type Part } from './parts';

/** Previews of the whole have at most so many pixels on a side. */
const PREVIEW_SIDE = 768;

/** Where no part has been drawn yet, it is as it was. */
export class Sheet {
  /** As the picture was, on white where something shows through. */
  readonly #before: Pixels;
  /** What shows through is not drawn anew: it stays as it was. */
  readonly #clear: Pixels | null;
  /** Colours as they are now, three numbers a pixel, 0 to 255. */
  readonly #now: Float32Array;

  constructor(pixels: Pixels) {
    this.#before = flattened(pixels);
    this.#clear = isClear(pixels) ? pixels : null;
    const { rgba } = this.#before;
    this.#now = Float32Array.from({ length: 3 * (rgba.length / 4) }, (_, i) => rgba[byteOf(i)]!);
  }

  /** A part as it is now, opaque; what of it lies beyond the picture is like the picture's edge. */
  part(part: Part): Pixels {
    const now = this.#now;
    return cut(this.#before, part, (pixel, c) => now[3 * pixel + c]!);
  }

  /** Takes a part that was drawn. */
  put(part: Part, { rgba }: Pixels): void {
    const { row, column } = part;
    const { width, height, rgba: before } = this.#before;
    const [right, bottom] = [Math.min(column.shares.length, width), Math.min(row.shares.length, height)];
    for (let y = 0; y < bottom; y++) {
      for (let x = 0; x < right; x++) {
        const share = row.shares[y]! * column.shares[x]!;
        const pixel = (row.start + y) * width + column.start + x;
        const drawn = y * column.shares.length + x;
        for (let c = 0; c < 3; c++)
          this.#now[3 * pixel + c]! += share * (rgba[4 * drawn + c]! - before[4 * pixel + c]!);
      }
    }
  }

  /** The whole with what is being drawn of a part in its place, in no more pixels than are looked at. */
  preview(part: Part, drawing: Pixels): Pixels {
    const { width, height } = this.#before;
    const box = boxOf(part);
    const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
    const size = { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
    return painted(size, (column, row, c) => {
      const [x, y] = [Math.floor(column / scale), Math.floor(row / scale)];
      const [across, down] = [(x - box.x) / box.width, (y - box.y) / box.height];
      if (across < 0 || across >= 1 || down < 0 || down >= 1) return this.#now[3 * (y * width + x) + c]!;
      const at = Math.floor(down * drawing.height) * drawing.width + Math.floor(across * drawing.width);
      return drawing.rgba[4 * at + c]!;
    });
  }

  /** The picture as it is now, with what shows through as it was. */
  get whole(): Pixels {
    const { width, height } = this.#before;
    const now = this.#now;
    const drawn = painted(this.#before, (x, y, c) => now[3 * (y * width + x) + c]!);
    const clear = this.#clear?.rgba;
    for (let i = 0; clear && i < 4 * width * height; i += 4)
      if (clear[i + 3] !== 255) drawn.rgba.set(clear.subarray(i, i + 4), i);
    return drawn;
  }
}

/** Of a colour in three numbers a pixel, its place in four. */
const byteOf = (i: number): number => i + Math.floor(i / 3);

/** A part of a picture; what of it lies beyond is like the edge. @param of a pixel's number, and of a colour's. */
export function cut({ width, height }: Size, part: Part, of: (pixel: number, c: number) => number): Pixels {
  const box = boxOf(part);
  return painted(box, (x, y, c) =>
    of(Math.min(box.y + y, height - 1) * width + Math.min(box.x + x, width - 1), c),
  );
}

/** An opaque picture. The array clamps, and rounds halves to even as numpy does. */
function painted({ width, height }: Size, colour: (x: number, y: number, c: number) => number): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) rgba[at + c] = colour(x, y, c);
      rgba[at + 3] = 255;
    }
  }
  return { width, height, rgba };
}
