/** What is said of grids: one picture for every value of each axis. */
import type { AxisName } from '../../../grid/names';
import { clean } from '../../format';
import { format, plural } from '../format';

const { count, roughly } = format;

/** As A1111 calls them, so far as it has them. */
const axes: Readonly<Record<AxisName, string>> = {
  none: 'Nothing',
  seed: 'Seed',
  variationSeed: 'Variation seed',
  variationStrength: 'Variation strength',
  steps: 'Steps',
  hiresSteps: 'Hires steps',
  guidance: 'Guidance scale',
  imageGuidance: 'Image guidance scale',
  replace: 'Prompt S/R',
  sampler: 'Sampler',
  schedule: 'Schedule type',
  model: 'Model',
  strength: 'Denoising strength',
  clipSkip: 'Clip skip',
  vae: 'VAE',
  styles: 'Style',
  size: 'Size',
  lora: 'LoRA weight',
  hiresUpscaler: 'Hires upscaler',
  hiresStrength: 'Hires strength',
  eta: 'Eta',
  shift: 'Shift',
  guidanceRescale: 'Guidance rescale',
};

/** What is to be written for each. */
const listed = 'Names, with commas between them.';
const numbers = '10, 20, 30 or 10-30 (+10) or 10-30 [3].';
const hints: Readonly<Record<Exclude<AxisName, 'none'>, string>> = {
  seed: '1, 2, 3 or 1-3. −1 draws a seed.',
  variationSeed: '1, 2, 3 or 1-3. −1 draws a seed.',
  variationStrength: '0, 0.5 or 0-1 (+0.25) or 0-1 [5].',
  steps: numbers,
  hiresSteps: numbers,
  guidance: '3, 5, 7 or 3-9 (+2) or 3-9 [4].',
  imageGuidance: '1, 1.5, 2 or 1-2 [3].',
  replace:
    'The first is searched for in the prompts, and each takes its place. Put quotes around items with commas.',
  sampler: listed,
  schedule: listed,
  model: listed,
  strength: '0.3, 0.6 or 0.2-0.8 (+0.2) or 0.2-0.8 [4].',
  clipSkip: '1, 2 or 1-3.',
  vae: listed,
  styles: listed,
  size: '512 × 512, 768 × 512.',
  lora: 'The name of a LoRA, and then weights of it: 0, 0.5, 1.',
  hiresUpscaler: listed,
  hiresStrength: '0.3, 0.6 or 0.2-0.8 (+0.2).',
  eta: '0, 0.5, 1 or 0-1 [3].',
  shift: '1, 3, 5 or 1-5 (+2).',
  guidanceRescale: '0, 0.7 or 0-1 [3].',
};

export const grid = {
  title: 'Grid',
  open: 'Grid…',
  openHint: 'A picture for every value of some settings, side by side',
  intro: 'A picture for every value of one axis with every value of the others, side by side.',
  axis: { x: 'Columns (X)', y: 'Rows (Y)', z: 'Sheets (Z)' },
  values: { x: 'Values of the columns', y: 'Values of the rows', z: 'Values of the sheets' },
  axes,
  hints,
  all: 'All of them',
  swap: { xy: 'Swap columns and rows', yz: 'Swap rows and sheets' },
  legend: 'Labels in the picture',

  /** Items that make no sense on this axis. */
  wrong: (axis: AxisName, items: readonly string[]): string => {
    const told = items
      .slice(0, 3)
      .map((item) => `“${clean(item, 40)}”`)
      .join(', ');
    if (axis === 'replace') return `${told} is in neither prompt.`;
    return `This cannot be used here: ${told}${items.length > 3 ? ` and ${count(items.length - 3)} more` : ''}.`;
  },

  /** How many pictures it will be, and how that comes. */
  size: (cells: number, factors: readonly number[]): string =>
    factors.length > 1
      ? `${factors.map((n) => count(n)).join(' × ')} = ${count(cells)} pictures`
      : plural(cells, { one: 'One picture', other: `${count(cells)} pictures` }),
  takes: (milliseconds: number): string => `about ${roughly(milliseconds / 1000)}`,
  nothing: 'Choose an axis, and write at least one value for it.',
  tooMany: (most: number): string => `More than ${count(most)} pictures: take fewer values.`,
  start: 'Draw the grid',

  /** What the runs of a grid are called in the queue. */
  called: (axes: readonly AxisName[]): string => `Grid: ${axes.map((name) => grid.axes[name]).join(' × ')}`,
};
