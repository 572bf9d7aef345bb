/** The axes of a grid as A1111's "X/Y/Z plot" writes them into the picture. */
import type { Recipe } from '../recipe';

/** A1111's names for axes, and our own for those that it lacks. */
const types = {
  seed: 'Seed',
  variationSeed: 'Var. seed',
  variationStrength: 'Var. strength',
  steps: 'Steps',
  hiresSteps: 'Hires steps',
  guidance: 'CFG Scale',
  imageGuidance: 'Image CFG Scale',
  replace: 'Prompt S/R',
  sampler: 'Sampler',
  schedule: 'Schedule type',
  model: 'Checkpoint name',
  strength: 'Denoising',
  clipSkip: 'Clip skip',
  vae: 'VAE',
  styles: 'Styles',
  size: 'Size',
  lora: 'LoRA weight',
  hiresUpscaler: 'Hires upscaler',
  hiresStrength: 'Hires strength',
  eta: 'Eta',
  shift: 'Shift',
  guidanceRescale: 'Guidance rescale',
} as const;

export type GridAxis = keyof typeof types;

/** An axis that is used, with its values as they were written. */
export interface ToldAxis {
  readonly place: 'x' | 'y' | 'z';
  readonly name: GridAxis;
  readonly values: readonly string[];
}

const quoted = (value: string): string => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** The parameters that the script writes, by its names. */
export function gridScript(axes: readonly ToldAxis[]): Recipe['unknown'] {
  const told = axes.flatMap(({ place, name, values }): [string, string][] => {
    const letter = place.toUpperCase();
    return [
      [`${letter} Type`, types[name]],
      [`${letter} Values`, values.map(quoted).join(', ')],
    ];
  });
  return [['Script', 'X/Y/Z plot'], ...told];
}
