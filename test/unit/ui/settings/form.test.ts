/** Settings as they are typed and stored. */
import { expect, test } from 'vitest';
import type { Job } from '../../../../src/engine/api';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import { engine, full, hints, pictures } from '../fake';
import { draw, studioWith } from '../make/drawing-studio';

test('typed numbers snap into range, with a few words about it', () => {
  const studio = studioWith(draw);
  studio.chosen.adopt(full());
  studio.form.commit('width', 771);
  expect(studio.settings.current.width).toBe(768);
  expect(studio.form.hints.width).toBe('rounded to a multiple of 8');
  studio.form.commit('height', 9999);
  expect(studio.settings.current.height).toBe(2048);
  studio.form.commit('steps', NaN);
  expect(studio.settings.current.steps).toBe(25);
  studio.form.type('width', 512);
  expect(studio.form.hints.width).toBe('');
});

test('a run that begins by itself has the numbers that were there before somebody began to type', async () => {
  const { form, settings, ordering } = studioWith(draw);
  form.commitText('steps', '30');
  form.typeText('steps', '4');
  form.typeText('steps', '45');
  form.typeText('width', '6');
  expect([form.settled().steps, form.settled().width]).toEqual([30, 48]);
  expect(ordering.next()?.settings).toMatchObject({ steps: 30, width: 48 });
  expect([settings.current.steps, settings.current.width, form.hints.width]).toEqual([45, 6, '']);
  form.commitText('steps', '45');
  form.leave('width');
  expect([form.settled().steps, form.settled().width]).toEqual([45, 48]);
  form.typeText('steps', '7');
  form.take({ steps: 12 });
  expect(form.settled().steps).toBe(12);
});

test('a number that was typed is used, or why not is said', () => {
  const { form, settings } = studioWith(draw);
  const typed = (name: 'steps' | 'guidance' | 'width', text: string) => {
    form.commitText(name, text);
    return [settings.current[name], form.hints[name]];
  };
  expect(typed('guidance', ' 7,5 ')).toEqual([7.5, '']);
  expect(typed('guidance', 'much')).toEqual([7.5, '“much” is no number: 7.5 is used']);
  expect(typed('guidance', '')).toEqual([7.5, 'empty: 7.5 is used']);
  expect(typed('guidance', '99')).toEqual([30, 'at most 30']);
  expect(typed('steps', '12.4')).toEqual([12, 'rounded']);
  expect(typed('steps', '1e999')).toEqual([150, 'at most 150']);
  expect(typed('width', '1,024')).toEqual([1024, '']);
  form.typeText('steps', 'x');
  expect(form.hints.steps).toBe('“x” is no number: 150 is used');
  form.typeText('steps', '9');
  expect([settings.current.steps, form.hints.steps]).toEqual([9, '']);
});

test('a number that was typed but not left is settled before the run', async () => {
  let asked: Job | undefined;
  const studio = studioWith(async function* (signal, job) {
    asked = job;
    return yield* draw(signal, job);
  });
  studio.form.type('width', 51);
  await studio.generate();
  expect(asked?.width).toBe(52);
});

test('settings come back after a reload; what is not a setting does not', async () => {
  const items: Record<string, string> = {};
  const studio = studioWith(draw, { items });
  Object.assign(studio.settings.current, { prompt: 'kept', steps: 33 });
  studio.settings.save();
  expect(studioWith(draw, { items }).settings.current).toMatchObject({ prompt: 'kept', steps: 33 });

  const [key = ''] = Object.keys(items);
  items[key] = JSON.stringify({
    model: 'mini',
    prompt: 5,
    steps: 1e9,
    sampler: 'Nope',
    width: null,
    evil: 1,
  });
  const mended = studioWith(draw, { items }).settings.current;
  expect(mended).toMatchObject({ prompt: '', steps: 150, sampler: 'Euler a', width: 512 });
  expect(mended).not.toHaveProperty('evil');

  items[key] = '{ not json';
  expect(studioWith(draw, { items }).settings.current.prompt).toBe('');
});

test('a storage that throws costs nothing but the memory', () => {
  const forbidden = () => {
    throw new Error('forbidden');
  };
  const studio = new Studio(engine({}), () => [], {
    storage: { getItem: forbidden, setItem: forbidden },
    database: null,
    pictures,
    hints,
    now: () => 0,
    seed: () => 0,
  });
  expect(() => studio.settings.save()).not.toThrow();
});
