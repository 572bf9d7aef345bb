/** Settings that were remembered: by this version or an older one, in whatever state storage has them. */
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

/** Whatever was remembered, put in range. Sizes are settled again once the model is known. */
export function mend(found: Settings): Settings {
  const mended = { ...found };
  for (const name of numberNames)
    mended[name] = Number.isFinite(found[name]) ? settle(name, found[name], 1).value : initial[name];
  for (const [name, range] of Object.entries(sliders) as [keyof typeof sliders, Range][]) {
    const whole = range.step < 1 || Number.isInteger(found[name]);
    if (!whole || !within(found[name], range)) mended[name] = initial[name];
  }
  const known = <T extends string>(table: Readonly<Record<T, string>>, value: T, fallback: T): T =>
    Object.hasOwn(table, value) ? value : fallback;
  const listed = <T extends string>(names: readonly T[], value: T, fallback: T): T =>
    names.includes(value) ? value : fallback;
  mended.maskMode = known(maskModes, found.maskMode, initial.maskMode);
  mended.content = known(contents, found.content, initial.content);
  mended.area = known(areas, found.area, initial.area);
  mended.prediction = known(predictions, found.prediction, initial.prediction);
  mended.decoder = known(decoders, found.decoder, initial.decoder);
  mended.tiling = known(tilings, found.tiling, initial.tiling);
  mended.backend = known(backends, found.backend, initial.backend);
  mended.redrawOrder = known(redrawOrders, found.redrawOrder, initial.redrawOrder);
  mended.rng = known(generators, found.rng, initial.rng);
  // They may be names of files, which are at hand or not.
  for (const name of ['hiresUpscaler', 'upscaler', 'redrawNet'] as const)
    mended[name] = typeof found[name] === 'string' ? found[name] : initial[name];
  mended.emphasis = listed(emphases, found.emphasis, initial.emphasis);
  mended.spacing = listed(spacings, found.spacing, initial.spacing);
  mended.like = listed(likes, found.like, initial.like);
  const schedule = listed(scheduleNames, found.schedule, initial.schedule);
  // Older versions named a schedule with the sampler.
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

/** What is sound of settings that come with recipes. */
export function rareOf(found: object): Rare {
  const { hires, ...others }: { readonly hires?: object } = { ...found };
  // A recipe's second pass always has these two.
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

const hiresNames: ReadonlySet<string> = new Set([
  'sampler',
  'schedule',
  'prompt',
  'negative',
] satisfies (keyof NonNullable<Rare['hires']>)[]);

/** What they are called on the page. */
export const rareNames: Readonly<Record<keyof Rare, string>> = {
  eta: 'Eta',
  padded: 'Pad conds',
  bits: 'Weight precision',
  churn: 'Churn',
  churnMin: 'Churn from sigma',
  churnMax: 'Churn up to sigma',
  noiseScale: 'Noise scale',
  sigmaMin: 'Smallest sigma',
  sigmaMax: 'Largest sigma',
  rho: 'Rho',
  betaAlpha: 'Beta schedule’s alpha',
  betaBeta: 'Beta schedule’s beta',
  discardPenultimate: 'Discard penultimate sigma',
  scaleStart: 'SGM noise multiplier',
  wholeTimesteps: 'Whole timesteps',
  zeroSnr: 'Zero terminal SNR',
  guidanceRescale: 'Guidance rescale',
  reuse: 'Reuse deep features, interval',
  guidanceFrom: 'Steps before guidance',
  guidanceMax: 'Guidance below sigma',
  guidanceMin: 'Guidance above sigma',
  guidanceMinAll: 'In every step below',
  order: 'Solver order',
  largeVariance: 'Large variance',
  lastSigma: 'Last sigma',
  stepsOffset: 'Timestep offset',
  lowerOrderFinal: 'Lower order at the end',
  unipc: 'UniPC variant',
  unipcSpacing: 'UniPC spacing',
  allSteps: 'All steps, whatever the strength',
  shift: 'Shift',
  t5Tokens: 'T5 tokens',
  skipLayers: 'Skip-layer guidance',
  seedDelta: 'Seed delta (ENSD)',
  resizeFrom: 'Seed resize from',
  batch: 'Picture of a batch',
  hires: 'Of the second pass',
};

/** What an older version remembered, in the form of today. */
export function upgraded(found: unknown): unknown {
  if (typeof found !== 'object' || found === null) return found;
  const { seed, freshSeed, ...rest } = found as Readonly<Record<string, unknown>>;
  // Seeds were numbers, and whether each run had its own stood beside them.
  if (freshSeed === true) return { ...rest, seed: RANDOM };
  return { ...rest, ...(seed !== undefined && { seed: typeof seed === 'number' ? String(seed) : seed }) };
}

/** Settings as they lie in the drawer, whichever version put them there. */
export const settingsFrom = (found: object): Settings => mend({ ...initial, ...(upgraded(found) as object) });

/** A job as it lies in the drawer, whichever version put it there. */
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
