import { expect, test } from 'vitest';
import { recipeInText } from '../../../../src/recipe/read';
import { keptOf } from '../../../../src/ui/album/import-pictures';
import { cardOf } from '../../../../src/ui/album/card';
import { RANDOM } from '../../../../src/ui/settings/settings';
import { original } from '../fake';

/** What the album has of a picture whose file says this. */
function brought(text: string) {
  const picture = keptOf(original(832, 1216, 'some.png'), recipeInText(text), 1234);
  return { picture, card: cardOf(7, picture, { made: 1234, hash: null, uses: [] }) };
}

const a1111 = [
  'a cat, (red ink:1.2)',
  'Negative prompt: blurry',
  'Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 5.5, Seed: 4294967295, Size: 832x1216, Model: dream, Denoising strength: 0.4, Hires upscale: 2, Hires upscaler: Latent',
].join('\n');
const invoke = JSON.stringify({
  ...{ app_version: '4.2.0', generation_mode: 'img2img', positive_prompt: 'a dog', negative_prompt: 'fog' },
  ...{ width: 832, height: 1216, seed: 5, cfg_scale: 6, steps: 12, scheduler: 'euler_a', strength: 0.5 },
  model: { name: 'Juggernaut XL' },
});
const novel = JSON.stringify({
  ...{ prompt: 'a bird', uc: 'worst quality', steps: 28, scale: 5, seed: 9, width: 832, height: 1216 },
  ...{ sampler: 'k_euler_ancestral', noise_schedule: 'karras' },
});
const comfy = JSON.stringify({
  1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'house.safetensors' } },
  2: { class_type: 'CLIPTextEncode', inputs: { text: 'a house', clip: ['1', 1] } },
  3: { class_type: 'CLIPTextEncode', inputs: { text: 'people', clip: ['1', 1] } },
  4: { class_type: 'EmptyLatentImage', inputs: { width: 832, height: 1216, batch_size: 1 } },
  5: {
    class_type: 'KSampler',
    inputs: {
      ...{ model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['4', 0] },
      ...{ seed: 11, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
    },
  },
  6: { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
  7: { class_type: 'SaveImage', inputs: { images: ['6', 0] } },
});

test.each([
  ['A1111', a1111, 'a cat, (red ink:1.2)', 'blurry', '4294967295', 'dream', 'text', 30],
  ['InvokeAI', invoke, 'a dog', 'fog', '5', 'Juggernaut XL', 'image', 12],
  ['NovelAI', novel, 'a bird', 'worst quality', '9', '', 'text', 28],
  ['ComfyUI', comfy, 'a house', 'people', '11', 'house', 'text', 20],
])('a picture of %s has its recipe', (tool, text, title, negative, seed, model, mode, steps) => {
  const { picture, card } = brought(text);
  expect(picture.brought?.tool?.name).toBe(tool);
  expect(card).toMatchObject({ title, negative, seed, model, mode, origin: 'brought', made: 1234 });
  expect(picture).toMatchObject({ settings: { prompt: title, steps }, job: { steps, seed: BigInt(seed) } });
});

test('what a recipe does not tell is not said, and nothing of a picture without one', () => {
  const { card } = brought('a cat\nSteps: 3, Sampler: Euler, CFG scale: 7');
  expect(card).toMatchObject({ title: 'a cat', seed: '', model: '', width: 832, height: 1216 });
  const { picture, card: bare } = brought('no recipe');
  expect(bare).toMatchObject({ title: 'some.png', negative: '', seed: '', model: '' });
  expect(picture).toMatchObject({ brought: { tool: null }, settings: { prompt: '', seed: RANDOM } });
});
