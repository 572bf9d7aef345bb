/** Recipes as plain JSON and back. JSON that is read is not trusted: each value is checked. */
import { isObject } from '../objects';
import { likes, samplerNames, scheduleNames, spacings } from '../sampling/settings';
import { emphases } from '../text/weigh';
import { recipeControlModes, recipeResizes, type RecipeControl } from './control';
import {
  recipeContents,
  recipeModes,
  recipePredictions,
  recipeRedrawOrders,
  resourceKinds,
  toolNames,
  type Draft,
  type Hires,
  type Recipe,
  type RecipeRedraw,
  type RecipeSkipLayers,
  type Resource,
} from './recipe';

/** Returns a value that is valid in a recipe; undefined for any other. */
type Check<T> = (value: unknown) => T | undefined;
type Checks<T> = { readonly [K in keyof T]-?: Check<NonNullable<T[K]>> };

const text: Check<string> = (value) => (typeof value === 'string' ? value : undefined);
const truth: Check<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const number: Check<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const count: Check<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
const whole: Check<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
const oneOf =
  <T extends string>(names: readonly T[]): Check<T> =>
  (value) =>
    names.find((name) => name === value);

/** JSON has no numbers that large: seeds are strings there. */
const seed: Check<bigint> = (value) => {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) return undefined;
  const read = BigInt(value);
  return read < 2n ** 64n ? read : undefined;
};

/** An object that must have the properties in `needed`; those that are not in the table, or fail their check, are left out. */
function objectOf<T extends object>(checks: Checks<T>, ...needed: (keyof T & string)[]): Check<T> {
  return (value) => {
    if (!isObject(value)) return undefined;
    const found: Record<string, unknown> = {};
    for (const [name, check] of Object.entries<Check<unknown>>(checks)) {
      const checked = Object.hasOwn(value, name) ? check(value[name]) : undefined;
      if (checked !== undefined) found[name] = checked;
    }
    // Each of its values has passed the check for its name.
    return needed.every((name) => name in found) ? (found as T) : undefined;
  };
}

const hires = objectOf<Hires>(
  {
    upscaler: text,
    scale: number,
    width: count,
    height: count,
    steps: count,
    strength: number,
    guidance: number,
    sampler: oneOf(samplerNames),
    schedule: oneOf(scheduleNames),
    prompt: text,
    negative: text,
  },
  'upscaler',
  'strength',
);

const redraw = objectOf<RecipeRedraw>(
  {
    upscaler: text,
    scale: number,
    strength: number,
    width: count,
    height: count,
    padding: count,
    blur: number,
    order: oneOf(recipeRedrawOrders),
  },
  'upscaler',
);

const control = objectOf<RecipeControl>(
  {
    module: text,
    model: text,
    hash: text,
    weight: number,
    start: number,
    end: number,
    resize: oneOf(recipeResizes),
    resolution: count,
    a: number,
    b: number,
    pixelPerfect: truth,
    mode: oneOf(recipeControlModes),
    hintKind: text,
  },
  ...(['module', 'model', 'weight', 'start', 'end'] as const),
);

const skipLayers = objectOf<RecipeSkipLayers>(
  { layers: listOf(count), scale: number, start: number, end: number },
  ...(['layers', 'scale', 'start', 'end'] as const),
);

const settings = objectOf<Draft>({
  mode: oneOf(recipeModes),
  prompt: text,
  negative: text,
  width: count,
  height: count,
  steps: count,
  guidance: number,
  imageGuidance: number,
  clipSkip: count,
  emphasis: oneOf(emphases),
  prediction: oneOf(recipePredictions),
  padded: truth,
  bits: (value) => (value === 8 || value === 4 ? value : undefined),
  reuse: count,
  t5Tokens: count,
  skipLayers,
  strength: number,
  maskBlur: number,
  maskMode: oneOf(['masked', 'rest']),
  content: oneOf(recipeContents),
  area: oneOf(['whole', 'masked']),
  padding: count,
  soft: truth,
  feather: count,
  hires,
  redraw,
  sampler: oneOf(samplerNames),
  schedule: oneOf(scheduleNames),
  spacing: oneOf(spacings),
  like: oneOf(likes),
  eta: number,
  churn: number,
  churnMin: number,
  churnMax: number,
  noiseScale: number,
  sigmaMin: number,
  sigmaMax: number,
  rho: number,
  betaAlpha: number,
  betaBeta: number,
  discardPenultimate: truth,
  scaleStart: truth,
  wholeTimesteps: truth,
  zeroSnr: truth,
  guidanceRescale: number,
  guidanceMax: number,
  guidanceMin: number,
  guidanceMinAll: truth,
  guidanceFrom: number,
  order: count,
  lastSigma: oneOf(['zero', 'lowest']),
  stepsOffset: whole,
  lowerOrderFinal: truth,
  largeVariance: truth,
  unipc: oneOf(['bh1', 'bh2']),
  unipcSpacing: oneOf(['time', 'time squared', 'log SNR']),
  allSteps: truth,
  shift: number,
  seed,
  rng: oneOf(['CPU', 'NV']),
  variationSeed: seed,
  variationStrength: number,
  seedDelta: whole,
  resizeFrom: objectOf({ width: count, height: count }, 'width', 'height'),
  batch: objectOf({ index: count, count }, 'index', 'count'),
  controls: (value) => listOf(control)(value),
});

const resource = objectOf<Resource>({ kind: oneOf(resourceKinds), name: text, hash: text }, 'kind', 'name');

const tool = objectOf<Recipe['tool']>({ name: oneOf(toolNames), version: text }, 'name');

function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value) =>
    Array.isArray(value) ? value.map(check).filter((item): item is T & {} => item !== undefined) : undefined;
}

const pair: Check<readonly [string, string]> = (value) => {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [name, said] = value.map(text);
  return name === undefined || said === undefined ? undefined : [name, said];
};

const parts = objectOf<Recipe>({
  ...{ tool, foreign: text, settings },
  ...{ resources: listOf(resource), unknown: listOf(pair) },
});

/** The JSON of a recipe or a part of one, with seeds as strings. */
export const jsonOf = (recipe: unknown): string =>
  JSON.stringify(recipe, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/**
 * The valid parts of a recipe in such JSON.
 * @param value parsed.
 */
export const partsFrom = (value: unknown): Partial<Recipe> => parts(value) ?? {};

/**
 * The recipe in such JSON; null where it has no tool or no settings.
 * @param value parsed.
 */
export function recipeFrom(value: unknown): Recipe | null {
  const { tool, settings, ...others } = partsFrom(value);
  return tool && settings ? { resources: [], unknown: [], ...others, tool, settings } : null;
}
