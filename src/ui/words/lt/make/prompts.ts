import type { prompts as English } from '../../en/make/prompts';
import { format, plural } from '../format';

const { count } = format;

export const prompts: typeof English = {
  place: ({ at, of }) => (at === 0 ? 'Tai, ką rašėte' : `Ankstesnė užklausa, ${count(at)} iš ${count(of)}`),

  cleared: (prompts) =>
    plural(prompts, {
      one: `Pamiršta ${count(prompts)} užklausa.`,
      few: `Pamirštos ${count(prompts)} užklausos.`,
      other: `Pamiršta ${count(prompts)} užklausų.`,
    }),
};
