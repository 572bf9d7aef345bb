/** How many tokens prompts take, for the counters beside them. */
import { languageOf } from '../text/conditions';
import { tokenCount } from '../text/count';
import { loraTags, sameName } from '../text/lora';
import type { Tokenizer } from '../text/windows';
import type { AddonFacts, ModelEntry, TokenCounts, TokenWish } from './api';
import { wordsIn } from './called';

/** @param entries what is at hand: a word that has vectors of its own takes as many tokens. */
export function countTokens(
  { prompt, negative, emphasis, like, steps }: TokenWish,
  tokenize: Tokenizer,
  entries: readonly ModelEntry[],
): TokenCounts {
  const addons = entries.flatMap((entry) => ('addon' in entry ? entry.addon : []));
  const loras = addons.filter(({ kind }) => kind === 'lora').map(({ name }) => name);
  const tagged = loraTags(prompt, loras);
  const isOn = ({ kind, name }: AddonFacts): boolean =>
    kind !== 'lora' || tagged.loras.some((tag) => sameName(tag.name, name));
  const words = addons
    .filter(isOn)
    .flatMap(wordsIn)
    // Any ids will do: nothing is encoded.
    .map(({ trigger, vectors }) => ({ trigger, ids: Array<number>(vectors).fill(0) }));
  const reading = { tokenize, words, language: languageOf(emphasis, like), emphasis, steps };
  return {
    prompt: tokenCount(tagged.prompt, 'prompt', reading),
    negative: tokenCount(negative, 'negative', reading),
  };
}
