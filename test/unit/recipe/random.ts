/** Recipes at random, of everything that one can hold. */
import fc from 'fast-check';
import { recipeControlModes, recipeResizes } from '../../../src/recipe/control';
import {
  recipeContents,
  recipeRedrawOrders,
  resourceKinds,
  type Recipe,
  type RecipeSettings,
} from '../../../src/recipe/recipe';
import { likes, samplerNames, scheduleNames, spacings } from '../../../src/sampling/settings';
import { emphases } from '../../../src/text/weigh';

/** The same ones in every run. */
export const hundreds = { numRuns: 300, seed: 14 };
export const thousand = { ...hundreds, numRuns: 1000 };

/** Words, signs that mean something in the text about a picture, and what no one would think of. */
const word = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a cat', '(masterpiece:1.2)', '<lora:ink:0.7>', 'BREAK', '[a:b:0.5]'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(', ', ': ', '"', '\\', '\n', ' ', 'Steps: 5, Sampler: x, Seed: 2', '512x512'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Negative prompt: x', '\r\n', '日本', '🎨', '\ufeff', '\u2028', '\ud800'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
export const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));

const positive = fc.double({ min: 1e-7, max: 1e5, noNaN: true });
const fraction = fc.double({ min: 1e-6, max: 1, noNaN: true });
const side = fc.integer({ min: 1, max: 512 }).map((eighths) => 8 * eighths);
export const seed = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const size = fc.record({ width: side, height: side });

const hires = fc.record(
  {
    upscaler: text.map((name) => `Latent${name}`),
    scale: fc.double({ min: 1, max: 4, noNaN: true }),
    steps: fc.integer({ min: 1, max: 150 }),
    strength: fraction,
    guidance: fc.double({ min: 0, max: 30, noNaN: true }),
    sampler: fc.constantFrom(...samplerNames),
    schedule: fc.constantFrom(...scheduleNames),
    prompt: text,
    negative: text,
  },
  { requiredKeys: ['upscaler', 'strength'] },
);

const redraw = fc.record(
  {
    upscaler: text,
    scale: fc.double({ min: 1, max: 8, noNaN: true }),
    strength: fraction,
    width: side,
    height: side,
    padding: fc.integer({ min: 0, max: 256 }),
    blur: fc.integer({ min: 0, max: 64 }),
    order: fc.constantFrom(...recipeRedrawOrders),
  },
  { requiredKeys: ['upscaler'] },
);

const control = fc.record(
  {
    module: fc.oneof(fc.constantFrom('canny', 'none'), text),
    model: fc.oneof(fc.constantFrom('control_v11p_sd15_canny', 'None', 'x [12345678]'), text),
    hash: fc.stringMatching(/^[\da-f]{8}$/),
    weight: fc.double({ min: 0, max: 2, noNaN: true }),
    start: fraction,
    end: fraction,
    resize: fc.constantFrom(...recipeResizes),
    resolution: fc.integer({ min: 64, max: 2048 }),
    a: positive,
    b: positive,
    pixelPerfect: fc.boolean(),
    mode: fc.constantFrom(...recipeControlModes),
    hintKind: text,
  },
  { requiredKeys: ['module', 'model', 'weight', 'start', 'end'] },
);

/** What every job has. */
const always = fc.record({
  prompt: text,
  negative: text,
  ...{ width: side, height: side, steps: fc.integer({ min: 1, max: 150 }) },
  guidance: fc.double({ min: 0, max: 30, noNaN: true }),
  clipSkip: fc.integer({ min: 1, max: 12 }),
  emphasis: fc.constantFrom(...emphases),
  sampler: fc.constantFrom(...samplerNames),
  schedule: fc.constantFrom(...scheduleNames),
  spacing: fc.constantFrom(...spacings),
  like: fc.constantFrom(...likes),
  seed,
  rng: fc.constantFrom('CPU', 'NV'),
});

const sometimes = fc.record(
  {
    ...{ eta: fraction, churn: positive, churnMin: positive, churnMax: positive, noiseScale: positive },
    ...{ sigmaMin: positive, sigmaMax: positive, rho: positive, betaAlpha: fraction, betaBeta: fraction },
    ...{ discardPenultimate: fc.boolean(), scaleStart: fc.boolean(), wholeTimesteps: fc.boolean() },
    ...{ zeroSnr: fc.boolean(), guidanceRescale: fraction, order: fc.integer({ min: 1, max: 4 }) },
    ...{ guidanceFrom: fraction, guidanceMax: positive, guidanceMin: positive, guidanceMinAll: fc.boolean() },
    ...{
      padded: fc.boolean(),
      shift: positive,
      t5Tokens: fc.integer({ min: 1, max: 512 }),
      skipLayers: fc.record({
        layers: fc.array(fc.nat({ max: 37 }), { maxLength: 4 }),
        ...{ scale: positive, start: fraction, end: fraction },
      }),
      bits: fc.constantFrom(8, 4),
      reuse: fc.integer({ min: 2, max: 9 }),
      prediction: fc.constantFrom('epsilon', 'v'),
      allSteps: fc.boolean(),
      variationSeed: seed,
      variationStrength: fraction,
      resizeFrom: size,
    },
    seedDelta: fc.maxSafeInteger(),
    redraw,
    controls: fc.array(control, { minLength: 1, maxLength: 3 }),
    batch: fc
      .record({ index: fc.nat({ max: 15 }), more: fc.integer({ min: 1, max: 16 }) })
      .map(({ index, more }) => ({ index, count: index + more })),
  },
  { requiredKeys: [] },
);

const mask = {
  strength: fraction,
  ...{ area: fc.constantFrom('whole', 'masked'), padding: fc.nat({ max: 256 }), soft: fc.boolean() },
};
const mode = fc.oneof(
  fc.record({ mode: fc.constant('text'), hires }, { requiredKeys: ['mode'] }),
  fc.record({ mode: fc.constant('image'), strength: fraction }),
  fc.record({ mode: fc.constant('instruct'), imageGuidance: fc.double({ min: 1, max: 3, noNaN: true }) }),
  fc.record({ mode: fc.constant('outpaint'), feather: fc.nat({ max: 128 }), ...mask }),
  fc.record({
    mode: fc.constant('inpaint'),
    ...mask,
    maskBlur: fc.nat({ max: 64 }),
    maskMode: fc.constantFrom('masked', 'rest'),
    content: fc.constantFrom(...recipeContents),
  }),
);

// Every key is one of a recipe's settings, and TypeScript looks at each where it is read back.
export const settings = fc
  .tuple(always, sometimes, mode)
  .map((parts) => Object.assign({}, ...parts) as RecipeSettings);

const resource = fc.record(
  { kind: fc.constantFrom(...resourceKinds), name: text, hash: fc.stringMatching(/^[\da-f]{10}$/) },
  { requiredKeys: ['kind', 'name'] },
);

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  tool: fc.constant({ name: 'Drobe' } as const),
  settings,
  resources: fc.array(resource, { maxLength: 4 }),
  unknown: fc.array(fc.tuple(text, text), { maxLength: 3 }),
});
