/** Turns a picture and a mask into what the engine draws, and that back into the whole picture. */
import { blurred, reachOf } from '../../canvas/blur';
import { contextBox, grown, sizeLike, type Rect, type Sides, type Size } from '../../canvas/crop';
import { extended, frameMask, type Margins } from '../../canvas/frame';
import { boundsOf, flattened, greyOf, inverted, pasted, type Mask, type Pixels } from '../../canvas/pixels';
import { DrobeError } from '../../errors';
import type { Source } from '../../engine/api';
import type { Original } from '../files/picture';
import type { Mode, Settings } from '../settings/settings';
import type { pictures } from './source.svelte';

/** What the engine draws, and what becomes of it. */
export interface Work {
  /** The size at which it is drawn. */
  readonly size: Size;
  readonly source: Source | null;
  /** If only a part of a larger picture is drawn: the size of the whole, and the part; else null. */
  readonly part: { readonly whole: Size; readonly box: Rect } | null;
  /** Makes the finished picture, with what was drawn laid over the source. */
  readonly finish: (drawn: Pixels) => Promise<Pixels>;
}

export interface Means {
  /** The mask, and how far the frame reaches beyond the picture. */
  readonly mask: Mask;
  readonly margins: Margins;
  readonly draw: (typeof pictures)['draw'];
  readonly whole: (typeof pictures)['whole'];
  readonly scale: (typeof pictures)['scale'];
  /** The sides that the model can draw. */
  readonly sides: Sides;
}

/** What the engine draws for this mode, and how the whole picture is made of that. */
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

/** Redraws what is masked. The result has the picture's own size, and its own bytes where the blurred mask is 0. */
function inpaintWork(picture: Pixels, settings: Settings, means: Means): Promise<Work> {
  const { maskMode, maskBlur, strength, content } = settings;
  const mask = blurred(maskMode === 'masked' ? means.mask : inverted(means.mask), maskBlur);
  return patchWork(picture, mask, settings, means, { strength, content });
}

/** Goes on beyond the picture's edges. */
function outpaintWork(picture: Pixels, settings: Settings, means: Means): Promise<Work> {
  const { margins } = means;
  const mask = frameMask(picture, margins, settings.feather);
  // The frame is empty, so it begins with the colours of the edges.
  const how = { strength: settings.outpaintStrength, content: 'fill' } as const;
  return patchWork(extended(picture, margins), mask, settings, means, how);
}

/** The part of a picture that is redrawn, and the size at which it is drawn. */
export interface Plan {
  readonly box: Rect;
  readonly size: Size;
}

/** @param bounds of the mask. */
export function planOf(bounds: Rect, picture: Size, settings: Settings, sides: Sides): Plan {
  const { area, padding, width, height } = settings;
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const box = area === 'whole' ? whole : contextBox(bounds, padding, { width, height }, picture);
  const stretch = width / height / (box.width / box.height);
  // Nothing is distorted: if the chosen size has another shape, one with about as many pixels is used.
  const fits = Math.max(stretch, 1 / stretch) <= 1.1;
  return { box, size: fits ? { width, height } : sizeLike(box, { ...sides, area: width * height }) };
}

/** Bounds of the mask after blurring; the whole picture, where the mask says what to keep. */
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
      // On white, as the model sees transparent parts; they stay transparent where nothing is masked.
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
