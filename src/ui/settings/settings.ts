/** The settings of the form, the ranges they must keep, and how a typed number gets into its range. */
import { sidesOf } from '../../canvas/crop';
import type { Backend, Job, MaskedContent, ModelFacts, Source } from '../../engine/api';
import { chosenBy } from '../../sampling/labels';
import { likes, scheduleNames, spacings } from '../../sampling/settings';
import type { Range } from '../controls/range';

/** Settings that the engine takes as they are. */
const asIs = [
  ...(['model', 'backend', 'prompt', 'negative', 'width', 'height', 'steps', 'guidance'] as const),
  ...(['sampler', 'schedule', 'spacing', 'like'] as const),
] as const;

/** What to draw, but for the picture to start from, and how to get there. */
export type Settings = {
  -readonly [K in (typeof asIs)[number]]: Job[K];
} & {
  seed: number;
  /** The id of a VAE of its own; empty for the model's. */
  vae: string;
  /** The id of a TAESD for previews; empty for none. */
  taesd: string;
  /** What makes the finished picture; without a TAESD, the VAE. */
  decoder: keyof typeof decoders;
  tiling: keyof typeof tilings;
  prediction: keyof typeof predictions;
  /** How many pictures a run makes, each with the next seed. */
  count: number;
  /** Whether each run shall draw its own seed. */
  freshSeed: boolean;
  strength: number;
  outpaintStrength: number;
  imageGuidance: number;
  /** Gaussian, in pixels of the picture. */
  maskBlur: number;
  maskMode: MaskMode;
  content: MaskedContent;
  area: Area;
  /** Around the masked area, in pixels of the picture, where only that is worked on. */
  padding: number;
  soft: boolean;
  /** How far outpainting reaches into the picture, in its pixels. */
  feather: number;
};

/** What to start from: words alone; a picture that is drawn anew, in part or beyond its edges; or that words change. */
export type Mode = 'text' | 'image' | 'inpaint' | 'outpaint' | 'instruct';

export const modes: Readonly<Record<Mode, string>> = {
  text: 'Text',
  image: 'Image',
  inpaint: 'Inpaint',
  outpaint: 'Outpaint',
  instruct: 'Instruct',
};

/** What stands in the way of a picture. */
export type Obstacle = 'no-picture' | 'no-mask' | 'all-kept' | 'no-margin' | 'only-instruct' | 'no-instruct';

/** What a model can do, the most usual first. */
export function modesOf({ kind }: ModelFacts): readonly [Mode, ...Mode[]] {
  switch (kind) {
    case 'instruct':
      return ['instruct'];
    case 'base':
      return ['text', 'image', 'inpaint', 'outpaint'];
    case 'inpaint':
      return ['inpaint', 'outpaint', 'image', 'text'];
  }
}

/** A1111's words for its choices. */
export const maskModes = { masked: 'Inpaint masked', rest: 'Inpaint not masked' } as const;
export type MaskMode = keyof typeof maskModes;

export const areas = { whole: 'Whole picture', masked: 'Only masked' } as const;
export type Area = keyof typeof areas;

export const contents: Readonly<Record<MaskedContent, string>> = {
  fill: 'fill',
  original: 'original',
  'latent noise': 'latent noise',
  'latent nothing': 'latent nothing',
};

/** Denoising strength; from A1111, but for 0, which would change nothing. */
export const strengths: Range = { min: 0.05, max: 1, step: 0.05 };

/** From A1111. */
export const maskBlurs: Range = { min: 0, max: 64, step: 1 };
export const paddings: Range = { min: 0, max: 256, step: 4 };
export const feathers: Range = { min: 0, max: 128, step: 1 };

/** Image guidance scale; range and default from A1111 and diffusers. */
export const imageGuidances: Range = { min: 1, max: 3, step: 0.05 };

export type NumberName = 'width' | 'height' | 'steps' | 'guidance' | 'seed' | 'count';

export const backends: Readonly<Record<Backend, string>> = {
  auto: 'Automatic',
  webgpu: 'Graphics card (WebGPU)',
  wasm: 'CPU (WebAssembly)',
};

/** What a UNet predicts: told by the checkpoint or by a trial, or overruled here. */
export const predictions = { auto: 'Automatic', epsilon: 'epsilon (noise)', v: 'v' } as const;

/** A1111's choice of "VAE type for decode". */
export const decoders = { VAE: 'VAE', TAESD: 'TAESD (fast)' } as const;

/** When the VAE works in tiles. */
export const tilings = { auto: 'Automatic', always: 'Always' } as const;

export const isBackend = (value: string): value is Backend => Object.hasOwn(backends, value);

export const maxSeed = 2 ** 32 - 1;

export const initial: Settings = {
  model: '',
  vae: '',
  taesd: '',
  decoder: 'VAE',
  tiling: 'auto',
  backend: 'auto',
  prediction: 'auto',
  prompt: '',
  negative: '',
  width: 512,
  height: 512,
  steps: 20,
  guidance: 7,
  imageGuidance: 1.5,
  sampler: 'Euler a',
  schedule: 'Automatic',
  like: 'diffusers',
  spacing: 'leading',
  seed: 0,
  freshSeed: true,
  count: 1,
  strength: 0.75,
  outpaintStrength: 0.9,
  maskBlur: 4,
  maskMode: 'masked',
  content: 'original',
  area: 'whole',
  padding: 32,
  soft: true,
  feather: 16,
};

/** `multiple`: the model's. */
export function rangeOf(name: NumberName, multiple: number): Range {
  switch (name) {
    case 'steps':
      return { min: 1, max: 150, step: 1 };
    case 'guidance':
      return { min: 0, max: 30, step: 0.5 };
    case 'count':
      return { min: 1, max: 16, step: 1 };
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

const sliders = {
  strength: strengths,
  outpaintStrength: strengths,
  imageGuidance: imageGuidances,
  maskBlur: maskBlurs,
  padding: paddings,
  feather: feathers,
} as const;

/** Whatever was remembered, put in range. Sizes are settled again once the model is known. */
export function mend(found: Settings): Settings {
  const mended = { ...found };
  for (const name of ['width', 'height', 'steps', 'guidance', 'seed', 'count'] as const) {
    mended[name] = Number.isFinite(found[name]) ? settle(name, found[name], 1).value : initial[name];
  }
  for (const [name, range] of Object.entries(sliders) as [keyof typeof sliders, Range][]) {
    const whole = range.step < 1 || Number.isInteger(found[name]);
    if (!whole || !within(found[name], range)) mended[name] = initial[name];
  }
  const known = <T extends string>(table: Readonly<Record<T, string>>, value: T, fallback: T): T =>
    Object.hasOwn(table, value) ? value : fallback;
  mended.maskMode = known(maskModes, found.maskMode, initial.maskMode);
  mended.content = known(contents, found.content, initial.content);
  mended.area = known(areas, found.area, initial.area);
  mended.prediction = known(predictions, found.prediction, initial.prediction);
  mended.decoder = known(decoders, found.decoder, initial.decoder);
  mended.tiling = known(tilings, found.tiling, initial.tiling);
  mended.backend = known(backends, found.backend, initial.backend);
  // Older versions named a schedule with the sampler.
  Object.assign(mended, chosenBy(found.sampler, found.schedule) ?? { sampler: initial.sampler });
  if (!scheduleNames.includes(mended.schedule)) mended.schedule = initial.schedule;
  if (!likes.includes(found.like)) mended.like = initial.like;
  if (!spacings.includes(found.spacing)) mended.spacing = initial.spacing;
  return mended;
}

/** The settings that a model brings along; prompt and seed stay. */
export function defaultsOf({ defaults }: ModelFacts): Pick<Settings, keyof ModelFacts['defaults']> {
  const { width, height, steps, guidance, spacing } = defaults;
  // What an older version remembers of a model names a schedule with the sampler.
  const chosen = chosenBy(defaults.sampler, defaults.schedule) ?? initial;
  return { width, height, steps, guidance, sampler: chosen.sampler, schedule: chosen.schedule, spacing };
}

/** The settings as the engine takes them. */
export function jobOf(settings: Settings, source: Source | null): Job {
  const { seed, prediction, vae, taesd, decoder, tiling } = settings;
  const plain = Object.fromEntries(asIs.map((name) => [name, settings[name]])) as Pick<
    Job,
    (typeof asIs)[number]
  >;
  return {
    ...plain,
    ...{ seed: BigInt(seed), rng: 'CPU', source },
    ...(prediction !== 'auto' && { prediction }),
    ...(vae && { vae }),
    ...(taesd && { taesd }),
    ...(taesd && decoder === 'TAESD' && { decoder }),
    ...(tiling === 'always' && { tiled: true }),
  };
}

/** What a mode adds to the settings of a picture, by the names that A1111 writes into pictures. */
export function detailsOf(mode: Mode, settings: Settings): Readonly<Record<string, string | number>> {
  const { strength, outpaintStrength, imageGuidance, maskBlur, maskMode, content, area, padding } = settings;
  const part = area === 'masked' ? { 'Inpaint area': areas.masked, 'Masked area padding': padding } : {};
  const soft = settings.soft ? { 'Soft inpainting enabled': 'True' } : {};
  switch (mode) {
    case 'text':
      return {};
    case 'image':
      return { 'Denoising strength': strength };
    case 'instruct':
      return { 'Image CFG scale': imageGuidance };
    case 'inpaint':
      return {
        'Denoising strength': strength,
        'Mask blur': maskBlur,
        'Masked content': contents[content],
        ...(maskMode === 'rest' ? { 'Mask mode': maskModes.rest } : {}),
        ...part,
        ...soft,
      };
    case 'outpaint':
      return { 'Denoising strength': outpaintStrength, Feather: settings.feather, ...part, ...soft };
  }
}
