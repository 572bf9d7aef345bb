/** A job's prompts as they are drawn: wildcards chosen, tags removed. */
import type { Job } from '../pipeline/job';
import { loraTags, type LoraTag } from '../text/lora';
import { draw } from '../text/wildcards';

/** Prompts of which nothing is left to chance. */
export interface Settled {
  /** The prompts with wildcards chosen by the seed, tags included: what a recipe should say. */
  readonly told: Pick<Job, 'prompt' | 'negative' | 'hires'>;
  /** The same without tags: what text encoders read. */
  readonly read: Pick<Job, 'prompt' | 'negative' | 'hires'>;
  readonly loras: readonly LoraTag[];
  /** Wildcard lists that are not at hand. */
  readonly missing: readonly string[];
  /** Tags that mean nothing here. */
  readonly ignored: readonly string[];
}

/** @param loras names of the LoRAs at hand. @param lists wildcard lists, by name. */
export function settlePrompts(
  { prompt, negative, hires, seed, batch }: Pick<Job, 'prompt' | 'negative' | 'hires' | 'seed' | 'batch'>,
  loras: readonly string[],
  lists: ReadonlyMap<string, readonly string[]>,
): Settled {
  const all = [prompt, negative, hires?.prompt ?? '', hires?.negative ?? ''];
  // Pictures of one batch share a seed; each chooses its own words.
  const drawn = draw(all, BigInt.asUintN(64, seed + BigInt(batch?.index ?? 0)), lists);
  // In a negative prompt A1111 treats tags as text.
  const tagged = loraTags(drawn.prompts[0] ?? '', loras);
  const again = loraTags(drawn.prompts[2] ?? '', loras);
  const withPrompts = ([first, second, third, fourth]: readonly string[]): Settled['told'] => ({
    prompt: first ?? '',
    negative: second ?? '',
    ...(hires && {
      hires: { ...hires, ...(third && { prompt: third }), ...(fourth && { negative: fourth }) },
    }),
  });
  return {
    told: withPrompts(drawn.prompts),
    read: withPrompts(drawn.prompts.with(0, tagged.prompt).with(2, again.prompt)),
    loras: tagged.loras,
    missing: drawn.missing,
    ignored: tagged.others.map(({ kind, items }) => `<${[kind, ...items].join(':')}>`),
  };
}

/** All texts that text encoders will read. */
export const textsOf = ({ prompt, negative, hires }: Settled['read']): string[] =>
  [prompt, negative, hires?.prompt, hires?.negative].filter((text) => text !== undefined);
