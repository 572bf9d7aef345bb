import { expect, test } from 'vitest';
import type { Job, ModelEntry } from '../../../../src/engine/api';
import { readComfy } from '../../../../src/recipe/comfy/read';
import { textsIn } from '../../../../src/recipe/picture/containers';
import { recipeInPicture } from '../../../../src/recipe/read';
import type { Recipe } from '../../../../src/recipe/recipe';
import { recipeOf } from '../../../../src/ui/album/recipe';
import { enlargedOf, resultOf } from '../../../../src/ui/album/result';
import { jobOf } from '../../../../src/ui/settings/job';
import { initial, type Mode, type Settings } from '../../../../src/ui/settings/settings';
import { miniature, picture } from '../fake';

const hashes = (digit: string) => ({ file: digit.repeat(64), tensors: digit.repeat(63) + 'f' });
const addon = (
  kind: 'lora' | 'vae' | 'taesd' | 'embedding',
  name: string,
  more: Partial<ModelEntry> = {},
): ModelEntry => ({
  ...{ id: `stored:${name}`, file: `${name}.safetensors`, bytes: 1, origin: 'stored', ...more },
  addon:
    kind === 'lora'
      ? { kind, name, modules: 1, base: null }
      : kind === 'embedding'
        ? { kind, name, words: [name, 'sunny'].map((trigger) => ({ trigger, vectors: 1 })) }
        : { kind, name },
});
const here: readonly ModelEntry[] = [
  addon('embedding', 'sun', { hashes: hashes('d') }),
  addon('lora', 'ink: 2', { hashes: hashes('c') }),
  addon('lora', 'chalk'),
  addon('taesd', 'taesd'),
  addon('vae', 'soft, v1', { hashes: hashes('b') }),
  { ...miniature, hashes: hashes('a') },
];

/** The file of a picture that was made with these settings, and what it should say. */
async function saved(
  mode: Mode,
  settings: Partial<Settings>,
  drawn: Partial<Job> = {},
  files = here,
): Promise<{ file: Uint8Array; recipe: Recipe }> {
  const all: Settings = { ...initial, model: miniature.id, seed: '42', ...settings };
  const job = { ...jobOf(all, null), ...drawn };
  const about = { mode, settings: all, original: null, place: null, model: 'A title', took: 1 };
  const { itself } = await resultOf(picture(job), about, files);
  return {
    file: new Uint8Array(await itself.blob.arrayBuffer()),
    recipe: recipeOf({ job, ...about }, files),
  };
}

const wild: Partial<Settings> = {
  prompt: ' a (cat:1.2), "quoted"\n<lora:INK: 2:0.5> sunny drobė ',
  negative: 'blurry: very',
  seed: String(2n ** 64n - 1n),
  sampler: 'DPM++ 2M SDE',
  schedule: 'Karras',
  clipSkip: 2,
  emphasis: 'No norm',
  rng: 'NV',
  variationSeed: '7',
  variationStrength: 0.25,
  rare: {
    ...{ eta: 0.5, seedDelta: 31337, sigmaMin: 0.03, batch: { index: 2, count: 4 } },
    hires: { sampler: 'Heun', schedule: 'Exponential', prompt: 'closer, <lora:chalk>', negative: 'far' },
  },
  vae: 'stored:soft, v1',
  taesd: 'stored:taesd',
  decoder: 'TAESD',
  hires: true,
  hiresSteps: 9,
};

test.each([
  ['text', { prompt: 'a cat' }],
  ['text', wild],
  ['text', { ...wild, like: 'A1111' }],
  ['text', { ...wild, like: 'ComfyUI' }],
  ['image', { strength: 0.6 }],
  ['instruct', { imageGuidance: 1.8 }],
  ['inpaint', { soft: false, maskMode: 'rest', area: 'masked', content: 'latent noise' }],
  ['outpaint', { outpaintStrength: 0.8, feather: 8 }],
] as const)('what a saved picture says is its recipe: %s, %j', async (mode, settings) => {
  const { file, recipe } = await saved(mode, settings);
  expect(recipeInPicture(file)).toEqual(recipe);
});

test('its text is that of A1111, with the hashes of all that it was made with', async () => {
  const { file } = await saved('text', { ...wild, prompt: 'a cat <lora:ink: 2:0.5>, sunny', like: 'A1111' });
  const text = textsIn(file).get('parameters');
  expect(text).toMatch(/^a cat <lora:ink: 2:0\.5>, sunny\nNegative prompt: blurry: very\nSteps: 20, /);
  for (const pair of [
    'Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 7',
    'Size: 512x512, Model hash: aaaaaaaaaa, Model: mini-sd, VAE hash: bbbbbbbbbb, VAE: "soft, v1.safetensors"',
    'Variation seed: 7, Variation seed strength: 0.25',
    'Clip skip: 2',
    'ENSD: 31337',
    'Emphasis: No norm',
    'Hires sampler: Heun, Hires schedule type: Exponential',
    'Hires steps: 9',
    'Lora hashes: "ink: 2: cccccccccccc"',
    'TI hashes: "sun: dddddddddd"',
    'VAE Decoder: TAESD',
    'Like: A1111',
    'Version: Drobe',
  ])
    expect(text).toContain(pair);
});

test('beside it stands a workflow of ComfyUI, in both forms', async () => {
  const { file } = await saved('text', { prompt: 'a cat', like: 'ComfyUI', emphasis: 'ComfyUI' });
  const texts = textsIn(file);
  for (const form of ['workflow', 'prompt']) {
    expect(readComfy(texts.get(form) ?? '')?.settings).toMatchObject({
      ...{ prompt: 'a cat', seed: 42n, steps: 20, width: 512 },
    });
  }
});

test('the words are those that were drawn, and the size is the one that was', async () => {
  const { recipe } = await saved(
    'text',
    { prompt: 'a {cat|dog}', width: 510, hires: true, rare: { hires: { prompt: '{1|2} dogs' } } },
    {
      ...{ prompt: 'a dog', width: 512 },
      hires: { scale: 2, upscaler: 'Latent', strength: 0.7, prompt: '2 dogs' },
    },
  );
  expect(recipe.settings).toMatchObject({ prompt: 'a dog', width: 512, hires: { prompt: '2 dogs' } });
});

test('weights are told to be rounded as they really were', async () => {
  expect((await saved('text', {}, { bits: 8 })).recipe.settings.bits).toBe(8);
  expect((await saved('text', { rare: { bits: 8 } }, { bits: 4 })).recipe.settings.bits).toBe(4);
});

test('only what the prompts call is named, the rest is not; a model that is gone goes by its title', async () => {
  const named = async (settings: Partial<Settings>, files = here) =>
    (await saved('text', settings, {}, files)).recipe.resources.map(({ kind, name }) => `${kind} ${name}`);
  expect(await named({ prompt: 'sunday' })).toEqual(['model mini-sd']);
  expect(await named({ prompt: '<lora:chalk>', negative: 'Sun, <lora:ink: 2>' })).toEqual([
    ...['model mini-sd', 'lora chalk', 'embedding sun'],
  ]);
  expect(await named({ prompt: '<lora:chalk>' }, [])).toEqual(['model A title']);
});

test('what no TAESD is chosen for is done by the VAE', () => {
  expect(jobOf({ ...initial, decoder: 'TAESD' }, null)).not.toHaveProperty('decoder');
});

test('an enlarged picture has the recipe of the one before it, and what made it larger in A1111’s words', async () => {
  const all: Settings = { ...initial, model: miniature.id, seed: '42', prompt: 'a cat' };
  const about = {
    mode: 'text',
    settings: all,
    original: null,
    place: null,
    model: 'A title',
    took: 1,
  } as const;
  const before = { ...(await resultOf(picture(jobOf(all, null)), about, here)), number: 1, url: '' };
  const pixels = { width: 4, height: 4, rgba: new Uint8ClampedArray(64).fill(255) };
  const enlarged = await enlargedOf(before, pixels, { name: '4x-sharp', by: 4 }, 9, here);
  expect(enlarged).toMatchObject({ took: 9, itself: { width: 4, height: 4 }, enlarged: { by: 4 } });
  expect(enlarged.fileName).toMatch(/-x4\.png$/);
  const text = textsIn(new Uint8Array(await enlarged.itself.blob.arrayBuffer())).get('parameters');
  expect(text).toMatch(/^a cat\nSteps: 20, .*Seed: 42, .*Size: 512x512/);
  expect(text).toContain('Postprocess upscale by: 4, Postprocess upscaler: 4x-sharp');

  const again = await enlargedOf(
    { ...enlarged, number: 2, url: '' },
    pixels,
    { name: 'soft', by: 2 },
    9,
    here,
  );
  expect(again.enlarged).toEqual({ name: 'soft', by: 8 });
});
