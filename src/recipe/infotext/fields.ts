/**
 * Names of settings in the text about a picture, and how their values are written: A1111's names where it has them, else our own,
 * which other tools ignore. One table for reading and writing.
 */
import { likes, spacings, type SamplerName } from '../../sampling/settings';
import { parseSeed } from '../../sampling/seed';
import { emphases, type Emphasis } from '../../text/weigh';
import { pythonNumber } from './pairs';
import { recipeContents, recipePredictions, type Draft, type Hires } from '../recipe';
import { skipLayersIn, skipLayerWords } from './skip-layers';

/** A setting of T. */
export interface Field<T> {
  /** The first is written, all are read. */
  readonly names: readonly [string, ...string[]];
  /** The value's text; undefined where there is nothing to write. */
  readonly write: (settings: Readonly<T>) => string | undefined;
  /** Null for a value that is not understood; an empty object for one that means the default. */
  readonly read: (value: string) => Partial<T> | null;
}

type Names = readonly [string, ...string[]];
/** Settings of which one has this key. */
type Keyed<K extends string, V> = { readonly [_ in K]?: V };

const keyed = <K extends string, V>(key: K, value: V): Keyed<K, V> => ({ [key]: value }) as Keyed<K, V>; // TypeScript widens the key

/** The number that a text is; null for any other text. */
export function numberIn(text: string): number | null {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : null;
}

/** @param unset the number that stands for no value. */
export function numbers<K extends string>(key: K, names: Names, unset?: number): Field<Keyed<K, number>> {
  return {
    names,
    write: (settings) => {
      const value = settings[key];
      return value === undefined ? undefined : pythonNumber(value);
    },
    read: (value) => {
      const number = numberIn(value);
      if (number === null) return null;
      return number === unset ? {} : keyed(key, number);
    },
  };
}

/** A setting that is "True" or "False". */
export function flag<K extends string>(key: K, ...names: Names): Field<Keyed<K, boolean>> {
  return {
    names,
    write: (settings) => {
      const value = settings[key];
      return value === undefined ? undefined : value ? 'True' : 'False';
    },
    read: (value) => (/^(?:true|false)$/i.test(value) ? keyed(key, /^t/i.test(value)) : null),
  };
}

/** @param words each value with its text. */
export function choice<K extends string, const V extends string>(
  key: K,
  names: Names,
  words: readonly (readonly [V, string])[],
): Field<Keyed<K, V>> {
  return {
    names,
    write: (settings) => words.find(([value]) => value === settings[key])?.[1],
    read: (text) => {
      const value = words.find(([, word]) => word === text)?.[0];
      return value === undefined ? null : keyed(key, value);
    },
  };
}

/** A setting that is a text. An empty one is not written. */
export function texts<K extends string>(key: K, ...names: Names): Field<Keyed<K, string>> {
  return {
    names,
    write: (settings) => (settings[key] === '' ? undefined : settings[key]),
    read: (value) => keyed(key, value),
  };
}

function seeds(key: 'seed' | 'variationSeed', ...names: Names): Field<Draft> {
  return {
    names,
    write: (settings) => settings[key]?.toString(),
    read: (value) => {
      const seed = parseSeed(value);
      return typeof seed === 'bigint' ? { [key]: seed } : seed === 'random' ? {} : null;
    },
  };
}

/** A size as "512x768"; null for any other text. */
export function sizeIn(value: string): { readonly width: number; readonly height: number } | null {
  const [, width, height] = /^(\d{1,6})\s*[x×]\s*(\d{1,6})$/i.exec(value) ?? [];
  return width && height ? { width: Number(width), height: Number(height) } : null;
}

const same = <T extends string>(names: readonly T[]): (readonly [T, T])[] =>
  names.map((name) => [name, name]);

/** The samplers for which A1111 writes eta as "Eta DDIM". */
const ofDdim: readonly (SamplerName | undefined)[] = ['DDIM', 'DDIM CFG++', 'PLMS', 'UniPC'];

const eta = (name: string, isDdim: boolean): Field<Draft> => ({
  ...numbers('eta', [name]),
  write: ({ eta, sampler }) =>
    eta === undefined || ofDdim.includes(sampler) !== isDdim ? undefined : pythonNumber(eta),
});

const order = (name: string, isUniPc: boolean): Field<Draft> => ({
  ...numbers('order', [name]),
  write: ({ order, sampler }) =>
    order === undefined || (sampler === 'UniPC') !== isUniPc ? undefined : String(order),
});

/** Samplers that draw no noise during the run, so that the number added to its seed does not matter: A1111 leaves it out. */
const quiet: readonly (SamplerName | undefined)[] = [
  ...([
    'Euler',
    'Heun',
    'DPM2',
    'LMS',
    'DPM++ 2M',
    'PLMS',
    'UniPC',
    'DEIS',
    'iPNDM',
    'RES multistep',
  ] as const),
  'Euler CFG++',
];
const drawsNoise = ({ sampler, eta }: Draft): boolean =>
  !quiet.includes(sampler) && !(ofDdim.includes(sampler) && !eta);

/** A1111's names for kinds of emphasis. Its "Ignore", which parses weights and drops them, does not exist here. */
const emphasisNames: readonly (readonly [Emphasis, string])[] = [
  ['A1111', 'Original'],
  ['off', 'None'],
  ...same(emphases),
];

/** In the order in which A1111 writes them, up to the files. */
export const firstFields: readonly Field<Draft>[] = [
  numbers('guidance', ['CFG scale', 'Cfg scale', 'CFG Scale', 'Guidance Scale', 'Guidance scale']),
  numbers('imageGuidance', ['Image CFG scale']),
  seeds('seed', 'Seed'),
  {
    names: ['Size'],
    write: ({ width, height }) => (width && height ? `${width}x${height}` : undefined),
    read: sizeIn,
  },
];

/** Those after the files, up to the strength. */
export const seedFields: readonly Field<Draft>[] = [
  seeds('variationSeed', 'Variation seed'),
  numbers('variationStrength', ['Variation seed strength']),
  {
    names: ['Seed resize from'],
    write: ({ resizeFrom }) => resizeFrom && `${resizeFrom.width}x${resizeFrom.height}`,
    read: (value) => {
      const resizeFrom = sizeIn(value);
      return resizeFrom && { resizeFrom };
    },
  },
];

/** Those after the strength. The defaults for Emphasis are in infotext.ts. */
export const samplingFields: readonly Field<Draft>[] = [
  {
    ...numbers('clipSkip', ['Clip skip']),
    write: ({ clipSkip = 1 }) => (clipSkip > 1 ? String(clipSkip) : undefined),
  },
  {
    ...numbers('seedDelta', ['ENSD'], 0),
    write: (settings) => (drawsNoise(settings) ? settings.seedDelta?.toString() : undefined),
  },
  {
    names: ['RNG'],
    write: ({ rng }) => rng,
    // Nearly everyone who writes "GPU" has an NVIDIA card.
    read: (value) =>
      /^(?:GPU|NV|cuda)$/i.test(value) ? { rng: 'NV' } : /^CPU$/i.test(value) ? { rng: 'CPU' } : null,
  },
  choice('emphasis', ['Emphasis'], emphasisNames),
  flag('padded', 'Pad conds'),
  eta('Eta', false),
  eta('Eta DDIM', true),
  numbers('churn', ['Sigma churn']),
  numbers('churnMin', ['Sigma tmin']),
  numbers('churnMax', ['Sigma tmax'], 0),
  numbers('noiseScale', ['Sigma noise']),
  numbers('sigmaMin', ['Schedule min sigma'], 0),
  numbers('sigmaMax', ['Schedule max sigma'], 0),
  numbers('rho', ['Schedule rho'], 0),
  numbers('betaAlpha', ['Beta scheduler alpha']),
  numbers('betaBeta', ['Beta scheduler beta']),
  flag('discardPenultimate', 'Discard penultimate sigma'),
  flag('scaleStart', 'SGM noise multiplier'),
  order('UniPC order', true),
  numbers('guidanceFrom', ['Skip Early CFG', 'Skip early CFG'], 0),
  numbers('guidanceMin', ['NGMS'], 0),
  flag('guidanceMinAll', 'NGMS all steps'),
  {
    names: ['Noise Schedule'],
    write: ({ zeroSnr }) => (zeroSnr === undefined ? undefined : zeroSnr ? 'Zero Terminal SNR' : 'Default'),
    read: (value) =>
      value === 'Zero Terminal SNR' ? { zeroSnr: true } : value === 'Default' ? { zeroSnr: false } : null,
  },
];

export const maskFields: readonly Field<Draft>[] = [
  numbers('maskBlur', ['Mask blur', 'Mask blur x', 'Mask blur y']),
  choice('content', ['Masked content'], same(recipeContents)),
  choice(
    'maskMode',
    ['Mask mode'],
    [
      ['masked', 'Inpaint masked'],
      ['rest', 'Inpaint not masked'],
    ],
  ),
  choice(
    'area',
    ['Inpaint area'],
    [
      ['whole', 'Whole picture'],
      ['masked', 'Only masked'],
    ],
  ),
  numbers('padding', ['Masked area padding']),
  flag('soft', 'Soft inpainting enabled'),
];

/** Settings that A1111 has no name for. */
export const ownFields: readonly Field<Draft>[] = [
  choice('like', ['Like'], same(likes)),
  choice('prediction', ['Prediction type'], same(recipePredictions)),
  choice('spacing', ['Schedule spacing'], same(spacings)),
  numbers('feather', ['Feather']),
  // The name in A1111's widely used extensions.
  numbers('guidanceRescale', ['CFG Rescale', 'CFG Rescale φ', 'CFG Rescale phi']),
  numbers('guidanceMax', ['Guidance below sigma'], 0),
  // Forge's name.
  numbers('shift', ['Shift']),
  numbers('t5Tokens', ['T5 tokens']),
  {
    names: ['Skip layer guidance'],
    write: ({ skipLayers }) => skipLayers && skipLayerWords(skipLayers),
    read: (value) => {
      const skipLayers = skipLayersIn(value);
      return skipLayers && { skipLayers };
    },
  },
  {
    // Also read under Forge's name, and A1111's, which has only 8-bit floats. Their values name formats: only the bits count.
    names: ['Weight precision', 'Diffusion in Low Bits', 'FP8 weight'],
    write: ({ bits }) => bits && `${bits} bits`,
    read: (value) => {
      if (/^(?:Automatic|Disable)/.test(value)) return {};
      if (/^(?:4 bits|bnb-|q4|int4)/i.test(value)) return { bits: 4 };
      return /^(?:8 bits|float8|q8|int8|Enable)/i.test(value) ? { bits: 8 } : null;
    },
  },
  flag('wholeTimesteps', 'Whole timesteps'),
  flag('allSteps', 'All steps'),
  numbers('reuse', ['DeepCache interval'], 1),
  order('Solver order', false),
  {
    names: ['Batch picture'],
    write: ({ batch }) => batch && `${batch.index + 1} of ${batch.count}`,
    read: (value) => {
      const [, number, count] = /^([1-9]\d{0,3}) of (\d{1,4})$/.exec(value) ?? [];
      return number && count ? { batch: { index: Number(number) - 1, count: Number(count) } } : null;
    },
  },
];

export type HiresDraft = { -readonly [K in keyof Hires]?: Hires[K] };

/** Settings of the hires pass, except its sampler, schedule and strength. */
export const hiresFields: readonly Field<HiresDraft>[] = [
  texts('prompt', 'Hires prompt'),
  texts('negative', 'Hires negative prompt'),
  numbers('scale', ['Hires upscale']),
  {
    names: ['Hires resize'],
    write: ({ width, height }) => (width && height ? `${width}x${height}` : undefined),
    read: sizeIn,
  },
  numbers('steps', ['Hires steps'], 0),
  texts('upscaler', 'Hires upscaler'),
  numbers('guidance', ['Hires CFG Scale', 'Hires CFG scale']),
];
