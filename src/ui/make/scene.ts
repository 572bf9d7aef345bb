/** What hints are made for: as much of the picture that will be drawn as they depend on. */
import { enlargedSize, settledSide, sidesOf, type Size } from '../../canvas/crop';
import { extended } from '../../canvas/frame';
import { flattened } from '../../canvas/pixels';
import type { Scene } from '../control/orders';
import type { Original } from '../files/picture';
import type { pictures } from '../paint/source.svelte';
import type { Work } from '../paint/work';
import type { Workplace } from '../paint/workplace.svelte';
import type { Settings } from '../settings/settings';

/** The scene of a run. @param multiple width and height must be multiples of this. */
export function sceneOf({ size, source, part }: Work, settings: Settings, multiple: number): Scene {
  const { hires, hiresScale } = settings;
  return {
    size,
    large: hires && !source ? enlargedSize(size, hiresScale, multiple) : null,
    source: source?.pixels ?? null,
    mask: source?.kind === 'inpaint' ? source.mask : null,
    part,
  };
}

/** A scene before a run, for a hint to look at, without the mask. The source picture is only read when this is called. */
export type SceneToSee = () => Promise<Scene>;

/** The scene as things stand. All reactive state is read before this returns, so that a change of it is noticed. */
export function sceneToSee(
  place: Workplace,
  settings: Settings,
  multiple: number,
  { scale }: Pick<typeof pictures, 'scale'>,
): SceneToSee {
  const { mode, inPart, plan, source } = place;
  const { margins } = place.frame;
  const sides = sidesOf(multiple);
  const settled = { width: settledSide(settings.width, sides), height: settledSide(settings.height, sides) };
  const original = drawnOver(place);
  const rest = { large: null, mask: null };
  if (!original) return async () => ({ ...rest, size: settled, source: null, part: null });
  if (!inPart || !plan) {
    return async () => ({
      ...rest,
      size: settled,
      source: await source.drawn(original, settled),
      part: null,
    });
  }
  const { box, size } = plan;
  return async () => {
    const picture = await source.whole(original);
    const whole = mode === 'outpaint' ? extended(picture, margins) : picture;
    return {
      ...rest,
      size,
      source: await scale(flattened(whole), box, size),
      part: { whole: sizeOf(whole), box },
    };
  };
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** The picture that will be drawn over; null in text mode. */
export const drawnOver = ({ mode, source }: Workplace): Original | null =>
  mode === 'text' ? null : source.current;
