/** Validates stored settings, of this version or an older one, in whatever state they are. */
import { entriesOf, fieldsOf, isObject } from '../../objects';
import type { Job } from '../../engine/api';
import { partsFrom } from '../../recipe/plain';
import { chosenBy } from '../../sampling/labels';
import { parseSeed, randomSeed } from '../../sampling/seed';
import { likes, scheduleNames, spacings } from '../../sampling/settings';
import { emphases } from '../../text/weigh';
import type { Range } from '../controls/range';
import { numberNames, settle, sliders } from './ranges';
import {
  areas,
  backends,
  contents,
  decoders,
  generators,
  initial,
  maskModes,
  predictions,
  RANDOM,
  redrawOrders,
  tilings,
  type Rare,
  type Settings,
} from './settings';

/** Brings all settings into range. Sizes are corrected again once the model is known. */
export function mend(found: Settings): Settings {
  const mended = { ...found };
  for (const name of numberNames)
    mended[name] = Number.isFinite(found[name]) ? settle(name, found[name], 1).value : initial[name];
  for (const [name, range] of entriesOf<Record<keyof typeof sliders, Range>>(sliders)) {
    const whole = range.step < 1 || Number.isInteger(found[name]);
    if (!whole || !within(found[name], range)) mended[name] = initial[name];
  }
  const listed = <T extends string>(names: readonly T[], value: T, fallback: T): T =>
    names.includes(value) ? value : fallback;
  mended.maskMode = listed(maskModes, found.maskMode, initial.maskMode);
  mended.content = listed(contents, found.content, initial.content);
  mended.area = listed(areas, found.area, initial.area);
  mended.prediction = listed(predictions, found.prediction, initial.prediction);
  mended.decoder = listed(decoders, found.decoder, initial.decoder);
  mended.tiling = listed(tilings, found.tiling, initial.tiling);
  mended.backend = listed(backends, found.backend, initial.backend);
  mended.redrawOrder = listed(redrawOrders, found.redrawOrder, initial.redrawOrder);
  mended.rng = listed(generators, found.rng, initial.rng);
  // These may be names of files, which may be at hand or not.
  for (const name of ['hiresUpscaler', 'upscaler', 'redrawNet'] as const)
    mended[name] = typeof found[name] === 'string' ? found[name] : initial[name];
  mended.emphasis = listed(emphases, found.emphasis, initial.emphasis);
  mended.spacing = listed(spacings, found.spacing, initial.spacing);
  mended.like = listed(likes, found.like, initial.like);
  const schedule = listed(scheduleNames, found.schedule, initial.schedule);
  // Older versions stored the schedule in the sampler's name.
  const chosen = chosenBy(found.sampler, schedule === 'Automatic' ? '' : schedule);
  mended.sampler = chosen?.sampler ?? initial.sampler;
  mended.schedule = chosen?.schedule ?? schedule;
  for (const name of ['seed', 'variationSeed'] as const) mended[name] = seedOf(found[name]);
  const styles: unknown = found.styles;
  mended.styles = Array.isArray(styles) ? styles.filter((name) => typeof name === 'string') : initial.styles;
  mended.rare = rareOf(found.rare);
  return mended;
}

const within = (value: number, { min, max }: Range): boolean => value >= min && value <= max;

function seedOf(written: string): string {
  const seed = parseSeed(written);
  return seed === randomSeed || typeof seed === 'object' ? RANDOM : String(seed);
}

/** The valid ones of settings that come with recipes. */
export function rareOf(found: object): Rare {
  const { hires, ...others }: { readonly hires?: object } = { ...found };
  // Only to satisfy the type: a recipe's second pass always has these two.
  const second = { ...hires, upscaler: '', strength: 1 };
  const { settings = {} } = partsFrom({ settings: { ...others, hires: second } });
  const rare = Object.entries(settings).filter(
    ([name]) => name !== 'hires' && Object.hasOwn(rareNames, name),
  );
  const own = Object.entries(settings.hires ?? {}).filter(([name]) => hiresNames.has(name));
  return {
    ...Object.fromEntries(rare),
    ...(own.length > 0 && { hires: Object.fromEntries(own) }),
  };
}

const rareNames: Readonly<Record<keyof Rare, true>> = {
  eta: true,
  padded: true,
  bits: true,
  churn: true,
  churnMin: true,
  churnMax: true,
  noiseScale: true,
  sigmaMin: true,
  sigmaMax: true,
  rho: true,
  betaAlpha: true,
  betaBeta: true,
  discardPenultimate: true,
  scaleStart: true,
  wholeTimesteps: true,
  zeroSnr: true,
  guidanceRescale: true,
  reuse: true,
  guidanceFrom: true,
  guidanceMax: true,
  guidanceMin: true,
  guidanceMinAll: true,
  order: true,
  largeVariance: true,
  lastSigma: true,
  stepsOffset: true,
  lowerOrderFinal: true,
  unipc: true,
  unipcSpacing: true,
  allSteps: true,
  shift: true,
  t5Tokens: true,
  skipLayers: true,
  seedDelta: true,
  resizeFrom: true,
  batch: true,
  hires: true,
};

const hiresNames: ReadonlySet<string> = new Set([
  'sampler',
  'schedule',
  'prompt',
  'negative',
] satisfies (keyof NonNullable<Rare['hires']>)[]);

/** Upgrades what an older version stored to today's form. */
export function upgraded(found: unknown): unknown {
  if (!isObject(found)) return found;
  const { seed, freshSeed, ...rest } = found;
  // Seeds were numbers, beside a flag for random ones.
  if (freshSeed === true) return { ...rest, seed: RANDOM };
  return { ...rest, ...(seed !== undefined && { seed: typeof seed === 'number' ? String(seed) : seed }) };
}

/** Settings from the database, whichever version stored them. */
export const settingsFrom = (found: object): Settings => mend({ ...initial, ...fieldsOf(upgraded(found)) });

/** A job from the database, whichever version stored it. */
export function jobFrom(
  job: Omit<Job, 'source' | 'controls' | 'references'>,
): Omit<Job, 'source' | 'controls' | 'references'> {
  const { sampler, seed, ...rest } = job;
  const older: Partial<Job> = rest;
  const seedDigits = seedOf(String(seed));
  return {
    ...rest,
    ...(chosenBy(sampler, older.schedule) ?? { sampler, schedule: older.schedule ?? initial.schedule }),
    like: older.like ?? initial.like,
    rng: older.rng ?? initial.rng,
    seed: seedDigits === RANDOM ? 0n : BigInt(seedDigits),
  };
}
