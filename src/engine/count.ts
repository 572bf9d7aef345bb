/** How many tokens prompts take, for the counters beside them. */
import { languageOf } from '../text/conditions';
import { tokenCount } from '../text/count';
import { loraTags } from '../text/lora';
import type { Tokenizer } from '../text/windows';
import type { AddonFacts, ModelEntry, TokenCounts, TokenWish } from './api';

/** @param entries what is at hand: a word that has vectors of its own takes as many tokens. */
export function countTokens(
  { prompt, negative, emphasis, like, steps }: TokenWish,
  tokenize: Tokenizer,
  entries: readonly ModelEntry[],
): TokenCounts {
  const addons = entries.flatMap((entry) => ('addon' in entry ? entry.addon : []));
  const words = addons.filter(isWord).flatMap(({ triggers, vectors }) =>
    // Any ids will do: nothing is encoded.
    triggers.map((trigger) => ({ trigger, ids: Array<number>(vectors).fill(0) })),
  );
  const loras = addons.filter(({ kind }) => kind === 'lora').map(({ name }) => name);
  const reading = { tokenize, words, language: languageOf(emphasis, like), emphasis, steps };
  return {
    prompt: tokenCount(loraTags(prompt, loras).prompt, 'prompt', reading),
    negative: tokenCount(negative, 'negative', reading),
  };
}

const isWord = (addon: AddonFacts): addon is Extract<AddonFacts, { kind: 'embedding' }> =>
  addon.kind === 'embedding';
