/** What is said of runs that wait, and of those that go on for ever. */
import { clean } from '../format';
import { format, plural } from './format';

const { count } = format;

/** A run, by the beginning of its prompt. */
const called = (prompt: string): string => (prompt.trim() ? `“${clean(prompt, 40)}”` : 'A run without words');

const pictures = (n: number): string => plural(n, { one: 'a picture', other: `${count(n)} pictures` });

export const queue = {
  waits: (waiting: number, held: boolean): string =>
    plural(waiting, {
      one: `Added to the queue${held ? ', which is paused' : ''}.`,
      other: `Added to the queue${held ? ', which is paused' : ''}: ${count(waiting)} wait.`,
    }),

  /** Where a picture is drawn after the other for ever, and each would be the same. */
  alike: 'With this seed all pictures would be alike: choose a random one, to draw one after the other.',

  picture: (number: number, of: number | null): string =>
    of === null ? `Picture ${number} is done.` : `Picture ${number} of ${of} is done.`,

  cancelledNext: 'Cancelled. The next one begins.',
  failedNext: 'A run has failed. The next one begins.',
  failed: (runs: number): string =>
    plural(runs, { one: 'One run has failed.', other: `${count(runs)} runs have failed.` }),

  /** Before what is told of the picture in work, in the title of the tab. */
  place: (number: number, of: number | null): string =>
    of === null ? `(${number})` : `(${number} of ${of})`,

  removed: (runs: number, prompt: string): string =>
    plural(runs, {
      one: `${called(prompt)} was taken from the queue.`,
      other: `${count(runs)} runs were taken from the queue.`,
    }),

  settingsTaken: 'The settings of this run took the place of yours.',

  /** On the button that adds to it. */
  add: (waiting: number): string => (waiting === 0 ? 'Add to queue' : `Add to queue (${count(waiting)})`),

  called,
  pictures,
};
