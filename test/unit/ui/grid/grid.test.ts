import { expect, test } from 'vitest';
import { initial } from '../../../../src/ui/settings/settings';
import { Grid, type GridHost } from '../../../../src/ui/grid/grid.svelte';
import { fakeStorage } from '../fake';

const host: GridHost = {
  around: {
    settings: { ...initial, steps: 20 },
    mode: 'text',
    multiple: 8,
    models: [],
    vaes: [],
    upscalers: [],
    styles: [],
    loras: [],
    seed: () => '1',
  },
  request: () => {
    throw new Error('not in this test');
  },
  draw: () => Promise.resolve(),
  keep: () => Promise.resolve(),
  takes: () => null,
  newId: () => 'grid',
};

test('values that were written come back when another axis was chosen for a moment', () => {
  const grid = new Grid(host, fakeStorage());
  grid.choose('x', 'steps');
  expect(grid.values('x')).toBe('20');
  grid.write('x', '10, 20, 30');
  grid.choose('x', 'sampler');
  grid.choose('y', 'steps');
  expect([grid.values('x'), grid.values('y')]).toEqual([initial.sampler, '20']);
  grid.choose('x', 'steps');
  expect(grid.values('x')).toBe('10, 20, 30');
});

test('all models are those that draw in this mode', () => {
  const models = [
    { id: 'one', name: 'plain', suits: true },
    { id: 'two', name: 'instructions', suits: false },
  ];
  const grid = new Grid({ ...host, around: { ...host.around!, models } }, fakeStorage());
  grid.choose('x', 'model');
  expect(grid.all('x')).toBe('plain');
});
