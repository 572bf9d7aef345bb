/** Several prompts in one: A1111's `AND`, each with how much it counts, `a AND b :0.5`. */
import { defined } from '../checked';
import type { Piece } from './attention';
import { float, trimEnd, trimStart, wholeWord } from './python';

const AND = new RegExp(wholeWord('AND'), 'u');
const WEIGHT = /^[-+]?(?:\p{Nd}+\.?|\p{Nd}*\.\p{Nd}+)$/u;

/** At least one. A prompt without AND may have a weight, too: A1111 reads "time is 12:30" as "time is 12", thirty times. */
export function parts(prompt: string): Piece[] {
  return prompt.split(AND).map((part) => {
    const text = trimEnd(part);
    const colon = text.lastIndexOf(':');
    const weight = trimStart(text.slice(colon + 1));
    if (colon < 0 || !WEIGHT.test(weight)) return { text, weight: 1 };
    return { text: trimEnd(text.slice(0, colon)), weight: defined(float(weight)) }; // as WEIGHT says
  });
}
