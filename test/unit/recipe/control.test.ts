import { expect, it } from 'vitest';
import { compare, type Device, type Present } from '../../../src/recipe/compare';
import type { RecipeControl } from '../../../src/recipe/control';
import { readInfotext, writeInfotext } from '../../../src/recipe/infotext/infotext';
import type { RecipeSettings } from '../../../src/recipe/recipe';
import { en } from '../../../src/ui/words/en';

const settings = 'a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512';
const read = (pairs: string): ReturnType<typeof readInfotext> => readInfotext(`${settings}, ${pairs}`);
const written = (controls: readonly RecipeControl[]): string =>
  writeInfotext({ tool: { name: 'A1111' }, settings: { controls }, resources: [], unknown: [] });

const canny: RecipeControl = {
  ...{ module: 'canny', model: 'control_v11p_sd15_canny', hash: 'd14c016b', weight: 1, start: 0, end: 1 },
  ...{ resize: 'crop', resolution: 512, a: 100, b: 200, pixelPerfect: true, mode: 'balanced' },
};
const cannyText =
  'Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 1, Resize Mode: Crop and Resize, Processor Res: 512, Threshold A: 100, Threshold B: 200, Guidance Start: 0, Guidance End: 1, Pixel Perfect: True, Control Mode: Balanced';

it('units are written as A1111’s extension writes them, and read back', () => {
  const depth: RecipeControl = {
    ...{ module: 'none', model: 'depth', weight: 0.65, start: 0.2, end: 0.7, resize: 'fill' },
    mode: 'control',
  };
  const text = written([canny, depth]);
  expect(text).toBe(
    `ControlNet 0: "${cannyText}", ControlNet 1: "Module: none, Model: depth, Weight: 0.65, Resize Mode: Resize and Fill, Guidance Start: 0.2, Guidance End: 0.7, Control Mode: ControlNet is more important"`,
  );
  const { settings, unknown } = read(text);
  expect([settings.controls, unknown]).toEqual([[canny, depth], []]);
});

it('what the extension tells besides makes no difference, or is named', () => {
  const harmless = 'Low Vram: False, Hr Option: Both, Save Detected Map: True';
  expect(read(`ControlNet 0: "${cannyText}, ${harmless}"`)).toMatchObject({
    settings: { controls: [canny] },
    unknown: [],
  });
  expect(read(`ControlNet 1: "${cannyText}, Threshold C: 3, Hr Option: Low res only"`).unknown).toEqual([
    ['ControlNet 1 Threshold C', '3'],
    ['ControlNet 1 Hr Option', 'Low res only'],
  ]);
});

it('numbers that a module has not are not told', () => {
  const { settings } = read('ControlNet 0: "Module: shuffle, Model: s, Threshold A: -1, Threshold B: -1"');
  expect(settings.controls).toEqual([{ module: 'shuffle', model: 's', weight: 1, start: 0, end: 1 }]);
});

it('units of older versions are read, with their numbers in brackets', () => {
  const old =
    'preprocessor: canny, model: control_v11p_sd15_canny [d14c016b], weight: 1, starting/ending: (0, 0.8), resize mode: Just Resize, pixel perfect: False, control mode: My prompt is more important, preprocessor params: (512, 100, -1)';
  const { settings, unknown } = read(`ControlNet 0: "${old}"`);
  const { b: _, ...rest } = canny;
  const how = { end: 0.8, resize: 'stretch', pixelPerfect: false, mode: 'prompt' } as const;
  expect([settings.controls, unknown]).toEqual([[{ ...rest, ...how }], []]);
});

it('a module without a net stays unknown', () => {
  const unit = 'Module: reference_only, Model: None, Weight: 1';
  const { settings, unknown } = read(`ControlNet 0: "${unit}"`);
  expect([settings.controls, unknown]).toEqual([undefined, [['ControlNet 0', unit]]]);
});

it('a net that is not on this device is missing, one by another hash is found by its name', () => {
  const device: Device<Present> = {
    ...{ model: [], vae: [], lora: [], embedding: [], upscaler: [] },
    control: [{ name: 'Control_v11p_sd15_canny', hashes: ['00112233445566'] }],
  };
  const told: RecipeSettings = { controls: [canny, { ...canny, model: 'pose', weight: 0.5, end: 0.5 }] };
  const recipe = { tool: { name: 'A1111' }, settings: told, resources: [], unknown: [] } as const;
  const { changes, found, missing } = compare(recipe, {}, device, en.compared.values);
  expect(changes).toEqual([
    {
      setting: 'control',
      from: '',
      to: 'canny for control_v11p_sd15_canny; canny for pose, weight 0.5, 0 to 0.5',
    },
  ]);
  expect(found.map(({ here, by }) => [here.name, by])).toEqual([['Control_v11p_sd15_canny', 'name']]);
  expect(missing).toEqual([{ kind: 'control', name: 'pose', hash: 'd14c016b' }]);
});
