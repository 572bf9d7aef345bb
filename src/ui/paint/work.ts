/** From a picture and a mask to what the engine is asked, and from what it draws back to the whole picture. */
import { blurred, reachOf } from '../../canvas/blur';
import { contextBox, grown, sizeLike, type Rect, type Sides, type Size } from '../../canvas/crop';
import { extended, frameMask, type Margins } from '../../canvas/frame';
import { boundsOf, flattened, greyOf, inverted, pasted, type Mask, type Pixels } from '../../canvas/pixels';
import { DrobeError } from '../../errors';
import type { Source } from '../../engine/api';
import type { Original } from '../files/picture';
import type { Mode, Settings } from '../settings/settings';
import type { pictures } from './source.svelte';

export interface Work {
  /** The size at which it is drawn. */
  readonly size: Size;
  readonly source: Source | null;
  /** Where only a part of a larger picture is drawn: that one's size, and the part. */
  readonly part: { readonly whole: Size; readonly box: Rect } | null;
  /** The finished picture: what was drawn, laid over the one it began with. */
  readonly finish: (drawn: Pixels) => Promise<Pixels>;
}

export interface Means {
  /** What is painted over the picture, and how far the frame goes beyond it. */
  readonly mask: Mask;
  readonly margins: Margins;
  readonly draw: (typeof pictures)['draw'];
  readonly whole: (typeof pictures)['whole'];
  readonly scale: (typeof pictures)['scale'];
  /** What the model can draw. */
  readonly sides: Sides;
}

export async function workFor(
  mode: Mode,
  original: Original | null,
  settings: Settings,
  means: Means,
): Promise<Work> {
  const size = { width: settings.width, height: settings.height };
  const finish = (drawn: Pixels): Promise<Pixels> => Promise.resolve(drawn);
  const all = { size, part: null, finish };
  if (!original || mode === 'text') return { ...all, source: null };
  const { strength, imageGuidance } = settings;
  switch (mode) {
    case 'image':
      return { ...all, source: { kind: mode, pixels: await means.draw(original, size), strength } };
    case 'instruct':
      return { ...all, source: { kind: mode, pixels: await means.draw(original, size), imageGuidance } };
    case 'inpaint':
      return inpaintWork(await means.whole(original), settings, means);
    case 'outpaint':
      return outpaintWork(await means.whole(original), settings, means);
  }
}

/** Fills in what is masked. The result has the picture's own size; where the blurred mask is 0, its own bytes. */
function inpaintWork(picture: Pixels, settings: Settings, means: Means): Promise<Work> {
  const { maskMode, maskBlur, strength, content } = settings;
  const mask = blurred(maskMode === 'masked' ? means.mask : inverted(means.mask), maskBlur);
  return patchWork(picture, mask, settings, means, { strength, content });
}

/** Goes on beyond the picture's edges. */
function outpaintWork(picture: Pixels, settings: Settings, means: Means): Promise<Work> {
  const { margins } = means;
  const mask = frameMask(picture, margins, settings.feather);
  // There is nothing in the frame yet that could be kept: it begins with the colours of the edges.
  const how = { strength: settings.outpaintStrength, content: 'fill' } as const;
  return patchWork(extended(picture, margins), mask, settings, means, how);
}

/** The part of a picture that is worked on, and the size at which it is drawn. */
export interface Plan {
  readonly box: Rect;
  readonly size: Size;
}

/** @param bounds around what is masked. */
export function planOf(bounds: Rect, picture: Size, settings: Settings, sides: Sides): Plan {
  const { area, padding, width, height } = settings;
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const box = area === 'whole' ? whole : contextBox(bounds, padding, { width, height }, picture);
  const stretch = width / height / (box.width / box.height);
  // Nothing is drawn out of shape: where the size that is set does not fit, one of about as many pixels does.
  const fits = Math.max(stretch, 1 / stretch) <= 1.1;
  return { box, size: fits ? { width, height } : sizeLike(box, { ...sides, area: width * height }) };
}

/** Around what is masked once its edge is blurred: all of the picture, where the rest is kept. */
export function inpaintBounds(painted: Rect | null, picture: Size, settings: Settings): Rect | null {
  if (settings.maskMode === 'rest') return { x: 0, y: 0, width: picture.width, height: picture.height };
  return painted && grown(painted, reachOf(settings.maskBlur), picture);
}

async function patchWork(
  picture: Pixels,
  mask: Mask,
  settings: Settings,
  { scale, sides }: Means,
  how: Pick<Settings, 'strength' | 'content'>,
): Promise<Work> {
  const bounds = boundsOf(mask);
  if (!bounds) throw new DrobeError('bad-request', { reason: 'nothing is masked' });
  const { box, size } = planOf(bounds, picture, settings, sides);
  const { rgba } = await scale(greyOf(mask), box, size);
  return {
    size,
    part: { whole: { width: picture.width, height: picture.height }, box },
    source: {
      kind: 'inpaint',
      // On white, which is what the model sees behind clear parts; they stay clear where nothing is masked.
      pixels: await scale(flattened(picture), box, size),
      mask: Uint8Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i]!),
      soft: settings.soft,
      ...how,
    },
    finish: async (drawn) => {
      const whole = { x: 0, y: 0, width: drawn.width, height: drawn.height };
      return pasted(picture, await scale(drawn, whole, box), box, mask);
    },
  };
}
