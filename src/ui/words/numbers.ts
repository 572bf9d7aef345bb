/** What is said beside a number that was typed. */
import { clean } from './format';

/** Why something else is used than what stands in the field. @param used what is. */
export const noNumberWords = (typed: string, used: number | string): string =>
  typed.trim() === '' ? `empty: ${used} is used` : `“${clean(typed, 30)}” is no number: ${used} is used`;

/** That a strength leaves nothing to do. @param least that does; null where none would. */
export const strengthWords = (steps: number, least: number | null): string =>
  least === null
    ? `This sampler makes no step of ${steps} from a picture: more steps are needed.`
    : `Too little for ${steps} ${steps === 1 ? 'step' : 'steps'}: it takes ${least.toFixed(2)} or more.`;

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** In which of the steps the UNet is run whole. */
export const wholeRunWords = (every: number): string =>
  every <= 1 ? 'Off' : `Whole run every ${every}${endings[ordinals.select(every)] ?? 'th'} step`;
