/** Hints that nets of their own make: which are offered, by which file, and how often a net is asked. */
import { expect, test, vi } from 'vitest';
import type { ModelEntry } from '../../../../src/engine/api';
import type { HintOrder } from '../../../../src/ui/control/hint';
import { hintsBy, isAtHand, netHintsIn } from '../../../../src/ui/control/net-hints';
import { lacking, preprocessorLabels, withNet, withOtherNet } from '../../../../src/ui/control/nets';
import { recipeUnits, unitsOf } from '../../../../src/ui/control/recipe';
import { initialUnit } from '../../../../src/ui/control/unit';
import { hints, motley, plain } from '../fake';
import { canny, netOf } from './nets';

type Net = 'Depth Anything' | 'Informative drawings' | 'HED';
const file = (name: string, net: Net, bytes = 1): ModelEntry => ({
  ...{ id: `id of ${name}`, file: name, bytes, origin: 'stored' },
  addon: { kind: 'hint-net', name, net },
});
const small = file('depth_anything_v2_vits.safetensors', 'Depth Anything', 2);
const large = file('depth_anything_v2_vitl.safetensors', 'Depth Anything', 9);
const first = file('depth-anything-small-hf.safetensors', 'Depth Anything');
const coarse = file('sk_model2.safetensors', 'Informative drawings');
const depth = netOf('control_v11f1p_sd15_depth');

test('what files hold the same tensors their names tell apart', () => {
  expect(netHintsIn([canny])).toEqual([]);
  expect(netHintsIn([first])).toEqual(['depth_anything']);
  expect(netHintsIn([file('model.safetensors', 'Depth Anything'), coarse])).toEqual([
    'depth_anything_v2',
    'lineart_coarse',
  ]);
  expect(netHintsIn([file('sk_model.safetensors', 'Informative drawings'), file('e', 'HED')])).toEqual([
    'lineart_realistic',
    'softedge_hed',
  ]);
});

test('a preprocessor is offered where its net is at hand, and suits the nets that are called after it', () => {
  const labels = preprocessorLabels(['depth_anything_v2'], 'lineart_coarse', (label) => `${label}, gone`);
  expect(labels.depth_anything_v2).toBe('Depth (Depth Anything V2)');
  expect(labels.lineart_coarse).toMatch(/gone$/);
  expect(labels).not.toHaveProperty('softedge_hed');
  expect(withNet(depth, []).preprocessor).toBe('none');
  expect(withNet(depth, ['depth_anything']).preprocessor).toBe('depth_anything');
  expect(lacking(depth, [])).toBe('depth_anything_v2');
  expect(lacking(depth, ['depth_anything'])).toBeNull();
  expect(lacking(canny, [])).toBeNull();
});

const order = (other: Partial<HintOrder> = {}): HintOrder => ({
  ...{ picture: motley({ width: 64, height: 48 }), mask: null, preprocessor: 'depth_anything_v2' },
  ...{ a: 0, b: 0, resolution: null, resize: 'crop', size: { width: 64, height: 48 }, part: null },
  ...other,
});

test('a net is asked once for a picture at a size, the largest that is at hand', async () => {
  const ask = vi.fn(async () => plain({ width: 64, height: 48 }, 90));
  const hint = hintsBy(hints, ask, () => [small, large]);
  const asked = order();
  expect((await hint(asked)).rgba[0]).toBe(90);
  expect(await hint({ ...asked, resize: 'stretch' })).toMatchObject({ width: 64, height: 48 });
  expect(ask).toHaveBeenCalledTimes(1);
  expect(ask).toHaveBeenCalledWith(
    expect.objectContaining({ hint: 'depth_anything_v2', model: large.id }),
    expect.any(AbortSignal),
  );
  await hint({ ...asked, resolution: 96 });
  expect(ask).toHaveBeenCalledTimes(2);
});

test('without its net a hint is not made, and others are', async () => {
  const hint = hintsBy(hints, vi.fn(), () => [first]);
  await expect(hint(order())).rejects.toMatchObject({ code: 'hint-net-missing' });
  expect(isAtHand('depth_anything_v2', [first])).toBe(false);
  expect(await hint(order({ preprocessor: 'none' }))).toMatchObject({ width: 64, height: 48 });
});

test('recipes tell of it in A1111’s words, whether or not the net is here', () => {
  const recipe = recipeUnits(
    [{ ...initialUnit, model: depth.id, preprocessor: 'depth_anything_v2' }],
    [depth],
  );
  expect(recipe[0]?.module).toBe('depth_anything_v2');
  expect(unitsOf(recipe, [depth])[0]?.preprocessor).toBe('depth_anything_v2');
});

test('another net leaves the preprocessor as it was chosen, where both would begin with the same', () => {
  const [one, other] = [
    { ...depth, id: 'one' },
    { ...depth, id: 'other' },
  ];
  const chosen = { preprocessor: 'canny' } as const;
  expect(withOtherNet(chosen, one, other, ['depth_anything'])).toEqual({ model: 'other', hintKind: '' });
  const fresh = withNet(other, ['depth_anything']);
  expect(withOtherNet(chosen, null, other, ['depth_anything'])).toEqual(fresh);
  const lines = { ...depth, file: 'control_v11p_sd15_lineart.safetensors' };
  expect(withOtherNet(chosen, lines, other, ['depth_anything'])).toEqual(fresh);
});
