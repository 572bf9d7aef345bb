/** What the form calls its settings, and what it says of numbers that were typed. */
import { format } from '../format';

const { number } = format;

export const form = {
  settings: 'Settings',
  startFrom: 'Start from',
  width: 'Width',
  height: 'Height',
  swapSize: 'Swap width and height',
  count: 'Batch count',
  steps: 'Steps',
  sampler: 'Sampler',
  schedule: 'Schedule type',
  automaticSchedule: 'Automatic',
  guidance: 'Guidance scale',

  sampling: 'Sampling',
  faster: 'Faster, at a price',
  advanced: 'Advanced',

  vae: 'VAE',
  ownVae: "The model's own",
  preview: 'Preview',
  quickGuess: 'Quick guess at colours',
  decodeWith: 'Decode with',
  tiling: 'VAE tiling',
  tilingHint:
    'Large pictures are encoded and decoded part by part, which takes less memory and more time. Automatic: where memory is short.',
  precision: 'Weight precision',
  precisionHint:
    'Of the net that draws, and of large text encoders where that makes room. Fewer bits take less memory and change the picture: 8 hardly, 4 visibly. As they are: rounded only where memory is short.',
  runOn: 'Run on',

  seed: 'Seed',
  randomSeed: 'Random seed',
  random: 'random',
  newSeed: 'A new seed for every picture',
  reuseSeed: 'Reuse seed',
  takeSeed: 'Take the seed of the picture shown',
  seedIsNew: 'Every picture gets a new seed.',
  seedIsKept: 'The seed is kept: same settings, same picture.',
  /** Why something that was typed is no seed. */
  seedErrors: {
    'no-seed': (written: string, _: bigint): string =>
      `“${written}” is not a seed: that is a whole number, or −1 for a random one.`,
    'seed-too-large': (written: string, largest: bigint): string =>
      `The seed ${written} is too large: the largest is ${largest}.`,
  },

  hires: 'Hires fix',
  hiresScale: 'Hires upscale',
  hiresSteps: 'Hires steps',
  hiresStrength: 'Hires strength',
  hiresGuidance: 'Hires guidance',
  hiresUpscaler: 'Hires upscaler',
  hiresHint:
    'The picture is drawn, enlarged, and redrawn as much as the strength says. 0 steps or guidance: as in the first pass.',

  atLeast: (least: number): string => `at least ${number(least)}`,
  atMost: (most: number): string => `at most ${number(most)}`,
  rounded: 'rounded',
  roundedTo: (multiple: number): string => `rounded to a multiple of ${number(multiple)}`,
};
