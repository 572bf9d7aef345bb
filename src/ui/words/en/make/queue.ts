/** What is said of runs that wait, and of those that go on for ever. */
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

/** A run, by the beginning of its prompt. */
const called = (prompt: string): string => (prompt.trim() ? `“${clean(prompt, 40)}”` : 'A run without words');

const pictures = (n: number): string => plural(n, { one: 'one picture', other: `${count(n)} pictures` });

/** About how long something takes, from milliseconds. */
const time = (milliseconds: number): string => `about ${format.roughly(milliseconds / 1000)}`;

/** What is told of an order. */
interface Told {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly count: number;
}

/** What runs will take; null: not known. */
interface Cost {
  readonly pictures: number;
  readonly milliseconds: number | null;
  readonly bytes: number | null;
}

export const queue = {
  waits: (waiting: number, held: boolean): string =>
    plural(waiting, {
      one: `Added to the queue${held ? ', which is paused' : ''}.`,
      other: `Added to the queue${held ? ', which is paused' : ''}: ${count(waiting)} wait.`,
    }),

  /** Where a picture is drawn after the other for ever, and each would be the same. */
  alikeNow: 'Generate forever has ended: with this seed all pictures would be the same.',
  alike: 'With this seed all pictures would be the same: choose a random seed to draw one after another.',

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
      one: `${called(prompt)} was removed from the queue.`,
      other: `${count(runs)} runs were removed from the queue.`,
    }),

  settingsTaken: 'The settings of this run replaced yours.',

  /** On the button that adds to it. */
  add: (waiting: number): string => (waiting === 0 ? 'Add to queue' : `Add to queue (${count(waiting)})`),

  called,

  title: 'Queue',
  inWork: 'Being drawn',
  /** What an order is, in a line. */
  facts: ({ width, height, steps, count: runs }: Told, model: string): string =>
    [
      `${width} × ${height}`,
      plural(steps, { one: 'one step', other: `${count(steps)} steps` }),
      ...(runs > 1 ? [pictures(runs)] : []),
      clean(model, 40),
    ].join(' · '),
  modelGone: 'its model is not here',
  /** So many runs wait, and what they will take. */
  cost: (runs: number, cost: Cost): string => {
    const waiting = plural(runs, { one: 'one waits', other: `${count(runs)} wait` });
    const long = cost.milliseconds === null ? '' : `${time(cost.milliseconds)}, `;
    return `${waiting}: ${long}${pictures(cost.pictures)}`;
  },
  /** Of the largest model, in bytes. */
  memory: (room: number): string => `The weights take about ${format.bytes(room)} of memory.`,
  time,
  paused: 'paused',
  pause: 'Pause',
  goOn: 'Go on',
  clear: 'Clear queue',
  cancelAll: 'Cancel all',
  again: 'Try again',
  drag: 'Drag to another place',
  moveUp: 'Earlier (Alt+↑)',
  moveDown: 'Later (Alt+↓)',
  useSettings: 'Use these settings',
  takeOut: 'Remove',
  earlier: (name: string): string => `Draw ${name} earlier`,
  later: (name: string): string => `Draw ${name} later`,
  useSettingsOf: (name: string): string => `Use the settings of ${name}`,
  remove: (name: string): string => `Remove ${name}`,

  more: 'More ways to draw',
  forever: 'Generate forever',
  foreverHint: 'One run after another, each with the settings of the moment, until you stop it',
  goesOn: 'goes on forever',
  stopAfter: 'Stop after this',
};
