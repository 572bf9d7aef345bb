import { expect, test } from 'vitest';
import { Form } from '../../../../src/ui/settings/form.svelte';
import { jobOf } from '../../../../src/ui/settings/job';
import { jobFrom, mend, rareOf, settingsFrom } from '../../../../src/ui/settings/mend';
import { recipeSettings, settingsOf } from '../../../../src/ui/settings/recipe';
import { initial, RANDOM, type Settings } from '../../../../src/ui/settings/settings';
import { fakeStorage } from '../fake';

/** What version 0.1 kept, when seeds were numbers and samplers were named with their schedules. */
const older = {
  prompt: 'a cat',
  steps: 33,
  sampler: 'DPM++ 2M Karras',
  spacing: 'trailing',
  seed: 4294967295,
  freshSeed: false,
};

const kept = (settings: object): Settings =>
  new Form(fakeStorage({ 'drobe.settings.1': JSON.stringify(settings) }), () => 8).settings.current;

test('settings of an older version are read: a numeric seed, and a sampler with its schedule', () => {
  const today = {
    prompt: 'a cat',
    steps: 33,
    sampler: 'DPM++ 2M',
    schedule: 'Karras',
    spacing: 'trailing',
    like: 'diffusers',
    seed: '4294967295',
  };
  expect(kept(older)).toMatchObject(today);
  expect(settingsFrom(older)).toMatchObject(today);
  expect(kept({ ...older, freshSeed: true }).seed).toBe(RANDOM);
});

test('a job that an older version kept with its picture is today’s', () => {
  const { source: _source, ...job } = jobOf({ ...initial, sampler: 'DDIM', seed: '7' }, null);
  expect(jobFrom(job)).toEqual(job);
  const { schedule: _schedule, like: _like, rng: _rng, ...rest } = job;
  const before = { ...rest, sampler: 'DPM++ 2M Karras', seed: 99 } as unknown as typeof job;
  expect(jobFrom(before)).toMatchObject({
    sampler: 'DPM++ 2M',
    schedule: 'Karras',
    like: 'diffusers',
    rng: 'CPU',
    seed: 99n,
  });
});

test('the largest seed stays exact from the field to the job, over a reload', () => {
  const items: Record<string, string> = {};
  const form = new Form(fakeStorage(items), () => 8);
  form.typeSeed('seed', '18446744073709551615');
  form.settings.save();
  const { current } = new Form(fakeStorage(items), () => 8).settings;
  expect(jobOf(current, null).seed).toBe(2n ** 64n - 1n);
});

test('what is no seed is told, and the seed before it is kept', () => {
  const form = new Form(null, () => 8);
  form.typeSeed('seed', '41');
  for (const text of ['18446744073709551616', '1.5', 'cat', '-2']) {
    form.typeSeed('seed', text);
    expect(form.hints.seed, text).not.toBe('');
    expect(form.settings.current.seed).toBe('41');
  }
  form.typeSeed('seed', '-1');
  expect([form.hints.seed, form.settings.current.seed]).toEqual(['', RANDOM]);
});

test('what recipes brought along stays where it is sound', () => {
  const rare = { eta: 0.5, order: 3, discardPenultimate: true, churn: NaN, sampler: 'DDIM', nonsense: 1 };
  expect(mend({ ...initial, rare }).rare).toEqual({ eta: 0.5, order: 3, discardPenultimate: true });
  const hires = { sampler: 'Heun', schedule: 'Nope', prompt: 'a dog', upscaler: 'Latent', strength: 0.5 };
  const batch = { index: 1, count: 4 };
  expect(rareOf({ hires, batch })).toEqual({ hires: { sampler: 'Heun', prompt: 'a dog' }, batch });
  for (const nonsense of [5, 'words', null, [], { strength: 1 }])
    expect(rareOf({ hires: nonsense, batch: nonsense })).toEqual({});
});

test('an upscaler from a file stays chosen, here or not; a recipe brings one along that is here', () => {
  const settings: Settings = { ...initial, hires: true, hiresUpscaler: '4x-sharp', upscaler: '4x-sharp' };
  expect(mend(settings)).toMatchObject({ hiresUpscaler: '4x-sharp', upscaler: '4x-sharp' });
  expect(mend({ ...settings, upscaler: 4 as never }).upscaler).toBe('');
  expect(jobOf(settings, null).hires?.upscaler).toBe('4x-sharp');
  const told = recipeSettings('text', settings);
  const recipe = { tool: { name: 'A1111' }, settings: told, resources: [], unknown: [] } as const;
  expect(settingsOf(recipe, 8, ['4x-sharp']).hiresUpscaler).toBe('4x-sharp');
  expect(settingsOf(recipe, 8)).not.toHaveProperty('hiresUpscaler');
});

test('a second pass is asked for where words alone are drawn from, and says only what it has of its own', () => {
  const settings: Settings = { ...initial, hires: true, hiresScale: 1.5, hiresSteps: 12 };
  expect(jobOf(settings, null).hires).toEqual({ scale: 1.5, upscaler: 'Latent', strength: 0.7, steps: 12 });
  const hires = { sampler: 'Heun', negative: 'a dog' } as const;
  const own = jobOf({ ...settings, rare: { hires, eta: 0.5 } }, null);
  expect([own.hires, own.eta]).toEqual([{ ...jobOf(settings, null).hires, ...hires }, 0.5]);
  expect(jobOf({ ...settings, hires: false, rare: { hires } }, null)).not.toHaveProperty('hires');
});

test('a strength to the hundredth stays what a recipe or a grid made of it', () => {
  expect(settingsFrom({ ...initial, strength: 0.02, outpaintStrength: 0.37 })).toMatchObject({
    strength: 0.02,
    outpaintStrength: 0.37,
  });
});
