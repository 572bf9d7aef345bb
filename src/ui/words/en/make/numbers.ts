/** What is said beside a number that was typed. */
import { clean } from '../../format';

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };

export const numbers = {
  /** Why something else is used than what stands in the field. @param used what is. */
  none: (typed: string, used: number | string): string =>
    typed.trim() === '' ? `empty: ${used} is used` : `“${clean(typed, 30)}” is no number: ${used} is used`,

  /** In which of the steps the UNet is run whole. */
  wholeRun: (every: number): string =>
    every <= 1 ? 'Off' : `Whole run every ${every}${endings[ordinals.select(every)] ?? 'th'} step`,
};
