import type { compared as English } from '../../en/share/compared';
import { choices } from '../make/choices';
import { form } from '../make/form';
import { format, plural } from '../format';
import { guiding } from '../guide/guiding';
import { masking } from '../paint/masking';
import { prompting } from '../make/prompting';
import { sampling } from '../make/sampling';

const { number } = format;

export const compared: typeof English = {
  settings: {
    ...sampling.rare,
    mode: 'Nuo ko pradedama',
    prompt: prompting.prompt,
    negative: prompting.negative,
    size: 'Dydis',
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
    padding: masking.padding,
    soft: masking.soft,
    feather: masking.feather,
    hires: form.hires,
    hiresScale: form.hiresScale,
    hiresSteps: form.hiresSteps,
    hiresStrength: form.hiresStrength,
    hiresGuidance: form.hiresGuidance,
    hiresSampler: 'Hires atrinkėjas',
    hiresSchedule: 'Hires triukšmo tvarkaraštis',
    hiresPrompt: 'Hires užklausa',
    hiresNegative: 'Hires neigiama užklausa',
    redraw: 'Detalių perpiešimas',
    redrawScale: 'Kiek kartų didinti',
    redrawStrength: 'Perpiešimo stiprumas plytelėse',
    tile: 'Plytelė',
    tilePadding: 'Plytelės paraštė',
    tileBlur: 'Plytelės suliejimas',
    tileOrder: 'Plytelių tvarka',
    control: guiding.control,
  },
  values: {
    choices: {
      mode: choices.modes,
      rng: choices.generators,
      maskMode: choices.maskModes,
      content: choices.contents,
      area: choices.areas,
    },
    on: 'įjungta',
    off: 'išjungta',
    bits: (bits) => `${bits} ${plural(bits, { one: 'bitas', few: 'bitai', other: 'bitų' })}`,
    place: (at, of) => `${at} iš ${of}`,
    control: ({ module, model, weight, start, end, mode = 'balanced' }) =>
      [
        module === 'none' ? model : `${module} (${model})`,
        ...(weight === 1 ? [] : [`svoris ${number(weight)}`]),
        ...(start === 0 && end === 1 ? [] : [`nuo ${number(start)} iki ${number(end)}`]),
        ...(mode === 'balanced' ? [] : [guiding.modes[mode].toLowerCase()]),
      ].join(', '),
  },
};
