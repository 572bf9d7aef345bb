/** Recipes of which ComfyUI's own nodes can say all. */
import fc from 'fast-check';
import type { Recipe, RecipeSettings } from '../../../../src/recipe/recipe';
import { samplerNames, type ScheduleName } from '../../../../src/sampling/settings';
import { seed } from '../random';

/** Which ComfyUI has not. */
const foreign: readonly string[] = [
  ...['Restart', 'PLMS', 'TCD', 'DDIM CFG++', 'DPM++ 2S', 'DPM++ 3S', 'DPM++ 3M', 'DPM-Solver 2M'],
];
const samplers = samplerNames.filter((sampler) => !foreign.includes(sampler));
const schedules: readonly ScheduleName[] = [
  ...(['Normal', 'Karras', 'Exponential', 'SGM Uniform', 'Simple', 'DDIM', 'Beta', 'KL Optimal'] as const),
  ...(['Align Your Steps', 'Turbo', 'Linear Quadratic'] as const),
];

const name = fc.stringMatching(/^[a-z][\w -]{0,8}\w$/);
const strength = fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10);
const plain = fc.array(
  fc.constantFrom('a cat', '(hat:1.2)', 'in ink,', '((fur))', '\\(sic\\)', '日本', '"', '\n'),
);
const prompt = fc.tuple(
  plain,
  fc.uniqueArray(fc.tuple(name, strength, strength), { maxLength: 3, selector: ([n]) => n }),
);
const text = plain.map((words) => words.join(' ').trim().replace(/ {2,}/g, ' '));
const asked = prompt.map(([words, loras]) =>
  [
    words.join(' ').trim().replace(/ {2,}/g, ' '),
    ...loras.map(([lora, te, unet]) => `<lora:${lora}:${te === unet ? unet : `${te}:${unet}`}>`),
  ]
    .filter(Boolean)
    .join(' '),
);
const side = fc.integer({ min: 8, max: 256 }).map((eighths) => 8 * eighths);
const guidance = fc.integer({ min: 0, max: 60 }).map((halves) => halves / 2);
const some = { sampler: fc.constantFrom(...samplers), schedule: fc.constantFrom(...schedules) };
const fraction = fc.integer({ min: 1, max: 100 }).map((hundredths) => hundredths / 100);

const applied = { model: name, weight: fraction, start: fraction, end: fraction };

/** What ComfyUI's own nodes can say, in the form in which it is read: what is as in the first pass is not said of the second. */
const says = fc
  .record({
    prompt: asked,
    negative: text,
    width: side,
    height: side,
    steps: fc.integer({ min: 1, max: 150 }),
    guidance,
    ...some,
    seed,
    clipSkip: fc.integer({ min: 1, max: 12 }),
    rescale: fc.option(fraction),
    zeroSnr: fc.boolean(),
    prediction: fc.option(fc.constantFrom('epsilon', 'v')),
    mode: fc.constantFrom('text', 'image', 'inpaint', 'instruct'),
    strength: fraction,
    controls: fc.array(
      fc.oneof(
        fc.record({ module: fc.constantFrom('none', 'invert'), ...applied }),
        fc.record({
          ...{ module: fc.constant('canny'), ...applied },
          ...{ a: fc.integer({ min: 3, max: 252 }), b: fc.integer({ min: 3, max: 252 }) },
        }),
        fc.record({ module: fc.constant('none'), ...applied, hintKind: fc.constantFrom('depth', 'tile') }),
      ),
      { maxLength: 3 },
    ),
    batch: fc.option(fc.record({ index: fc.nat({ max: 3 }), count: fc.integer({ min: 4, max: 8 }) })),
    hires: fc.option(
      fc.record(
        {
          upscaler: fc.constantFrom(
            'Latent',
            'Latent (bicubic)',
            'Latent (nearest-exact)',
            'Lanczos',
            'Nearest',
          ),
          strength: fraction,
          steps: fc.integer({ min: 151, max: 200 }),
          guidance: fc.integer({ min: 31, max: 40 }),
          scale: fc.integer({ min: 5, max: 16 }).map((quarters) => quarters / 4),
        },
        { requiredKeys: ['upscaler', 'strength', 'scale'] },
      ),
    ),
  })
  .map(
    ({
      rescale,
      zeroSnr,
      prediction,
      mode,
      strength: far,
      batch,
      hires,
      controls,
      ...rest
    }): RecipeSettings => ({
      ...rest,
      ...(controls.length > 0 && { controls }),
      mode,
      ...(rescale !== null && { guidanceRescale: rescale }),
      // One node says both.
      ...(prediction && { prediction }),
      ...(zeroSnr && { zeroSnr, prediction: prediction ?? 'v' }),
      ...((mode === 'image' || mode === 'inpaint') && { strength: far }),
      ...(mode === 'text' && batch && { batch }),
      ...(mode === 'text' && hires && { hires }),
      ...{ like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU' },
    }),
  );

export const own: fc.Arbitrary<Recipe> = fc.record({
  tool: fc.constant({ name: 'ComfyUI' } as const),
  settings: says,
  resources: fc
    .tuple(name, fc.option(name))
    .map(([model, vae]) => [
      ...(vae === null ? [] : [{ kind: 'vae' as const, name: vae }]),
      { kind: 'model' as const, name: model },
    ]),
  unknown: fc.constant([]),
});
