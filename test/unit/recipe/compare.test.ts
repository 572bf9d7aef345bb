import { expect, it } from 'vitest';
import {
  compare,
  withLocalNames,
  withLocalUpscalers,
  type Device,
  type Present,
} from '../../../src/recipe/compare';
import type { Recipe } from '../../../src/recipe/recipe';
import { en } from '../../../src/ui/words/en';

const { values } = en.compared;

const recipe: Recipe = {
  tool: { name: 'A1111' },
  settings: {
    prompt: 'a cat <lora:ink:0.7> <lora:fur:1>',
    width: 512,
    height: 768,
    seed: 2n ** 64n - 1n,
    soft: true,
  },
  resources: [
    { kind: 'model', name: 'pony', hash: '67ab2fd8ec' },
    { kind: 'vae', name: 'kl-f8.vae.pt' },
    { kind: 'lora', name: 'ink', hash: 'e3b0c44298fc' },
  ],
  unknown: [['ADetailer model', 'face.pt']],
};
const nothing: Device<Present> = { model: [], vae: [], lora: [], embedding: [], control: [], upscaler: [] };

it('tells what changes', () => {
  const now = { prompt: 'a cat <lora:ink:0.7> <lora:fur:1>', width: 512, height: 512, seed: 1n };
  expect(compare(recipe, now, nothing, values).changes).toEqual([
    { setting: 'size', from: '512 × 512', to: '512 × 768' },
    { setting: 'seed', from: '1', to: '18446744073709551615' },
    { setting: 'soft', from: '', to: 'on' },
  ]);
});

it('a file is the one that is meant by its hash, or by its name', () => {
  const device = {
    ...nothing,
    model: [
      { name: 'pony.safetensors' },
      { name: 'my pony.safetensors', hashes: [`67AB2FD8EC${'0'.repeat(54)}`] },
    ],
    lora: [{ name: 'Fur.safetensors', hashes: ['e3b0c44'] }],
  };
  const { found, missing, unknown } = compare(recipe, {}, device, values);
  expect(found.map(({ here, by }) => [here.name, by])).toEqual([
    ['my pony.safetensors', 'hash'],
    ['Fur.safetensors', 'name'],
  ]);
  expect(missing).toEqual([recipe.resources[1], recipe.resources[2]]);
  expect(unknown).toEqual(recipe.unknown);
});

it('a LoRA that has another name here is called by it', () => {
  const { found } = compare(
    recipe,
    {},
    { ...nothing, lora: [{ name: 'ink2.safetensors', hashes: ['e3b0c44298fc'] }] },
    values,
  );
  expect(withLocalNames('<lora:ink:0.7> <lora:ink2:1> <lora:ink>', found)).toBe(
    '<lora:ink2:0.7> <lora:ink2:1> <lora:ink2>',
  );
});

it('an upscaler is found by its name, or by what A1111 calls it; for one that is not here another is used', () => {
  const settings = {
    hires: { upscaler: 'R-ESRGAN 4x+', scale: 2, strength: 0.5 },
    redraw: { upscaler: '4x-UltraSharp' },
  };
  const asked: Recipe = { tool: { name: 'A1111' }, settings, resources: [], unknown: [] };
  const device = {
    ...nothing,
    upscaler: [{ name: 'realesrgan_x4plus' }, { name: 'RealESRGAN_x4plus_anime_6B' }],
  };
  const { found, missing } = compare(asked, {}, device, values);
  expect(found.map(({ here }) => here.name)).toEqual(['realesrgan_x4plus']);
  expect(missing).toEqual([{ kind: 'upscaler', name: '4x-UltraSharp' }]);
  const { hires, redraw } = withLocalUpscalers(settings, found, { hires: 'Latent', redraw: 'Lanczos' });
  expect([hires?.upscaler, redraw?.upscaler]).toEqual(['realesrgan_x4plus', 'Lanczos']);
});

it.each(['Latent', 'Latent (nearest-exact)', 'Lanczos', 'Nearest', 'None'])(
  '%s needs no file',
  (upscaler) => {
    const settings = { hires: { upscaler, scale: 2, strength: 0.5 } };
    const asked: Recipe = { tool: { name: 'A1111' }, settings, resources: [], unknown: [] };
    expect(compare(asked, {}, nothing, values).missing).toEqual([]);
    expect(withLocalUpscalers(settings, [], { hires: 'x', redraw: 'x' })).toEqual(settings);
  },
);
