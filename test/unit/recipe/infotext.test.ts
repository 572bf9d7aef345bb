import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isInfotext, readInfotext, writeInfotext } from '../../../src/recipe/infotext/infotext';
import { hundreds, recipes } from './random';

const civitai = `girl in ink, <lora:ink:0.7>, BREAK, hat
Negative prompt: blurry
Steps: 28, Sampler: DPM++ 2M SDE Karras, CFG scale: 6, Seed: 1234567890, Size: 832x1216, Model hash: 67ab2fd8ec, Model: pony, VAE hash: 735e4c3a44, VAE: sdxl_vae.safetensors, Clip skip: 2, ADetailer model: face.pt, Lora hashes: "ink: e3b0c44298fc", TI hashes: "easynegative: c74b4e810b03", Version: v1.7.0`;

it('hundreds of recipes are read again as they were written', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      expect(readInfotext(writeInfotext(recipe))).toEqual(recipe);
    }),
    hundreds,
  );
});

it('what stands under a picture on Civitai', () => {
  expect(readInfotext(civitai)).toEqual({
    tool: { name: 'A1111', version: 'v1.7.0' },
    settings: {
      mode: 'text',
      prompt: 'girl in ink, <lora:ink:0.7>, BREAK, hat',
      negative: 'blurry',
      ...{ steps: 28, sampler: 'DPM++ 2M SDE', schedule: 'Karras', guidance: 6, clipSkip: 2 },
      ...{ seed: 1234567890n, width: 832, height: 1216, rng: 'NV', like: 'A1111', emphasis: 'A1111' },
    },
    resources: [
      { kind: 'model', name: 'pony', hash: '67ab2fd8ec' },
      { kind: 'vae', name: 'sdxl_vae.safetensors', hash: '735e4c3a44' },
      { kind: 'lora', name: 'ink', hash: 'e3b0c44298fc' },
      { kind: 'embedding', name: 'easynegative', hash: 'c74b4e810b03' },
    ],
    unknown: [['ADetailer model', 'face.pt']],
  });
  expect(isInfotext(civitai)).toBe(true);
  expect(isInfotext('a cat, time: 12, place: home, mood: fine')).toBe(false);
});

const anew =
  'Ultimate SD upscale upscaler: 4x-UltraSharp, Ultimate SD upscale tile_width: 512, Ultimate SD upscale tile_height: 640, Ultimate SD upscale mask_blur: 8, Ultimate SD upscale padding: 32';

it('pictures drawn anew in tiles, by the names of A1111’s extension', () => {
  const text = `a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 2816x1984, Denoising strength: 0.42, RNG: NV, ${anew}`;
  const recipe = readInfotext(text);
  expect(recipe.unknown).toEqual([]);
  expect(recipe.settings).toMatchObject({ mode: 'image', strength: 0.42, width: 2816 });
  const tile = { width: 512, height: 640, padding: 32, blur: 8 };
  expect(recipe.settings.redraw).toEqual({ upscaler: '4x-UltraSharp', strength: 0.42, ...tile });
  expect(writeInfotext(recipe)).toContain(anew);
  expect(writeInfotext(recipe)).not.toContain('denoise');
});

it('what the extension leaves out has the names of its ComfyUI node', () => {
  const redraw = {
    upscaler: 'Lanczos',
    scale: 2,
    strength: 0.35,
    width: 512,
    height: 512,
    order: 'chess',
  } as const;
  const settings = { prompt: 'a cat', mode: 'text', steps: 20, redraw } as const;
  const text = writeInfotext({ tool: { name: 'Drobe' }, settings, resources: [], unknown: [] });
  expect(text).toMatch(/upscale_by: 2.*denoise: 0.35.*mode_type: Chess/);
  expect(readInfotext(text).settings).toMatchObject({ mode: 'text', redraw });
});

it('where guidance rests, by A1111’s names', () => {
  const text = 'a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512';
  const rests = 'Skip Early CFG: 0.1, NGMS: 3.0, NGMS all steps: True';
  const { settings, unknown } = readInfotext(`${text}, ${rests}, Version: v1.10.1`);
  expect(settings).toMatchObject({ guidanceFrom: 0.1, guidanceMin: 3, guidanceMinAll: true });
  expect(unknown).toEqual([]);
  expect(writeInfotext(readInfotext(`${text}, NGMS: 3.0`))).toMatch(/, NGMS: 3(\.0)?$/);
});

it.each([
  ['Weight precision: 8 bits', 8],
  ['Weight precision: 4 bits', 4],
  ['Diffusion in Low Bits: bnb-nf4', 4],
  ['Diffusion in Low Bits: bnb-fp4 (fp16 LoRA)', 4],
  ['Diffusion in Low Bits: float8-e4m3fn', 8],
  ['FP8 weight: Enable for SDXL', 8],
  ['Diffusion in Low Bits: Automatic (fp16 LoRA)', undefined],
  ['FP8 weight: Disable', undefined],
])('weights that were rounded, as tools call it: %s', (said, bits) => {
  const recipe = readInfotext(
    `a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, ${said}`,
  );
  expect(recipe.settings.bits).toBe(bits);
  expect(recipe.unknown).toEqual([]);
  if (bits) expect(writeInfotext(recipe)).toContain(`Weight precision: ${bits} bits`);
});

const settled = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x768';

it.each([
  [
    'with lines of an extension behind it',
    `a cat\nNegative prompt: x\n${settled}\nTemplate: a {cat|dog}, hat`,
  ],
  ['with its line breaks made spaces', `a cat Negative prompt: x ${settled}`],
  ['with the line breaks of old Macs', `a cat\rNegative prompt: x\r${settled}`],
  ['with its settings broken in two', `a cat\nNegative prompt: x\n${settled.replace('7, ', '7,\n')}`],
  ['with a setting a line', `Prompt: a cat\nNegative Prompt: x\n${settled.replaceAll(', ', '\n')}`],
  [
    'under the title of a page',
    `parameters\n\na cat\nNegative prompt: x\n${settled}\n\nTime taken: 4.2 sec.`,
  ],
])('a text that was copied %s', (_, text) => {
  expect(isInfotext(text)).toBe(true);
  expect(readInfotext(text).settings).toMatchObject({
    ...{ prompt: 'a cat', negative: 'x', steps: 20, sampler: 'Euler a', guidance: 7, seed: 5n },
    ...{ width: 512, height: 768 },
  });
});

it('lines behind the settings are told, whatever stands in them', () => {
  const template = 'a {cat|dog}, mood: fine\nin the sun';
  const { unknown } = readInfotext(`a cat\n${settled}\nTemplate: ${template}\nNegative Template: x`);
  expect(unknown).toEqual([
    ['Template', template],
    ['Negative Template', 'x'],
  ]);
});

it.each([
  ['512x768', 512, 768],
  ['0x0', 448, 640],
])('before 2023 the size was that of the second pass: the first one’s is %s', (first, width, height) => {
  const text = `a cat\nSteps: 20, Sampler: Euler, Seed: 1, Size: 768x1152, Denoising strength: 0.6, First pass size: ${first}`;
  const { settings, unknown } = readInfotext(text);
  expect(settings).toMatchObject({ mode: 'text', width, height });
  expect(settings.hires).toEqual({ upscaler: 'Latent', width: 768, height: 1152, strength: 0.6 });
  expect(unknown).toEqual([]);
});

it('LoRAs that are told beside a prompt without tags are put into it', () => {
  const civitai =
    '[{"type":"lora","weight":0.8,"modelName":"Ink"},{"type":"checkpoint","modelName":"Dream"}]';
  const promptOf = (text: string): string | undefined => readInfotext(text).settings.prompt;
  expect(promptOf(`a cat\n${settled}, Civitai resources: ${civitai}`)).toBe('a cat <lora:Ink:0.8>');
  expect(promptOf(`a cat\n${settled}, Lora weights: "ink: 0.5"`)).toBe('a cat <lora:ink:0.5>');
  const tagged = 'a cat <lora:ink_v2:0.8>';
  expect(promptOf(`${tagged}\n${settled}, Civitai resources: ${civitai}`)).toBe(tagged);
});
