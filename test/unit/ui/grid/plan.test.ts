import { expect, test } from 'vitest';
import { initial, RANDOM, type Settings } from '../../../../src/ui/settings/settings';
import { offered, type Around } from '../../../../src/ui/grid/axes';
import { axisNames } from '../../../../src/ui/grid/names';
import {
  cellName,
  cellsIn,
  cellsOf,
  placeNamed,
  planOf,
  type AxisWish,
  type Plan,
} from '../../../../src/ui/grid/plan';

const settings: Settings = {
  ...initial,
  prompt: 'a cat on a mat',
  negative: 'cat hair',
  seed: '5',
  count: 4,
  model: 'one',
};
let drawn = 100;
const around: Around = {
  settings,
  mode: 'text',
  multiple: 8,
  models: [
    { id: 'one', name: 'First model', suits: true },
    { id: 'two', name: 'Second model', suits: true },
  ],
  vaes: [{ id: 'v', name: 'sharp' }],
  upscalers: ['Latent', 'Lanczos'],
  styles: ['ink', 'oil'],
  loras: ['mini-ink', 'a, b'],
  seed: () => String(drawn++),
};
const NONE: AxisWish = { name: 'none', text: '' };

function plan(x: AxisWish, y = NONE, z = NONE): Plan {
  const planned = planOf([x, y, z], around);
  if (!('plan' in planned)) throw new Error(JSON.stringify(planned.wrong));
  return planned.plan;
}
const settingsOf = (x: AxisWish): readonly Settings[] =>
  cellsOf(plan(x), settings).map((cell) => cell.settings);
const wrong = (x: AxisWish): readonly string[] => {
  const planned = planOf([x, NONE, NONE], around);
  return 'wrong' in planned ? planned.wrong[0] : [];
};

test('every value of an axis meets every value of the others, one picture each', () => {
  const grid = plan({ name: 'steps', text: '10, 20' }, { name: 'guidance', text: '3-7 (+2)' });
  const cells = cellsOf(grid, settings);
  expect(cellsIn(grid)).toBe(6);
  expect(cells.map(({ settings: { steps, guidance } }) => [steps, guidance])).toEqual([
    [10, 3],
    [20, 3],
    [10, 5],
    [20, 5],
    [10, 7],
    [20, 7],
  ]);
  expect(cells.every((cell) => cell.settings.count === 1)).toBe(true);
});

test('what takes long to change is changed least often, on whichever axis it is', () => {
  const grid = plan({ name: 'model', text: 'first, second' }, { name: 'steps', text: '1-3' });
  expect(cellsOf(grid, settings).map((cell) => cell.settings.model)).toEqual([
    ...['one', 'one', 'one'],
    ...['two', 'two', 'two'],
  ]);
});

test('words are replaced in both prompts, the first item being what is looked for', () => {
  const cells = settingsOf({ name: 'replace', text: 'cat, "big, red dog"' });
  expect(cells.map(({ prompt }) => prompt)).toEqual(['a cat on a mat', 'a big, red dog on a mat']);
  expect(cells.map(({ negative }) => negative)).toEqual(['cat hair', 'big, red dog hair']);
  expect(wrong({ name: 'replace', text: 'bird, fish' })).toEqual(['bird']);
});

test('words are replaced before a LoRA is added, on whichever axis', () => {
  const grid = plan({ name: 'lora', text: 'mini-ink, 0.5' }, { name: 'replace', text: 'cat, ink' });
  expect(cellsOf(grid, settings).map((cell) => cell.settings.prompt)).toEqual([
    'a cat on a mat <lora:mini-ink:0.5>',
    'a ink on a mat <lora:mini-ink:0.5>',
  ]);
});

test('a LoRA with a comma in its name stands in quotes', () => {
  expect(settingsOf({ name: 'lora', text: '"a, b", 0, 1' })).toHaveLength(2);
  expect(wrong({ name: 'lora', text: 'nobody, 1' })).toEqual(['nobody']);
});

test('a sampler may bring its schedule, as older names do', () => {
  const [plain, karras] = settingsOf({ name: 'sampler', text: 'euler a, DPM++ 2M Karras' });
  expect(plain).toMatchObject({ sampler: 'Euler a', schedule: settings.schedule });
  expect(karras).toMatchObject({ sampler: 'DPM++ 2M', schedule: 'Karras' });
});

test('a random seed is drawn once for all pictures that have it', () => {
  const grid = plan({ name: 'seed', text: '-1, 7-8' }, { name: 'steps', text: '1, 2' });
  const found = cellsOf(grid, settings).map((cell) => cell.settings.seed);
  expect(found).toEqual([found[0], '7', '8', found[0], '7', '8']);
  expect(found[0]).not.toBe(RANDOM);
});

test('a seed past 2⁵³ stays what it is', () => {
  expect(settingsOf({ name: 'seed', text: '18446744073709551615' })[0]?.seed).toBe('18446744073709551615');
});

test('what is out of range or unknown is told', () => {
  expect(wrong({ name: 'steps', text: '0, 151, 1.5, 10' })).toEqual(['1.5', '0', '151']);
  expect(wrong({ name: 'size', text: '512x512, 511 × 512' })).toEqual(['511 × 512']);
  expect(wrong({ name: 'model', text: 'third' })).toEqual(['third']);
  expect(wrong({ name: 'schedule', text: 'Karras, none of these' })).toEqual(['none of these']);
});

test('only what bears on the picture is offered', () => {
  expect(offered(around)).not.toContain('strength');
  expect(offered(around)).not.toContain('hiresStrength');
  expect(offered({ ...around, mode: 'inpaint' })).toContain('strength');
  expect(offered({ ...around, settings: { ...settings, hires: true } })).toContain('hiresStrength');
  expect(offered({ ...around, loras: [], styles: [], vaes: [] })).not.toContain('lora');
  expect(axisNames).toContain('none');
});

test('a cell is found again by what its order keeps of it', () => {
  const cells = cellsOf(plan({ name: 'steps', text: '1-3' }), settings);
  expect(cells.map((cell) => placeNamed(cellName(cell)))).toEqual(cells.map(({ at }) => at));
  expect(placeNamed('first')).toBeNull();
});
