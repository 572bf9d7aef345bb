/** Pictures that guide, where a picture is drawn anew part by part. */
import { resized } from '../../canvas/hints/resize';
import type { Control, Pixels } from '../job';
import type { Part } from './parts';
import { cut } from './sheet';

/**
 * Of each hint what belongs to a part.
 * @param source what is drawn anew: a hint that is the very same is shown as it is before, `whole`.
 */
export function hintsOf(
  controls: readonly Control[],
  source: Pixels,
  whole: Pixels,
): (part: Part) => readonly Control[] {
  const all = controls.map(({ large: _, ...control }) => ({
    ...control,
    hint: control.hint === source ? whole : resized(control.hint, whole, 'stretch'),
  }));
  return (part) =>
    all.map((control) => ({
      ...control,
      hint: cut(whole, part, (pixel, c) => control.hint.rgba[4 * pixel + c]!),
    }));
}
