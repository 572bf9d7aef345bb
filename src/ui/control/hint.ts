/** From a picture to the hint that a net is shown. It may take a second, and so a worker does it. */
import type { Rect, Size } from '../../canvas/crop';
import { hintMakers, type HintName } from '../../canvas/hints';
import { atResolution, pixelPerfect, resized, type ResizeMode } from '../../canvas/hints/resize';
import { flattened, isClear, type Pixels } from '../../canvas/pixels';

export interface HintOrder {
  readonly picture: Pixels;
  /** How much each pixel of what is drawn may change, 0 to 255, where only some do. */
  readonly mask: Uint8Array | null;
  readonly preprocessor: HintName;
  readonly a: number;
  readonly b: number;
  /** The shorter side of what the preprocessor is shown; null: as large as what is drawn. */
  readonly resolution: number | null;
  readonly resize: ResizeMode;
  /** Of the hint: what is drawn. */
  readonly size: Size;
  /** Where only a part of a larger picture is drawn: that one's size, which `picture` is brought to, and the part. */
  readonly part: { readonly whole: Size; readonly box: Rect } | null;
}

export function hintOf(order: HintOrder): Pixels {
  const { preprocessor, resolution, a, b, size } = order;
  const maker = hintMakers[preprocessor];
  const [picture, resize] = laid(order);
  const solid = flattened(picture);
  if (maker.masked)
    return maker.make(resized(solid, size, resize), { a, b }, order.mask ?? clearIn(picture, size, resize));
  const shown = maker.scaled ? atResolution(solid, resolution ?? pixelPerfect(solid, size, resize)) : solid;
  return resized(maker.make(shown, { a, b }), size, resize);
}

/** The picture, or the part of it that lies where something is drawn, which then has that shape. */
function laid({ picture, part, resize }: HintOrder): readonly [Pixels, ResizeMode] {
  return part ? [cut(resized(picture, part.whole, resize), part.box), 'stretch'] : [picture, resize];
}

function cut({ width, rgba }: Pixels, box: Rect): Pixels {
  const part = new Uint8ClampedArray(4 * box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const from = 4 * ((box.y + y) * width + box.x);
    part.set(rgba.subarray(from, from + 4 * box.width), 4 * box.width * y);
  }
  return { width: box.width, height: box.height, rgba: part };
}

/** What is clear in a picture is to be drawn: as a mask of this size. */
function clearIn(picture: Pixels, size: Size, resize: ResizeMode): Uint8Array {
  if (!isClear(picture)) return new Uint8Array(size.width * size.height);
  const rgba = picture.rgba.slice();
  for (let i = 0; i < rgba.length; i += 4) {
    rgba.fill(255 - rgba[i + 3]!, i, i + 3); // four bytes a pixel
    rgba[i + 3] = 255;
  }
  const clear = resized({ ...picture, rgba }, size, resize).rgba;
  return Uint8Array.from({ length: size.width * size.height }, (_, i) => clear[4 * i]!);
}
