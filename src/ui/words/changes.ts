/** What is said of a change that can be taken back. */
import { clean, count } from './format';

const painted = (masked: boolean): string => (masked ? ' and the mask painted over it' : '');

/** @param masked whether something was painted over the picture before. */
export const replacedWords = (before: string, after: string, masked: boolean): string =>
  `${clean(after, 60)} took the place of ${clean(before, 60)}${painted(masked)}.`;

export const removedWords = (name: string, masked: boolean): string =>
  `${clean(name, 60)}${painted(masked)} ${masked ? 'were' : 'was'} removed.`;

export const deletedWords = (pictures: number): string =>
  pictures === 1 ? 'The picture was deleted.' : `${count(pictures)} pictures were deleted.`;

/** Before they do: so many are the next to go. */
export const fullWords = (pictures: number, most: number): string =>
  pictures === 1
    ? `${most} pictures are kept: the oldest makes room for the next one.`
    : `${most} pictures are kept: the ${count(pictures)} oldest make room for the next ones.`;

/** Of pictures that made room, as only so many are kept. */
export const oustedWords = (pictures: number): string =>
  pictures === 1
    ? 'The oldest picture made room for this one.'
    : `The ${count(pictures)} oldest pictures made room.`;

export const settingsTakenWords = 'The settings of this picture took the place of yours.';
