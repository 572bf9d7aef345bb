/** From a picture and a mask to what the engine is asked, and from what it draws back to the whole picture. */
import { blurred } from '../canvas/blur';
import { contextBox, type Rect, type Size } from '../canvas/crop';
import { extended, frameMask, type Margins } from '../canvas/frame';
import { boundsOf, inverted, pasted, type Mask, type Pixels } from '../canvas/pixels';
import { DrobeError } from '../errors';
import type { Source } from '../engine/api';
import type { Settings } from './settings';
import type { pictures } from './source.svelte';

export interface Work {
  readonly source: Source;
  /** The finished picture: what was drawn, laid over the one it began with. */
  finish(drawn: Pixels): Promise<Pixels>;
}

type Scale = (typeof pictures)['scale'];

/** Fills in what is masked. The result has the picture's own size; where the blurred mask is 0, its own bytes. */
export function inpaintWork(picture: Pixels, painted: Mask, settings: Settings, scale: Scale): Promise<Work> {
  const mask = blurred(maskFor(painted, settings), settings.maskBlur);
  return patchWork(picture, mask, settings, scale, settings.strength, settings.content);
}

/** Goes on beyond the picture's edges. */
export function outpaintWork(
  picture: Pixels,
  margins: Margins,
  settings: Settings,
  scale: Scale,
): Promise<Work> {
  const mask = frameMask(picture, margins, settings.feather);
  // There is nothing in the frame yet that could be kept: it begins with the colours of the edges.
  return patchWork(extended(picture, margins), mask, settings, scale, settings.outpaintStrength, 'fill');
}

export const maskFor = (painted: Mask, { maskMode }: Pick<Settings, 'maskMode'>): Mask =>
  maskMode === 'masked' ? painted : inverted(painted);

/** The part of the picture that is worked on, where the mask has these bounds. */
export function workBox(bounds: Rect, picture: Size, { area, padding, width, height }: Settings): Rect {
  if (area === 'whole') return { x: 0, y: 0, width: picture.width, height: picture.height };
  return contextBox(bounds, padding, { width, height }, picture);
}

async function patchWork(
  picture: Pixels,
  mask: Mask,
  settings: Settings,
  scale: Scale,
  strength: number,
  content: Settings['content'],
): Promise<Work> {
  const bounds = boundsOf(mask);
  if (!bounds) throw new DrobeError('bad-request', { reason: 'nothing is masked' });
  const box = workBox(bounds, picture, settings);
  const size = { width: settings.width, height: settings.height };
  const { rgba } = await scale(greyOf(mask), box, size);
  return {
    source: {
      kind: 'inpaint',
      pixels: await scale(picture, box, size),
      mask: Uint8Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i]!),
      strength,
      content,
      soft: settings.soft,
    },
    finish: async (drawn) => {
      const whole = { x: 0, y: 0, width: drawn.width, height: drawn.height };
      return pasted(picture, await scale(drawn, whole, box), box, mask);
    },
  };
}

/** A mask as a picture: white is repainted. */
export function greyOf({ width, height, alpha }: Mask): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  new Uint32Array(rgba.buffer).set(Uint32Array.from(alpha, (a) => 0xff000000 | (a * 0x010101)));
  return { width, height, rgba };
}
