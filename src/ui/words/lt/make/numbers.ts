import type { numbers as English } from '../../en/make/numbers';
import { clean } from '../../format';
import { format, plural } from '../format';

const shown = (used: number | string): string => (typeof used === 'number' ? format.number(used) : used);

export const numbers: typeof English = {
  none: (typed, used) =>
    typed.trim() === ''
      ? `tuščia: naudojama ${shown(used)}`
      : `„${clean(typed, 30)}“ – ne skaičius: naudojama ${shown(used)}`,

  wholeRun: (every) =>
    every <= 1
      ? 'Išjungta'
      : `Visas kas ${every} ${plural(every, { one: 'žingsnį', few: 'žingsnius', other: 'žingsnių' })}`,
};
