import { expect, test } from 'vitest';
import { jobOf } from '../../../../src/ui/settings/job';
import { overruled, Overrules } from '../../../../src/ui/settings/overrules.svelte';
import { recipeSettings, settingsOf } from '../../../../src/ui/settings/recipe';
import { initial, type Settings } from '../../../../src/ui/settings/settings';
import { fakeStorage } from '../fake';

const settings = (more: Partial<Settings>): Settings => ({ ...initial, ...more });

test('what is set for a model is kept for it, and for no other', () => {
  const items: Record<string, string> = {};
  const overrules = new Overrules(fakeStorage(items));
  overrules.keep('a', settings({ prediction: 'v', rare: { zeroSnr: true, eta: 0.5 } }));
  overrules.keep('b', settings({ rare: { zeroSnr: false } }));
  const later = new Overrules(fakeStorage(items));
  expect(later.of('a')).toEqual({ prediction: 'v', zeroSnr: true });
  expect(later.of('b')).toEqual({ zeroSnr: false });
  expect(later.of('c')).toEqual({});
  later.keep('a', settings({}));
  expect(new Overrules(fakeStorage(items)).of('a')).toEqual({});
});

test('what is not sound of it counts for nothing', () => {
  const found = {
    a: { prediction: 'auto', zeroSnr: 'yes' },
    b: null,
    c: { prediction: 'constructor' },
    d: { prediction: 'v' },
  };
  const overrules = new Overrules(fakeStorage({ 'drobe.overrules.1': JSON.stringify({ models: found }) }));
  expect(['a', 'b', 'c', 'd', 'toString'].map((id) => overrules.of(id))).toEqual([
    {},
    {},
    {},
    { prediction: 'v' },
    {},
  ]);
});

test('another model begins with its own, and without what was another’s', () => {
  const before = settings({ prediction: 'v', rare: { zeroSnr: true, eta: 0.5 } });
  expect(overruled(before, {})).toEqual({ prediction: 'auto', rare: { eta: 0.5 } });
  expect(overruled(before, { prediction: 'epsilon', zeroSnr: false })).toEqual({
    prediction: 'epsilon',
    rare: { eta: 0.5, zeroSnr: false },
  });
});

test('jobs and recipes are told it, and settings take it over from recipes', () => {
  const set = settings({ prediction: 'v', rare: { zeroSnr: true } });
  expect(jobOf(set, null)).toMatchObject({ prediction: 'v', zeroSnr: true });
  expect(jobOf(initial, null)).not.toHaveProperty('prediction');
  const told = recipeSettings('text', set);
  expect(told).toMatchObject({ prediction: 'v', zeroSnr: true });
  expect(recipeSettings('text', initial)).not.toHaveProperty('prediction');
  const recipe = { tool: { name: 'Drobe' }, settings: told, resources: [], unknown: [] } as const;
  expect(settingsOf(recipe, 8)).toMatchObject({ prediction: 'v', rare: { zeroSnr: true } });
});
