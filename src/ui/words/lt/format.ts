/** Numbers as Lithuanian writes them. */
import type { format as English } from '../en/format';
import { formatsIn, pluralsIn } from '../grammar';

/** 1, 21: one; 2–9, 22–29: few; 10–20, 30: other; 1,5: many, which nothing that is counted in whole numbers needs. */
export const plural = pluralsIn<'one' | 'few'>('lt');

const formats = formatsIn('lt');
const list = new Intl.ListFormat('lt');

export const format: typeof English = {
  ...formats,
  timeLeft: (milliseconds) => `liko apie ${formats.roughly(milliseconds / 1000)}`,
};

/** „a, b ir c“ */
export const listed = (names: readonly string[]): string => list.format(names);
