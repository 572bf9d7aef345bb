/** What is said of pictures that were made: of the one that is shown, and among the last ones. */
import { format, plural } from '../format';

const { count, duration } = format;

/** How long the parts of the way to a picture took, in milliseconds. */
export interface Took {
  /** Making it larger, where it was. */
  readonly enlarging: number | null;
  readonly reading: number;
  /** Whether there was a picture to read beside the prompt. */
  readonly withPicture: boolean;
  readonly steps: number;
  readonly stepping: number;
  readonly decoding: number;
}

export const gallery = {
  pictures: 'Pictures',
  /** @param prompt may be empty. */
  picture: (number: number, prompt: string): string => `Picture ${number}: ${prompt || 'no prompt'}`,
  download: (pictures: number): string => `Download ${pictures === 1 ? 'it' : 'them'}`,

  readOn: 'Read on',
  less: 'Less',
  result: 'Result',
  before: 'Before',
  beforeAndAfter: 'Before and after',

  candidates: 'Candidates',
  previous: 'Previous',
  next: 'Next',
  /** With the key that does the same. */
  withKey: (words: string, key: string): string => `${words} (${key})`,
  placeOf: (number: number, of: number): string => `${number} of ${of}`,
  compare: 'Compare',
  compareTitle: 'Hold to see the picture before',
  slider: 'Slider',
  sliderTitle: 'A line between before and after',
  toCanvas: 'Back to the canvas',
  accept: 'Accept',

  seed: 'Seed',
  inBatch: 'Picture',
  steps: 'Steps',
  sampler: 'Sampler',
  guidance: 'Guidance',
  strength: 'Strength',
  imageGuidance: 'Image guidance',
  size: 'Size',
  drawnAt: (own: string, drawn: string): string => `${own}, drawn at ${drawn}`,
  enlarged: 'Enlarged',
  enlargedBy: (times: number, upscaler: string): string => `${times}× by ${upscaler}`,
  redrawn: 'Redrawn',
  timeTaken: 'Time taken',
  times: ({ enlarging, reading, withPicture, steps, stepping, decoding }: Took): string =>
    `${enlarging === null ? 'Reading' : `Enlarging ${duration(enlarging)}; before that reading`} the prompt${withPicture ? ' and the picture' : ''} ${duration(reading)}, ` +
    `${plural(steps, { one: '1 step', other: `${count(steps)} steps` })} ${duration(stepping)}, decoding ${duration(decoding)}`,
  model: 'Model',

  edit: 'Edit this',
  useSettings: 'Use these settings',
  downloadPng: 'Download PNG',
  deletePicture: 'Delete picture',
};
