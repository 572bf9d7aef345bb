/** What is said of a change that can be taken back. */
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

const withMask = (name: string, masked: boolean): string =>
  masked ? `${clean(name, 60)} and its mask were` : `${clean(name, 60)} was`;

export const changes = {
  /** @param masked whether something was painted over the picture. */
  replaced: (name: string, masked: boolean): string => `${withMask(name, masked)} replaced.`,
  removed: (name: string, masked: boolean): string => `${withMask(name, masked)} removed.`,

  deleted: (pictures: number): string =>
    plural(pictures, {
      one: 'The picture was deleted.',
      other: `${count(pictures)} pictures were deleted.`,
    }),

  /** Before they do: so many are the next to go. */
  full: (pictures: number, most: number): string => {
    const kept = plural(most, { one: '1 picture is kept', other: `${count(most)} pictures are kept` });
    return plural(pictures, {
      one: `${kept}: the oldest makes room for the next one.`,
      other: `${kept}: the ${count(pictures)} oldest make room for the next ones.`,
    });
  },

  /** Of pictures that made room, as only so many are kept. */
  evicted: (pictures: number): string =>
    plural(pictures, {
      one: 'The oldest picture made room for this one.',
      other: `The ${count(pictures)} oldest pictures made room.`,
    }),

  unselected: (pictures: number): string => `${count(pictures)} pictures are no longer selected.`,
  runDiscarded: 'The unfinished run was discarded.',
  settingsTaken: 'The settings of this picture replaced yours.',
  promptTaken: 'The prompts of this picture replaced yours.',
  seedTaken: (seed: string): string => `The next picture will be drawn with the seed ${seed}.`,
};
