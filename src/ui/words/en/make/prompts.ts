/** What is said of prompts that were drawn. */
import type { Place } from '../../../settings/prompt/prompt-history.svelte';
import { format, plural } from '../format';

const { count } = format;

export const prompts = {
  /** Which of them the fields show: told to a screen reader. */
  place: ({ at, of }: Place): string =>
    at === 0 ? 'What you were writing' : `Earlier prompt ${count(at)} of ${count(of)}`,

  cleared: (prompts: number): string =>
    plural(prompts, {
      one: 'One prompt was forgotten.',
      other: `${count(prompts)} prompts were forgotten.`,
    }),
};
