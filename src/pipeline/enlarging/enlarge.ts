/** Enlarges pictures: tile by tile with an upscaler, and from there to the wanted size as A1111 does. */
import type { Size } from '../../canvas/crop';
import { isClear, type Pixels } from '../../canvas/pixels';
import { resample, type Extent } from '../../canvas/resample';
import { DrobeError } from '../../errors';
import type { Progress } from '../job';
import type { Report } from '../memory/slot';
import { mosaic, type Overlap } from './tiles';
import { smallerSide, type OpenUpscaler } from './upscaler';

/** In pixels of what goes in. */
const OVERLAP: Overlap = { width: 32, blind: 8 };

/** How often A1111 applies an upscaler to its own output, if that is not large enough. */
const MOST_PASSES = 3;

/** The most pixels of a result: all its numbers have to fit in memory. */
export const MOST_PIXELS = 2 ** 26;

/** A picture of numbers in 0…1, [3, h, w]. */
export interface Plane extends Extent {
  readonly data: Float32Array;
}

/**
 * Enlarges a picture to this size, transparency included. Pull no more to stop it between tiles. Progress from inside a
 * tile goes to `report`.
 * @param most side of tiles; absent: as large as fits.
 * @throws DrobeError 'result-too-large', and those of a slot.
 */
export async function* enlargedPicture(
  pixels: Pixels,
  size: Size,
  upscaler: OpenUpscaler,
  report: Report,
  most?: number,
): AsyncGenerator<Progress, Pixels, void> {
  const { width, height } = size;
  const to = { h: height, w: width };
  const { data } = yield* enlargedTo(to, planeOf(pixels), upscaler, report, most);
  const alpha = isClear(pixels) ? alphaOf(pixels, to) : null;
  const rgba = new Uint8ClampedArray(4 * width * height);
  const area = width * height;
  for (let i = 0; i < area; i++) {
    // The array clamps, and rounds halves to even as numpy does.
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[c * area + i]! * 255;
    rgba[4 * i + 3] = alpha ? alpha[i]! * 255 : 255;
  }
  return { width, height, rgba };
}

/** Enlarges the numbers of a picture: with the upscaler as often as needed, then to the exact size by Lanczos. */
export async function* enlargedTo(
  to: Extent,
  picture: Plane,
  upscaler: OpenUpscaler,
  report: Report,
  most?: number,
): AsyncGenerator<Progress, Plane, void> {
  let plane = picture;
  for (let pass = 0; pass < MOST_PASSES && (pass === 0 || plane.h < to.h || plane.w < to.w); pass++) {
    plane = yield* enlargedOnce(plane, upscaler, report, most);
    if (upscaler.facts.scale === 1) break;
  }
  if (plane.h === to.h && plane.w === to.w) return plane;
  return { ...to, data: resample(plane.data, plane, to, 'lanczos') };
}

async function* enlargedOnce(
  picture: Plane,
  upscaler: OpenUpscaler,
  report: Report,
  most?: number,
): AsyncGenerator<Progress, Plane, void> {
  const { scale, fold } = upscaler.facts;
  const [h, w] = [picture.h * scale, picture.w * scale];
  if (h * w > MOST_PIXELS) throw new DrobeError('result-too-large', { width: w, height: h });
  const size = { h: Math.ceil(picture.h / fold), w: Math.ceil(picture.w / fold) };
  const side = upscaler.tileSide(most);
  const tile = { h: Math.min(side / fold, size.h), w: Math.min(side / fold, size.w) };
  const overlap = { width: OVERLAP.width / fold, blind: OVERLAP.blind / fold };
  const whole = padded(picture, { h: size.h * fold, w: size.w * fold });
  const tiling = { size, tile, before: fold, after: fold * scale, overlap };
  const { tiles, result } = mosaic(whole.data, tiling);
  for (const [done, { part, put }] of tiles.entries()) {
    yield { kind: 'enlarging', done, tiles: tiles.length };
    put(await upscaler.run(part(), { h: tile.h * fold, w: tile.w * fold }, report));
  }
  yield { kind: 'enlarging', done: tiles.length, tiles: tiles.length };
  const data = result().map((v) => Math.min(1, Math.max(0, v)));
  return cropped({ h: whole.h * scale, w: whole.w * scale, data }, { h, w });
}

/** The side of tiles to try next where memory ran out; null where there are no smaller ones. */
export function lessThan(upscaler: OpenUpscaler, most?: number): number | null {
  return smallerSide(upscaler.tileSide(most));
}

/** RGBA → [3, h, w] in 0…1. Alpha is ignored. */
function planeOf({ width, height, rgba }: Pixels): Plane {
  const area = width * height;
  const data = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) data[c * area + i] = rgba[4 * i + c]! / 255;
  return { h: height, w: width, data };
}

/** Enlarges alpha by itself, bicubically: nets were trained on pictures, not on outlines. */
function alphaOf({ width, height, rgba }: Pixels, to: Extent): Float32Array {
  const alpha = Float32Array.from({ length: width * height }, (_, i) => rgba[4 * i + 3]! / 255);
  return resample(alpha, { h: height, w: width }, to, 'bicubic antialiased');
}

/** Pads at the right and the bottom with the mirrored picture, as Real-ESRGAN does; a single row or column is repeated. */
function padded(plane: Plane, to: Extent): Plane {
  if (plane.h === to.h && plane.w === to.w) return plane;
  const mirrored = (i: number, length: number): number =>
    i < length ? i : Math.max(0, 2 * (length - 1) - i);
  return placed(
    plane,
    to,
    (y) => mirrored(y, plane.h),
    (x) => mirrored(x, plane.w),
  );
}

function cropped(plane: Plane, to: Extent): Plane {
  if (plane.h === to.h && plane.w === to.w) return plane;
  return placed(
    plane,
    to,
    (y) => y,
    (x) => x,
  );
}

/** A plane of another size, each of its pixels copied from one of this plane. */
function placed(
  { h, w, data }: Plane,
  to: Extent,
  row: (y: number) => number,
  column: (x: number) => number,
): Plane {
  const channels = data.length / (h * w);
  const out = new Float32Array(channels * to.h * to.w);
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < to.h; y++)
      for (let x = 0; x < to.w; x++) out[at++] = data[(c * h + row(y)) * w + column(x)]!;
  return { ...to, data: out };
}
