/** The settings of the form, the ranges they must keep, and how a typed number gets into its range. */
import { sidesOf } from '../canvas/crop';
import type { Backend, Job, ModelFacts, Pixels, Source } from '../engine/api';
import { samplerNames } from '../sampling/samplers';
import type { Spacing } from '../sampling/schedules';

/** What to draw, but for the picture to start from, and whether each run shall draw its own seed. */
export type Settings = { -readonly [K in keyof Omit<Job, 'source'>]: Job[K] } & {
  strength: number;
  imageGuidance: number;
  freshSeed: boolean;
};

/** What to start from: words alone, a picture too, or a picture that words shall change. */
export type Mode = 'text' | 'image' | 'instruct';

export const modes: Readonly<Record<Mode, string>> = { text: 'Text', image: 'Image', instruct: 'Instruct' };

/** What stands in the way of a picture. */
export type Obstacle = 'no-picture' | 'only-instruct' | 'no-instruct';

/** What a model can do, the most usual first. */
export function modesOf({ kind }: ModelFacts): readonly [Mode, ...Mode[]] {
  return kind === 'instruct' ? ['instruct'] : ['text', 'image'];
}

/** Denoising strength; from A1111, but for 0, which would change nothing. */
export const strengths: Range = { min: 0.05, max: 1, step: 0.05 };

/** Image guidance scale; range and default from A1111 and diffusers. */
export const imageGuidances: Range = { min: 1, max: 3, step: 0.05 };

export type NumberName = 'width' | 'height' | 'steps' | 'guidance' | 'seed';

export const spacings: readonly Spacing[] = ['leading', 'trailing', 'linspace'];

export const backends: Readonly<Record<Backend, string>> = {
  auto: 'Automatic',
  webgpu: 'Graphics card (WebGPU)',
  wasm: 'CPU (WebAssembly)',
};

export const isBackend = (value: string): value is Backend => Object.hasOwn(backends, value);

export const maxSeed = 2 ** 32 - 1;

export const initial: Settings = {
  model: '',
  backend: 'auto',
  prompt: '',
  negative: '',
  width: 512,
  height: 512,
  steps: 20,
  guidance: 7,
  imageGuidance: 1.5,
  sampler: 'Euler a',
  spacing: 'leading',
  seed: 0,
  strength: 0.75,
  freshSeed: true,
};

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** `multiple`: the model's. */
export function rangeOf(name: NumberName, multiple: number): Range {
  switch (name) {
    case 'steps':
      return { min: 1, max: 150, step: 1 };
    case 'guidance':
      return { min: 0, max: 30, step: 0.5 };
    case 'seed':
      return { min: 0, max: maxSeed, step: 1 };
    default:
      return sidesOf(multiple);
  }
}

/** The nearest allowed value, with a few words about it where it is not what was typed. */
export function settle(name: NumberName, typed: number, multiple: number): { value: number; hint: string } {
  const { min, max, step } = rangeOf(name, multiple);
  // Guidance moves by halves with the arrows, but a typed 7.3 is as good as any.
  const rounded = name === 'guidance' ? Math.round(typed * 100) / 100 : Math.round(typed / step) * step;
  const value = Math.min(Math.max(rounded, min), max);
  if (value === typed) return { value, hint: '' };
  if (value !== rounded) return { value, hint: value === min ? `at least ${min}` : `at most ${max}` };
  return { value, hint: step > 1 ? `rounded to a multiple of ${step}` : 'rounded' };
}

const within = (value: number, { min, max }: Range): boolean => value >= min && value <= max;

/** Whatever was remembered, put in range. Sizes are settled again once the model is known. */
export function mend(found: Settings): Settings {
  const mended = { ...found };
  for (const name of ['width', 'height', 'steps', 'guidance', 'seed'] as const) {
    mended[name] = Number.isFinite(found[name]) ? settle(name, found[name], 1).value : initial[name];
  }
  if (!within(found.strength, strengths)) mended.strength = initial.strength;
  if (!within(found.imageGuidance, imageGuidances)) mended.imageGuidance = initial.imageGuidance;
  if (!samplerNames.includes(found.sampler)) mended.sampler = initial.sampler;
  if (!isBackend(found.backend)) mended.backend = initial.backend;
  if (!spacings.includes(found.spacing)) mended.spacing = initial.spacing;
  return mended;
}

/** The settings that a model brings along; prompt and seed stay. */
export function defaultsOf({ defaults }: ModelFacts): ModelFacts['defaults'] {
  const { width, height, steps, guidance, sampler, spacing } = defaults;
  return { width, height, steps, guidance, sampler, spacing };
}

/** The settings as the engine takes them. */
export function jobOf(
  { strength: _, imageGuidance: __, freshSeed: ___, ...job }: Settings,
  source: Source | null,
): Job {
  return { ...job, source };
}

/** A picture with what the mode does to it; null in text mode. */
export function sourceOf(mode: Mode, pixels: Pixels, { strength, imageGuidance }: Settings): Source | null {
  if (mode === 'text') return null;
  return mode === 'image' ? { kind: mode, pixels, strength } : { kind: mode, pixels, imageGuidance };
}
