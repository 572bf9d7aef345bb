/** What a recipe would change. */
import type { Compared, Sayings } from '../../../../recipe/compare';
import { choices } from '../make/choices';
import { form } from '../make/form';
import { format } from '../format';
import { guiding } from '../guide/guiding';
import { masking } from '../paint/masking';
import { prompting } from '../make/prompting';
import { sampling } from '../make/sampling';

const { number } = format;

const settings: Readonly<Record<Compared, string>> = {
  ...sampling.rare,
  mode: 'Mode',
  prompt: prompting.prompt,
  negative: prompting.negative,
  size: 'Size',
  steps: form.steps,
  guidance: form.guidance,
  imageGuidance: masking.imageGuidance,
  sampler: form.sampler,
  schedule: form.schedule,
  spacing: sampling.spacing,
  like: sampling.like,
  emphasis: sampling.emphasis,
  clipSkip: sampling.clipSkip,
  seed: form.seed,
  rng: sampling.random,
  variationSeed: sampling.variationSeed,
  variationStrength: sampling.variationStrength,
  prediction: sampling.prediction,
  strength: masking.strength,
  maskBlur: masking.maskBlur,
  maskMode: masking.maskMode,
  content: masking.content,
  area: masking.area,
  padding: 'Padding',
  soft: masking.soft,
  feather: masking.feather,
  hires: form.hires,
  hiresScale: form.hiresScale,
  hiresSteps: form.hiresSteps,
  hiresStrength: form.hiresStrength,
  hiresGuidance: form.hiresGuidance,
  hiresSampler: 'Hires sampler',
  hiresSchedule: 'Hires schedule type',
  hiresPrompt: 'Hires prompt',
  hiresNegative: 'Hires negative prompt',
  redraw: 'Redraw details',
  redrawScale: 'Upscale by',
  redrawStrength: 'Redraw strength',
  tile: 'Tile',
  tilePadding: 'Tile padding',
  tileBlur: 'Tile blur',
  tileOrder: 'Tile order',
  control: guiding.control,
};

const values: Sayings = {
  choices: {
    mode: choices.modes,
    rng: choices.generators,
    maskMode: choices.maskModes,
    content: choices.contents,
    area: choices.areas,
  },
  on: 'on',
  off: 'off',
  bits: (bits) => `${bits} bits`,
  place: (at, of) => `${at} of ${of}`,
  // "canny for control_v11p_sd15_canny, weight 0.8, 0 to 0.6": what is as usual is not said.
  control: ({ module, model, weight, start, end, mode = 'balanced' }) =>
    [
      module === 'none' ? model : `${module} for ${model}`,
      ...(weight === 1 ? [] : [`weight ${number(weight)}`]),
      ...(start === 0 && end === 1 ? [] : [`${number(start)} to ${number(end)}`]),
      ...(mode === 'balanced' ? [] : [`${mode} more important`]),
    ].join(', '),
};

export const compared = { settings, values };
