/**
 * Tiled redraw in recipes: a finished picture was enlarged and redrawn tile by tile. Names are those that A1111's extension
 * "Ultimate SD upscale" writes, and for what it leaves out, those of its ComfyUI node's inputs.
 */
import { choice, numbers, texts, type Field } from './fields';
import type { RecipeRedraw } from '../recipe';

export type RedrawDraft = { -readonly [K in keyof RecipeRedraw]?: RecipeRedraw[K] };

/** In the order in which the extension writes them, then those of the node. */
export const redrawFields: readonly Field<RedrawDraft>[] = [
  texts('upscaler', 'Ultimate SD upscale upscaler'),
  numbers('width', ['Ultimate SD upscale tile_width']),
  numbers('height', ['Ultimate SD upscale tile_height']),
  numbers('blur', ['Ultimate SD upscale mask_blur']),
  numbers('padding', ['Ultimate SD upscale padding']),
  numbers('scale', ['Ultimate SD upscale upscale_by']),
  numbers('strength', ['Ultimate SD upscale denoise']),
  choice(
    'order',
    ['Ultimate SD upscale mode_type'],
    [
      ['linear', 'Linear'],
      ['chess', 'Chess'],
    ],
  ),
];

/**
 * The redraw that a text records; null where there is none.
 * @param strength the picture's own in the text, which is the redraw's as well where the extension wrote it.
 */
export function redrawIn(draft: RedrawDraft, strength: number | undefined): RecipeRedraw | null {
  const { upscaler } = draft;
  if (upscaler === undefined) return null;
  const own = draft.scale === undefined && draft.strength === undefined ? strength : draft.strength;
  return { ...draft, upscaler, ...(own !== undefined && { strength: own }) };
}

/** What a text has to say of a redraw beside the picture's own strength. */
export function toldOf(redraw: RecipeRedraw, strength: number | undefined): RedrawDraft {
  const { strength: own, ...rest } = redraw;
  return redraw.scale === undefined && own === strength ? rest : redraw;
}
