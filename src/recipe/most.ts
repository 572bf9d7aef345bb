/** What recipes may ask for at most, whichever tool wrote them: what asks for more was made to ask for too much memory. */
import type { Draft, Recipe } from './recipe';

/** More than any tool draws. */
const MOST = { t5Tokens: 512, side: 16384, batch: 4096 };

/** The recipe without what is too much, or lies outside of its batch: that is told as what is not understood. */
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
