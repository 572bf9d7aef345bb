/** Numbers as English writes them. */
import { formatsIn, pluralsIn } from '../grammar';

export const plural = pluralsIn<'one'>('en');

const formats = formatsIn('en');

/** A guess: "a second", "4 s", "35 s", "2 min". */
const roughly = (seconds: number): string => (seconds < 1.5 ? 'a second' : formats.roughly(seconds));

export const format = {
  ...formats,
  roughly,
  /** A rough time to come, which jumps less than an exact one: "about 40 s left". */
  timeLeft: (milliseconds: number): string => `about ${roughly(milliseconds / 1000)} left`,
};
