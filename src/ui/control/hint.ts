/** From a picture to the hint that a net is shown. It may take a second, and so a worker does it. */
import type { Rect, Size } from '../../canvas/crop';
import { hintMakers, isNetHint, preprocessors, type PreprocessorName } from '../../canvas/hints';
import { atResolution, pixelPerfect, resized, type ResizeMode } from '../../canvas/hints/resize';
import { flattened, isClear, type Pixels } from '../../canvas/pixels';
import { DrobeError } from '../../errors';

export interface HintOrder {
  readonly picture: Pixels;
  /** How much each pixel of what is drawn may change, 0 to 255, where only some do. */
  readonly mask: Uint8Array | null;
  readonly preprocessor: PreprocessorName;
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

/** By a preprocessor that needs no net. */
export function hintOf(order: HintOrder): Pixels {
  const { preprocessor, a, b, size } = order;
  if (isNetHint(preprocessor)) throw new DrobeError('bug', { reason: `a net makes ${preprocessor}` });
  const maker = hintMakers[preprocessor];
  if (!maker.masked) return fittedHint(maker.make(shownTo(order), { a, b }), order);
  const [picture, resize] = laid(order);
  const shown = resized(flattened(picture), size, resize);
  return maker.make(shown, { a, b }, order.mask ?? clearIn(picture, size, resize));
}

/** What a preprocessor is shown, where it needs no mask. */
export function shownTo(order: HintOrder): Pixels {
  const { preprocessor, resolution, size } = order;
  const [picture, resize] = laid(order);
  const solid = flattened(picture);
  if (!preprocessors[preprocessor].scaled) return solid;
  return atResolution(solid, resolution ?? pixelPerfect(solid, size, resize));
}

/** What a preprocessor made of that, at the size of what is drawn. */
export const fittedHint = (made: Pixels, { size, part, resize }: HintOrder): Pixels =>
  resized(made, size, part ? 'stretch' : resize);

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
