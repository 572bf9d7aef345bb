/** The chosen model, and the settings that go with it. */
import { expect, test } from 'vitest';
import { full, miniature } from '../fake';
import { draw, studioWith } from './drawing-studio';

test('another model brings its own size, steps and sampler; prompt and seed stay', () => {
  const studio = studioWith(draw);
  Object.assign(studio.settings.current, { prompt: 'a cat', negative: 'a dog', seed: 9, width: 64 });
  studio.chosen.adopt(miniature);
  expect(studio.settings.current.width).toBe(64);
  studio.chosen.adopt(full());
  expect(studio.settings.current).toMatchObject({
    ...full().facts.defaults,
    model: 'full',
    prompt: 'a cat',
    negative: 'a dog',
    seed: 9,
  });
});

test('back at the model before, as nothing came of another one, everything is as it was left', () => {
  const studio = studioWith(draw);
  const left = { width: 64, steps: 3, sampler: 'Euler', prediction: 'v' } as const;
  Object.assign(studio.settings.current, { ...left, prompt: 'a cat' });
  studio.chosen.adopt(full());
  studio.settings.current.prompt = 'a dog';
  expect(studio.settings.current).toMatchObject({ ...full().facts.defaults, prediction: 'auto' });
  studio.chosen.adopt(miniature, true);
  expect(studio.settings.current).toMatchObject({ ...left, model: 'mini', prompt: 'a dog' });
});

test('what both models come with alike stays as it was set', () => {
  const studio = studioWith(draw);
  studio.chosen.adopt(full());
  const own = { width: 640, height: 768, steps: 33, sampler: 'Heun', schedule: 'Karras' } as const;
  Object.assign(studio.settings.current, own, { guidance: 4 });
  const { facts } = full();
  studio.chosen.adopt({
    ...full('other'),
    facts: { ...facts, defaults: { ...facts.defaults, guidance: 1, sampler: 'LCM' } },
  });
  expect(studio.settings.current).toMatchObject({
    ...own,
    guidance: 1,
    sampler: 'LCM',
    schedule: 'Automatic',
  });
  studio.settings.current.steps = 8;
  studio.chosen.adopt(full());
  expect(studio.settings.current).toMatchObject({ ...own, steps: 8, guidance: 4 });
});

test('a model of another size comes back as it was left in this visit', () => {
  const studio = studioWith(draw);
  Object.assign(studio.settings.current, { width: 64, steps: 3, sampler: 'Euler' });
  studio.chosen.adopt(full());
  expect(studio.settings.current).toMatchObject(full().facts.defaults);
  studio.chosen.adopt(miniature);
  expect(studio.settings.current).toMatchObject({ width: 64, height: 48, steps: 3, sampler: 'Euler' });
});

test('what is being typed stays so when the copy of the chosen model has come', () => {
  const studio = studioWith(draw);
  studio.chosen.adopt({ ...full(), origin: 'arriving' });
  studio.form.type('width', 5);
  studio.chosen.adopt(full());
  expect(studio.model?.origin).toBe('stored');
  expect(studio.settings.current.width).toBe(5);
});

test('what a person says of a model’s prediction is drawn with, and comes back with the model', async () => {
  const items: Record<string, string> = {};
  const studio = studioWith(draw, { items });
  studio.chosen.overrule({ prediction: 'v', rare: { zeroSnr: true } });
  await studio.generate();
  expect(studio.album.results[0]?.job).toMatchObject({ prediction: 'v', zeroSnr: true });
  studio.chosen.adopt(full());
  await studio.generate();
  expect(studio.album.results[0]?.job).not.toHaveProperty('prediction');
  expect(studio.album.results[0]?.job).not.toHaveProperty('zeroSnr');
  const later = studioWith(draw, { items });
  later.chosen.adopt(full());
  later.chosen.adopt(miniature);
  expect(later.settings.current).toMatchObject({ prediction: 'v', rare: { zeroSnr: true } });
});
