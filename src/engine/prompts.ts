/** A job's prompts as they are drawn: with nothing left to chance, and without tags. */
import type { Job } from '../pipeline/job';
import { loraTags, type LoraTag } from '../text/lora';
import { draw } from '../text/wildcards';

export interface Settled {
  /** The prompts with what was drawn by the seed in the place of choices, tags and all: what a recipe should say. */
  readonly told: Pick<Job, 'prompt' | 'negative' | 'hires'>;
  /** The same without tags: what text encoders read. */
  readonly read: Pick<Job, 'prompt' | 'negative' | 'hires'>;
  readonly loras: readonly LoraTag[];
  /** Lists that are not at hand, and tags that mean nothing here. */
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * @param loras names of LoRAs that are at hand.
 * @param lists to draw from, by name.
 */
export function settlePrompts(
  { prompt, negative, hires, seed, batch }: Pick<Job, 'prompt' | 'negative' | 'hires' | 'seed' | 'batch'>,
  loras: readonly string[],
  lists: ReadonlyMap<string, readonly string[]>,
): Settled {
  const all = [prompt, negative, hires?.prompt ?? '', hires?.negative ?? ''];
  // Pictures of one batch have one seed: each draws its own.
  const drawn = draw(all, BigInt.asUintN(64, seed + BigInt(batch?.index ?? 0)), lists);
  // A1111 knows no tags in a negative prompt: there they are text.
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

/** All that text encoders are to read. */
export const textsOf = ({ prompt, negative, hires }: Settled['read']): string[] =>
  [prompt, negative, hires?.prompt, hires?.negative].filter((text) => text !== undefined);
