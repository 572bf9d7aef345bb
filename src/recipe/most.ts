/** Upper limits for recipes, whichever tool wrote them: one that goes beyond them was made to use up memory. */
import type { Draft, Recipe } from './recipe';

/** Larger than any tool draws; `side` in pixels. */
const MOST = { t5Tokens: 512, side: 16384, batch: 4096 };

/** The recipe without values beyond these limits, or a place outside its batch: they are reported as unknown. */
export function withinMost<R extends Recipe | null>(recipe: R): R {
  if (!recipe) return recipe;
  const settings: Draft = { ...recipe.settings };
  const { batch, t5Tokens, resizeFrom } = settings;
  const unknown: (readonly [string, string])[] = [];
  if (batch && (batch.count > MOST.batch || batch.index >= batch.count)) {
    unknown.push(['Batch picture', `${batch.index + 1} of ${batch.count}`]);
    delete settings.batch;
  }
  if (t5Tokens !== undefined && t5Tokens > MOST.t5Tokens) {
    unknown.push(['T5 tokens', String(t5Tokens)]);
    delete settings.t5Tokens;
  }
  if (resizeFrom && Math.max(resizeFrom.width, resizeFrom.height) > MOST.side) {
    unknown.push(['Seed resize from', `${resizeFrom.width}x${resizeFrom.height}`]);
    delete settings.resizeFrom;
  }
  return unknown.length === 0 ? recipe : { ...recipe, settings, unknown: [...recipe.unknown, ...unknown] };
}
