import { beforeEach, expect, test } from 'vitest';
import type { ModelEntry } from '../../../../src/engine/api';
import { writeInfotext } from '../../../../src/recipe/infotext/infotext';
import { fragmentOf } from '../../../../src/recipe/link';
import { Library } from '../../../../src/ui/models/library.svelte';
import { RecipeOffer } from '../../../../src/ui/share/offer.svelte';
import { recipeOf } from '../../../../src/ui/album/recipe';
import { canny } from '../control/nets';
import { drawGrey, engine, miniature, original, pictureFile, studioAtWork } from '../fake';
import { adapter, vitH } from '../reference/files';

const INFO = `a red apple <lora:Ink:0.7>
Negative prompt: blurry
Steps: 28, Sampler: DPM++ 2M SDE Karras, CFG scale: 6, Seed: 12345678901234567890, Size: 64x64, Model: mini-sd, Clip skip: 2, Wonder: yes`;

const lora: ModelEntry = {
  ...{ id: 'ink', file: 'ink.safetensors', bytes: 1, origin: 'stored' },
  addon: { kind: 'lora', name: 'ink', modules: 1, base: null },
};

let entries: ModelEntry[] = [];
beforeEach(() => void (entries = [miniature, lora]));

async function offering(here: () => readonly ModelEntry[] = () => []) {
  const { studio } = studioAtWork(miniature, drawGrey, here);
  const library = new Library(
    engine({
      // oxlint-disable-next-line require-yield -- a call without progress
      async *models() {
        return entries;
      },
    }),
    (model) => studio.chosen.adopt(model),
    null,
  );
  await library.load();
  return { studio, library, offer: new RecipeOffer(studio, library) };
}

const file = (text: string, name = 'recipe.txt') => new File([text], name, { type: 'text/plain' });

test('a recipe changes nothing before it is used', async () => {
  const { studio, offer } = await offering();
  const before = plainly(studio.settings.current);
  await offer.choose(file(INFO));
  expect(offer.offered?.comparison.changes.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['Prompt', 'Steps', 'Sampler', 'Seed', 'Clip skip', 'Like']),
  );
  expect(offer.offered?.comparison.unknown).toContainEqual(['Wonder', 'yes']);
  expect(plainly(studio.settings.current)).toEqual(before);
  offer.cancel();
  expect([offer.offered, plainly(studio.settings.current)]).toEqual([null, before]);
});

test('used, it sets what it says, under the names that things have here; undone, all is as before', async () => {
  const { studio, offer } = await offering();
  const before = plainly(studio.settings.current);
  await offer.choose(file(INFO));
  offer.use();
  expect(studio.settings.current).toMatchObject({
    prompt: 'a red apple <lora:ink:0.7>',
    negative: 'blurry',
    sampler: 'DPM++ 2M SDE',
    schedule: 'Karras',
    like: 'A1111',
    clipSkip: 2,
    seed: '12345678901234567890',
  });
  studio.changes.undo();
  expect(plainly(studio.settings.current)).toEqual(before);
});

test('styles that are ticked go when a recipe brings all of the prompt, which is told, and come back when that is undone', async () => {
  const { studio, offer } = await offering();
  studio.settings.current.styles = ['film', 'sharp'];
  await offer.choose(file(INFO));
  expect(offer.offered?.comparison.changes).toContainEqual({
    label: 'Styles',
    from: 'film, sharp',
    to: 'None',
  });
  offer.use();
  expect(studio.settings.current.styles).toEqual([]);
  studio.changes.undo();
  expect(studio.settings.current.styles).toEqual(['film', 'sharp']);
});

test('a second pass keeps what it has of its own, and a picture of a batch its place', async () => {
  const { studio, offer } = await offering();
  const more =
    'Denoising strength: 0.5, Hires sampler: Heun, Hires schedule type: Exponential, Hires upscale: 2, ' +
    'Hires upscaler: Latent, Hires prompt: "closer <lora:Ink:1>", Batch picture: 2 of 3, Like: ComfyUI, Version: Drobe';
  await offer.choose(file(`${INFO}, ${more}`));
  offer.use();
  await studio.generate();
  expect(studio.album.results[0]?.job).toMatchObject({
    hires: { sampler: 'Heun', schedule: 'Exponential', prompt: 'closer <lora:ink:1>', strength: 0.5 },
    batch: { index: 1, count: 3 },
  });
  // Another recipe, without them.
  await offer.choose(file(INFO));
  expect(offer.offered?.comparison.changes).toEqual(
    expect.arrayContaining([
      { label: 'Picture of a batch', from: '2 of 3', to: '' },
      { label: 'Of the second pass', from: 'Heun, Exponential, “closer <lora:ink:1>”', to: '' },
    ]),
  );
  offer.use();
  expect(studio.settings.current).toMatchObject({ hires: false, rare: {} });
});

test('of an upscaler that is not here it is said which one is used instead', async () => {
  const { studio, offer } = await offering();
  const second = 'Denoising strength: 0.5, Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+';
  await offer.choose(file(`${INFO}, ${second}`));
  const { changes, missing, unknown } = offer.offered!.comparison;
  expect(missing).toContainEqual({ kind: 'upscaler', name: 'R-ESRGAN 4x+' });
  expect(changes).toContainEqual({ label: 'Hires fix', from: '', to: 'Latent' });
  expect(unknown.map(([name]) => name)).not.toContain('Hires upscaler');
  offer.use();
  expect(studio.settings.current).toMatchObject({ hires: true, hiresUpscaler: 'Latent' });
});

test('a negative prompt that would be gone is said to become none', async () => {
  const { studio, offer } = await offering();
  studio.settings.current.negative = 'rain';
  await offer.choose(file(INFO.replace('Negative prompt: blurry\n', '')));
  const label = 'Negative prompt';
  expect(offer.offered?.comparison.changes).toContainEqual({ label, from: 'rain', to: 'None' });
});

test('what came beside it is counted', async () => {
  const { offer } = await offering();
  expect(await offer.look(file(INFO), 2)).toBe(true);
  expect(offer.offered?.aside).toBe(2);
});

test('the seed can be taken alone', async () => {
  const { studio, offer } = await offering();
  const before = plainly(studio.settings.current);
  await offer.choose(file(INFO));
  offer.useSeed();
  expect(plainly(studio.settings.current)).toEqual({ ...before, seed: '12345678901234567890' });
});

test('what is not here is named', async () => {
  entries = [miniature];
  const { offer } = await offering();
  await offer.choose(file(INFO.replace('mini-sd', 'v1-5')));
  expect(offer.offered?.comparison.missing).toEqual([
    { kind: 'model', name: 'v1-5' },
    { kind: 'lora', name: 'Ink' },
  ]);
});

test('pasted words are words, and a pasted recipe becomes words where it is not wanted', async () => {
  const { offer } = await offering();
  let plain = 0;
  expect(offer.pasted('a cat: with steps', () => plain++)).toBe(false);
  expect(offer.pasted(INFO, () => plain++)).toBe(true);
  offer.cancel();
  expect(plain).toBe(1);
});

test('a workflow whose sampler nobody here knows is told, and is no prompt', async () => {
  const { offer } = await offering();
  const strange = JSON.stringify({ 1: { class_type: 'FancySampler', inputs: { seed: 1 } } });
  expect(offer.pasted(strange, () => {})).toBe(true);
  expect(offer.failure).toMatchObject({ file: '', error: { code: 'workflow-unread' } });
  expect(await offer.look(file(strange, 'w.json'))).toBe(true);
  expect(offer.failure).toMatchObject({ file: 'w.json', error: { code: 'workflow-unread' } });
});

test('a file without a recipe is told; a link with a damaged one, too', async () => {
  const { offer } = await offering();
  await offer.choose(file('a cat'));
  expect(offer.failure).toMatchObject({ file: 'recipe.txt', error: { code: 'no-recipe' } });
  expect(offer.followed('#recipe=1.broken')).toBe(true);
  expect(offer.failure?.error.code).toBe('bad-request');
  expect(offer.followed('#elsewhere')).toBe(false);
});

test('the recipe of a picture that was made here leads to the same settings, as text and as a link', async () => {
  const { studio, library, offer } = await offering();
  await offer.choose(file(INFO));
  offer.use();
  await studio.generate();
  const made = plainly(studio.settings.current);
  const recipe = recipeOf(studio.album.results[0]!, library.entries);
  for (const bring of [
    () => offer.choose(file(writeInfotext(recipe))),
    () => offer.followed(`#${fragmentOf(recipe)}`),
  ]) {
    Object.assign(studio.settings.current, {
      prompt: '',
      steps: 3,
      sampler: 'Euler',
      like: 'ComfyUI',
      clipSkip: 1,
    });
    await bring();
    offer.use();
    expect(plainly(studio.settings.current)).toEqual(made);
  }
});

test('pictures that guide come with text and link but for the picture, which is asked for; undone, those before are back', async () => {
  entries = [miniature, canny];
  const { studio, library, offer } = await offering(() => library.entries);
  studio.units.add(canny);
  studio.units.take(studio.units.all[0]!, original(48, 48));
  studio.units.change(studio.units.all[0]!, { weight: 0.6, end: 0.8, mode: 'prompt', a: 40 });
  await studio.generate();
  const recipe = recipeOf(studio.album.results[0]!, library.entries);
  const made = plainly(studio.units.all);
  for (const bring of [
    () => offer.choose(file(writeInfotext(recipe))),
    () => offer.followed(`#${fragmentOf(recipe)}`),
  ]) {
    studio.units.restore([]);
    await bring();
    expect(offer.offered?.comparison.changes.map(({ label }) => label)).toContain('Control');
    offer.use();
    expect(plainly(studio.units.all)).toEqual([{ ...made[0], picture: null, key: expect.any(Number) }]);
    expect(studio.obstacle).toBe('no-control-picture');
    studio.changes.undo();
    expect(studio.units.all).toEqual([]);
  }
});

test('pictures that are part of the prompt come with text and link as those that guide do', async () => {
  entries = [miniature, adapter, vitH];
  const { studio, library, offer } = await offering(() => library.entries);
  const { references } = studio;
  await references.add(pictureFile('48x48'));
  references.change(references.all[0]!, { weight: 0.6, start: 0.2, end: 0.8 });
  await studio.generate();
  const recipe = recipeOf(studio.album.results[0]!, library.entries);
  expect(writeInfotext(recipe)).toContain(
    'ControlNet 0: "Module: ip-adapter_clip_sd15, Model: ip-adapter_sd15, Weight: 0.6, Guidance Start: 0.2, Guidance End: 0.8',
  );
  for (const bring of [
    () => offer.choose(file(writeInfotext(recipe))),
    () => offer.followed(`#${fragmentOf(recipe)}`),
  ]) {
    references.restore([]);
    await bring();
    expect(offer.offered?.comparison).toMatchObject({ missing: [], unknown: [] });
    offer.use();
    expect(references.all).toMatchObject([
      { model: adapter.id, picture: null, mask: null, weight: 0.6, start: 0.2, end: 0.8 },
    ]);
    expect([studio.units.all, studio.obstacle]).toEqual([[], 'no-reference-picture']);
    studio.changes.undo();
    expect(references.all).toEqual([]);
  }
  await references.add(pictureFile('48x48'));
  await offer.choose(file(INFO));
  expect(offer.offered?.comparison.changes).toContainEqual({
    label: 'Reference image',
    from: 'a reference image',
    to: '',
  });
});

test('what guides is taken away by a recipe that tells of nothing that does, and that is told before', async () => {
  entries = [miniature, canny];
  const { studio, offer } = await offering();
  studio.units.add(canny);
  await offer.choose(file(INFO));
  expect(offer.offered?.comparison.changes).toContainEqual({
    label: 'Control',
    from: 'a picture that guides',
    to: '',
  });
  offer.use();
  expect(studio.units.all).toEqual([]);
  studio.changes.undo();
  expect(studio.units.all).toMatchObject([{ model: canny.id }]);
});

/** The settings as plain values. */
function plainly<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
