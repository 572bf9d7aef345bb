import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fragmentOf, recipeInFragment } from '../../../src/recipe/link';
import type { Recipe } from '../../../src/recipe/recipe';
import { hundreds, recipes } from './random';

const cat: Recipe = {
  tool: { name: 'Drobe' },
  settings: { prompt: 'a cat', seed: 2n ** 64n - 1n, steps: 20, sampler: 'Euler a' },
  resources: [],
  unknown: [],
};
const packed = (json: string): string => `#recipe=1.${deflateRawSync(json).toString('base64url')}`;

it('hundreds of recipes come out of their links as they went in', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const fragment = fragmentOf(recipe);
      expect(fragment).toMatch(/^recipe=1\.[\w-]+$/);
      expect(recipeInFragment(`#${fragment}`)).toEqual(recipe);
    }),
    hundreds,
  );
});

it('a link is short, and holds the whole seed', () => {
  expect(fragmentOf(cat).length).toBeLessThan(170);
  expect(recipeInFragment(fragmentOf(cat))?.settings.seed).toBe(2n ** 64n - 1n);
});

it('a link says that a recipe is for models of another family', () => {
  const flux: Recipe = { ...cat, tool: { name: 'InvokeAI' }, foreign: 'FLUX' };
  expect(recipeInFragment(fragmentOf(flux))).toEqual(flux);
});

it('any other fragment is none', () => {
  for (const fragment of ['', '#', '#settings', '#recipes=1.x'])
    expect(recipeInFragment(fragment)).toBeNull();
});

it('what is cut, too long, of another version or no recipe is told', () => {
  const bomb = packed(JSON.stringify({ tool: { name: 'Drobe' }, settings: { prompt: ' '.repeat(2 ** 21) } }));
  const bad = [
    fragmentOf(cat).slice(0, -20),
    fragmentOf(cat).replace('=1.', '=2.'),
    `recipe=1.${'A'.repeat(2 ** 16)}`,
    'recipe=1.a b',
    packed('[1, 2]'),
    packed('{"tool": {"name": "Paint"}, "settings": {}}'),
    `#recipe=1.${deflateSync('{}').toString('base64url')}`,
    bomb,
  ];
  for (const fragment of bad) {
    expect(() => recipeInFragment(fragment)).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
  }
});

it('a value that is not what it should be is left out', () => {
  const settings = {
    steps: -1,
    seed: '18446744073709551616',
    sampler: 'x',
    prompt: 7,
    width: 512,
    hires: {},
  };
  const recipe = recipeInFragment(packed(JSON.stringify({ tool: { name: 'Drobe' }, settings })));
  expect(recipe?.settings).toEqual({ width: 512 });
});
