/** Counts the tokens of prompts, for the counters beside them. */
import { languageOf } from '../text/conditions';
import { tokenCount } from '../text/count';
import { loraTags, sameName } from '../text/lora';
import type { Tokenizer } from '../text/windows';
import type { AddonFacts, ModelEntry, TokenCounts, TokenWish } from './api';
import { wordsIn } from './called';

/** @param entries the models at hand: a word with vectors takes as many tokens as it has vectors. */
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
    // Nothing is encoded, so any ids will do.
    .map(({ trigger, vectors }) => ({ trigger, ids: Array<number>(vectors).fill(0) }));
  const reading = { tokenize, words, language: languageOf(emphasis, like), emphasis, steps };
  return {
    prompt: tokenCount(tagged.prompt, 'prompt', reading),
    negative: tokenCount(negative, 'negative', reading),
  };
}
