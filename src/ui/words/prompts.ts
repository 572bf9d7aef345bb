/** What is said of prompts that were drawn. */
import type { Place } from '../settings/prompt-history.svelte';
import { count } from './format';

/** Which of them the fields show: told to a screen reader. */
export const placeWords = ({ at, of }: Place): string =>
  at === 0 ? 'What you were writing' : `Earlier prompt ${count(at)} of ${count(of)}`;

export const clearedWords = (prompts: number): string =>
  prompts === 1 ? 'One prompt was forgotten.' : `${count(prompts)} prompts were forgotten.`;
