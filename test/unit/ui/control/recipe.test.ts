import { expect, test } from 'vitest';
import type { RecipeControl } from '../../../../src/recipe/control';
import { initialUnit, type Unit } from '../../../../src/ui/control/unit';
import { likelyKind } from '../../../../src/ui/control/nets';
import { recipeUnits, unitsOf } from '../../../../src/ui/control/recipe';
import { canny, pose, netOf, union } from './nets';

const hashed = netOf('edges', {}, { file: '0'.repeat(64), tensors: '', brief: 'd14c016b' });

const told: RecipeControl = {
  ...{ model: 'control_v11p_sd15_canny', module: 'canny', weight: 0.8, start: 0.1, end: 0.9 },
  ...{ mode: 'control', resize: 'fill', resolution: 640, pixelPerfect: false },
  ...{ a: 50, b: 150 },
};

test('a unit goes into a recipe and comes back, but for its picture', () => {
  const unit: Omit<Unit, 'key'> = {
    ...{ ...initialUnit, picture: null, model: canny.id, preprocessor: 'canny', a: 50, b: 150 },
    ...{ resolution: 640, pixelPerfect: false, resize: 'fill', weight: 0.8, start: 0.1, end: 0.9 },
    mode: 'control',
  };
  const recipe = recipeUnits([unit], [canny, pose]);
  expect(recipe).toEqual([told]);
  expect(unitsOf(recipe, [pose, canny])).toEqual([unit]);
});

test('a net is named with the hash by which A1111’s extension finds it, once that is known', () => {
  const [told, untold] = [hashed, canny].map(
    (net) => recipeUnits([{ ...initialUnit, model: net.id }], [hashed, canny])[0],
  );
  expect([told?.hash, untold?.hash]).toEqual(['d14c016b', undefined]);
});

test('numbers that a preprocessor does not take are not told', () => {
  const [recipe] = recipeUnits([{ ...initialUnit, model: pose.id }], [pose]);
  expect(recipe).toEqual({
    ...{ model: 'control_v11p_sd15_openpose', module: 'none', weight: 1, start: 0, end: 1 },
    ...{ mode: 'balanced', resize: 'crop', pixelPerfect: true },
  });
});

test('a net is found by its hash, whatever it is called here, or else by its name', () => {
  const models = (unit: RecipeControl) => unitsOf([unit], [canny, hashed]).map(({ model }) => model);
  expect(models({ ...told, model: 'another', hash: 'D14C016B' })).toEqual([hashed.id]);
  expect(models({ ...told, hash: 'ffffffff' })).toEqual([canny.id]);
  expect(models({ ...told, model: 'another' })).toEqual(['']);
});

test('what cannot be is as in a new unit, or as near to it as may be', () => {
  const [unit] = unitsOf(
    [{ ...told, module: 'telepathy', weight: 7, start: 2, end: -1, a: -1, resolution: 9 }],
    [],
  );
  expect(unit).toMatchObject({
    preprocessor: 'none',
    a: 0,
    b: 0,
    weight: 2,
    start: 1,
    end: 1,
    resolution: 64,
  });
  const [edges] = unitsOf([{ ...told, a: -1 }], []);
  expect(edges).toMatchObject({ preprocessor: 'canny', a: 100, b: 150 });
});

test('of a net for several kinds of hint the one that the preprocessor makes is chosen', () => {
  expect(likelyKind(union.addon, 'canny')).toBe('canny/lineart/mlsd');
  expect(likelyKind(union.addon, 'tile_resample')).toBe('tile');
  expect(likelyKind(union.addon, 'none')).toBe('openpose');
  expect(likelyKind(canny.addon, 'canny')).toBe('');
  expect(unitsOf([{ ...told, model: 'union_promax', hintKind: 'depth' }], [union])[0]?.hintKind).toBe(
    'depth',
  );
});
