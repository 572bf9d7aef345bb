/** The ranges that numbers must keep, and how a typed one gets into its range. */
import { sidesOf } from '../../canvas/crop';
import type { Range } from '../controls/range';
import { words } from '../words/language.svelte';

/** Numbers that are typed. */
export type NumberName =
  | ('width' | 'height' | 'steps' | 'guidance' | 'count' | 'clipSkip' | 'variationStrength')
  | ('hiresScale' | 'hiresStrength' | 'hiresSteps' | 'hiresGuidance')
  | ('redrawScale' | 'redrawStrength' | 'redrawWidth' | 'redrawHeight' | 'redrawPadding' | 'redrawBlur');

export const numberNames: readonly NumberName[] = [
  ...(['width', 'height', 'steps', 'guidance', 'count', 'clipSkip', 'variationStrength'] as const),
  ...(['hiresScale', 'hiresStrength', 'hiresSteps', 'hiresGuidance'] as const),
  ...(['redrawScale', 'redrawStrength', 'redrawWidth', 'redrawHeight'] as const),
  ...(['redrawPadding', 'redrawBlur'] as const),
];

/** Denoising strength; from A1111, but for 0, which would change nothing. */
export const strengths: Range = { min: 0.01, max: 1, step: 0.01 };

/** From A1111. */
export const maskBlurs: Range = { min: 0, max: 64, step: 1 };
export const paddings: Range = { min: 0, max: 256, step: 4 };
export const feathers: Range = { min: 0, max: 128, step: 1 };

/** How much of what guides, or of what is like another picture, is added, and in which part of the run; from A1111's extension. */
export const weights: Range = { min: 0, max: 2, step: 0.05 };
export const moments: Range = { min: 0, max: 1, step: 0.01 };

/** Image guidance scale; range and default from A1111 and diffusers. */
export const imageGuidances: Range = { min: 1, max: 3, step: 0.05 };

/** `multiple`: the model's. */
export function rangeOf(name: NumberName, multiple: number): Range {
  switch (name) {
    case 'steps':
      return { min: 1, max: 150, step: 1 };
    case 'guidance':
      return { min: 0, max: 30, step: 0.5 };
    case 'count':
      return { min: 1, max: 16, step: 1 };
    case 'clipSkip':
      return { min: 1, max: 12, step: 1 };
    case 'variationStrength':
      return { min: 0, max: 1, step: 0.05 };
    case 'hiresScale':
      return { min: 1, max: 4, step: 0.05 };
    case 'hiresStrength':
      return { min: 0.05, max: 1, step: 0.05 };
    case 'hiresSteps':
      return { min: 0, max: 150, step: 1 };
    case 'hiresGuidance':
      return { min: 0, max: 30, step: 0.5 };
    case 'redrawScale':
      return { min: 1, max: 8, step: 0.05 };
    case 'redrawStrength':
      return strengths;
    case 'redrawWidth':
    case 'redrawHeight':
      return { min: 0, max: 2048, step: 8 };
    case 'redrawPadding':
      return { min: 0, max: 256, step: 1 };
    case 'redrawBlur':
      return maskBlurs;
    case 'width':
    case 'height':
      return sidesOf(multiple);
  }
}

/** The nearest allowed value, with a few words about it where it is not what was typed. */
export function settle(name: NumberName, typed: number, multiple: number): { value: number; hint: string } {
  const { min, max, step } = rangeOf(name, multiple);
  // Guidance moves by halves with the arrows, but a typed 7.3 is as good as any.
  const rounded = step < 1 ? Math.round(typed * 100) / 100 : Math.round(typed / step) * step;
  const value = Math.min(Math.max(rounded, min), max);
  if (value === typed) return { value, hint: '' };
  const told = words.form;
  if (value !== rounded) return { value, hint: value === min ? told.atLeast(min) : told.atMost(max) };
  return { value, hint: step > 1 ? told.roundedTo(step) : told.rounded };
}

/** Numbers that are chosen by sliders. */
export const sliders = {
  strength: strengths,
  outpaintStrength: strengths,
  imageGuidance: imageGuidances,
  maskBlur: maskBlurs,
  padding: paddings,
  feather: feathers,
} as const;
