/** What the mask of a reference image is painted on: the picture that will be drawn, as far as it is known. */
import type { Size } from '../../../canvas/crop';
import { extended } from '../../../canvas/frame';
import { flattened, greyOf, type Mask, type Pixels } from '../../../canvas/pixels';
import { resample } from '../../../canvas/resample';
import { png } from '../../files/png';
import type { Original } from '../../files/picture';
import { drawnOver } from '../scene';
import type { Studio } from '../studio.svelte';

/** The longest side of a mask, in pixels: more would be lost, as a UNet sees an eighth of the picture's resolution. */
const LONGEST = 1024;
/** The shade to paint on where nothing is known. */
const GREY = 200;

/**
 * The source picture, with its frame; or the result in view, where that has the shape of what will be drawn; or else plain
 * grey. In the size of the mask.
 */
export async function maskGround(studio: Pick<Studio, 'place' | 'view' | 'hintScene'>): Promise<Original> {
  const { place, view } = studio;
  const original = drawnOver(place);
  if (original && place.inPart) {
    const picture = await place.source.whole(original);
    return ground(place.mode === 'outpaint' ? extended(picture, place.frame.margins) : picture);
  }
  const { source, size } = await studio.hintScene();
  if (source) return ground(source);
  const shown = view.shown?.itself;
  if (shown && shown.width * size.height === shown.height * size.width) return { ...shown, ...fitted(size) };
  const { width, height } = fitted(size);
  return ground(greyOf({ width, height, alpha: new Uint8Array(width * height).fill(GREY) }));
}

async function ground(pixels: Pixels): Promise<Original> {
  return { name: '', ...fitted(pixels), blob: await png(flattened(pixels)), pixels: null };
}

function fitted({ width, height }: Size): Size {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A mask scaled to another size. */
export function maskAt({ width, height, alpha }: Mask, size: Size): Mask {
  if (width === size.width && height === size.height) return { width, height, alpha };
  const to = { h: size.height, w: size.width };
  const parts = resample(Float32Array.from(alpha), { h: height, w: width }, to, 'bilinear antialiased');
  return { width: size.width, height: size.height, alpha: Uint8Array.from(parts, Math.round) };
}
