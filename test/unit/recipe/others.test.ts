import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromCompel, readInvoke } from '../../../src/recipe/invoke';
import { readListed } from '../../../src/recipe/listed';
import { fromBraces, readNovelAi } from '../../../src/recipe/novelai';
import { recipeInPicture, recipeInText } from '../../../src/recipe/read';
import * as pictures from './pictures';
import { text, thousand } from './random';
import { withTexts } from './with-texts';

const invoke = {
  app_version: '4.2.0',
  generation_mode: 'txt2img',
  positive_prompt: 'a cat++ in (red ink)1.3',
  negative_prompt: 'blurry-',
  ...{ width: 832, height: 1216, seed: 4294967295, rand_device: 'cpu', cfg_scale: 5.5, steps: 30 },
  ...{ scheduler: 'dpmpp_2m_k', clip_skip: 0, cfg_rescale_multiplier: 0 },
  model: { key: 'x', hash: 'blake3:abc', name: 'Juggernaut XL', base: 'sdxl' },
  loras: [{ model: { name: 'ink' }, weight: 0.7 }],
  controlnets: [],
  seamless_x: true,
};

it('InvokeAI’s recipes', () => {
  expect(readInvoke(JSON.stringify(invoke))).toEqual({
    tool: { name: 'InvokeAI' },
    settings: {
      ...{ mode: 'text', like: 'diffusers', emphasis: 'A1111', rng: 'CPU', clipSkip: 1, guidanceRescale: 0 },
      prompt: 'a (cat:1.21) in (red ink:1.3) <lora:ink:0.7>',
      negative: '(blurry:0.9)',
      ...{ width: 832, height: 1216, seed: 4294967295n, guidance: 5.5, steps: 30 },
      ...{ sampler: 'DPM++ 2M', schedule: 'Karras' },
    },
    resources: [
      { kind: 'model', name: 'Juggernaut XL' },
      { kind: 'lora', name: 'ink' },
    ],
    unknown: [['seamless_x', 'true']],
  });
});

it('models of other families are told', () => {
  const drawn = (model: object) => readInvoke(JSON.stringify({ ...invoke, model }))?.foreign;
  expect(drawn({ name: 'FLUX Schnell', base: 'flux' })).toBe('flux');
  expect([drawn(invoke.model), drawn({ name: 'SD3', base: 'sd-3' })]).toEqual([undefined, undefined]);
  const forge = (more: string) =>
    recipeInText(`a cat\nSteps: 20, Sampler: Euler, CFG scale: 1, ${more}Seed: 1, Size: 64x64`)?.foreign;
  expect([forge('Distilled CFG Scale: 3.5, '), forge('')]).toEqual(['FLUX', undefined]);
});

it('InvokeAI’s recipes of before version 3', () => {
  const image = {
    ...{
      prompt: [{ prompt: 'a cat [blurry]', weight: 1 }],
      steps: 20,
      cfg_scale: 7.5,
      seed: 5,
      type: 'txt2img',
    },
    ...{ width: 512, height: 512, sampler: 'k_euler_a' },
  };
  const recipe = readInvoke(JSON.stringify({ model_weights: 'stable-diffusion-1.5', image }));
  expect(recipe?.settings).toMatchObject({
    prompt: 'a cat',
    negative: 'blurry',
    sampler: 'Euler a',
    seed: 5n,
  });
  expect(recipe?.resources).toEqual([{ kind: 'model', name: 'stable-diffusion-1.5' }]);
});

it('compel’s weights', () => {
  expect(fromCompel('well-known (a b)++ c-- d')).toBe('well-known (a b:1.21) (c:0.81) d');
});

it('NovelAI’s recipes', () => {
  const comment = {
    ...{ prompt: '{{masterpiece}}, a cat (smiling), [rain]', steps: 28, height: 1216, width: 832, scale: 5 },
    ...{ uc: 'blurry', seed: 123, sampler: 'k_dpmpp_2m', noise_schedule: 'karras', cfg_rescale: 0.2 },
    ...{ request_type: 'PromptGenerateRequest', sm: false, uncond_scale: 0, skip_cfg_above_sigma: 19 },
  };
  expect(readNovelAi(new Map([['Comment', JSON.stringify(comment)]]))).toEqual({
    tool: { name: 'NovelAI' },
    settings: {
      ...{ mode: 'text', like: 'A1111', emphasis: 'A1111', rng: 'NV', clipSkip: 1 },
      prompt: '(masterpiece:1.1025), a cat \\(smiling\\), (rain:0.9524)',
      negative: 'blurry',
      ...{ width: 832, height: 1216, seed: 123n, guidance: 5, steps: 28, guidanceRescale: 0.2 },
      ...{ sampler: 'DPM++ 2M', schedule: 'Karras' },
    },
    resources: [],
    unknown: [['skip_cfg_above_sigma', '19']],
  });
  const webp = JSON.stringify({
    Comment: JSON.stringify(comment),
    Description: 'a cat',
    Software: 'NovelAI',
  });
  expect(recipeInText(webp)?.settings).toMatchObject({ seed: 123n, steps: 28 });
  expect(fromBraces('1.3::a cat::, at 3:30')).toBe('(a cat:1.3), at 3:30');
});

const shared = {
  prompt: 'a cat <lora:ink:0.5>',
  steps: 30,
  seed: 3212345678901234567n,
  width: 1152,
  height: 896,
};
const dpm = { sampler: 'DPM++ 2M SDE', schedule: 'Karras' };

const lists = {
  Fooocus: {
    ...{ prompt: 'a cat', negative_prompt: '', seed: '3212345678901234567', resolution: '(1152, 896)' },
    ...{ performance: 'Speed', guidance_scale: 4, sampler: 'dpmpp_2m_sde_gpu', scheduler: 'karras' },
    ...{ base_model: 'juggernaut', base_model_hash: 'aeb7e9e689', loras: [['ink', 0.5, '4852686128']] },
    ...{ metadata_scheme: 'fooocus', version: 'Fooocus v2.5.3', vae: 'Default (model)', sharpness: 2 },
  },
  SwarmUI: {
    sui_image_params: {
      ...{ prompt: 'a cat', negativeprompt: '', model: 'folder/juggernaut', seed: 'SEED', steps: 30 },
      ...{ cfgscale: 4, width: 1152, height: 896, sampler: 'dpmpp_2m_sde', scheduler: 'karras' },
      ...{ loras: ['folder/ink'], loraweights: ['0.5'], swarm_version: '0.9.2.0', sharpness: 2 },
    },
  },
  'Draw Things': {
    ...{ c: 'a cat', uc: '', sampler: 'DPM++ 2M SDE Karras', scale: 4, seed: 'SEED', steps: 30, strength: 1 },
    ...{
      size: '1152x896',
      model: 'juggernaut.ckpt',
      lora: [{ model: 'ink.ckpt', weight: 0.5 }],
      sharpness: 2,
    },
  },
  Civitai: {
    1: { class_type: 'KSampler', inputs: {} },
    extraMetadata: JSON.stringify({
      ...{
        prompt: 'a cat <lora:ink:0.5>',
        negativePrompt: '',
        steps: 30,
        cfgScale: 4,
        width: 1152,
        height: 896,
      },
      ...{ sampler: 'DPM++ 2M SDE Karras', seed: 'SEED', sharpness: 2 },
    }).replace('"SEED"', '3212345678901234567'),
  },
} as const;

it.each(Object.entries(lists))('%s lists names and values', (name, list) => {
  const recipe = recipeInText(JSON.stringify(list).replace('"SEED"', '3212345678901234567'));
  expect(recipe?.tool.name).toBe(name);
  expect(recipe?.settings).toMatchObject({ ...shared, ...dpm, mode: 'text', guidance: 4, rng: 'CPU' });
  expect(recipe?.unknown).toEqual([['sharpness', '2']]);
  if (name !== 'Civitai') {
    expect(recipe?.resources[0]).toMatchObject({ kind: 'model', name: 'juggernaut' });
    expect(recipe?.resources[1]).toMatchObject({ kind: 'lora', name: 'ink' });
  }
});

/** In the place of what the picture tells. */
const none = new Map([['parameters', 'x']]);

it('Draw Things puts its list into XMP, Easy Diffusion each value under a keyword', () => {
  const json = JSON.stringify(lists['Draw Things']).replaceAll('"', '&quot;');
  const xmp = `<x:xmpmeta><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">${json}</rdf:li></rdf:Alt></exif:UserComment>`;
  const found = recipeInPicture(withTexts(pictures.png, new Map([...none, ['XML:com.adobe.xmp', xmp]]))!);
  expect(found?.tool.name).toBe('Draw Things');
  const easy = {
    ...{
      prompt: 'a cat++',
      negative_prompt: '',
      seed: '5',
      num_inference_steps: '25',
      guidance_scale: '7.5',
    },
    ...{
      sampler_name: 'euler_a',
      use_stable_diffusion_model: 'sd-v1-5',
      use_vae_model: '',
      clip_skip: 'False',
    },
  };
  const recipe = recipeInPicture(withTexts(pictures.png, new Map([...none, ...Object.entries(easy)]))!);
  expect(recipe).toMatchObject({
    tool: { name: 'Easy Diffusion' },
    settings: { prompt: 'a (cat:1.21)', seed: 5n, steps: 25, guidance: 7.5, sampler: 'Euler a' },
    resources: [{ kind: 'model', name: 'sd-v1-5' }],
  });
});

const infotext = 'a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x512';
const workflow = JSON.stringify({
  1: { class_type: 'KSampler', inputs: { seed: 7, steps: 9, sampler_name: 'euler', scheduler: 'normal' } },
});

it('of several recipes in a picture, the one that says the most', () => {
  const tool = (texts: Record<string, string>): string | undefined =>
    recipeInPicture(withTexts(pictures.png, new Map([['parameters', 'x'], ...Object.entries(texts)]))!)?.tool
      .name;
  expect(tool({ parameters: infotext, workflow })).toBe('A1111');
  expect(tool({ prompt: workflow })).toBe('ComfyUI');
  expect(tool({ workflow })).toBe('ComfyUI');
  expect(tool({ invokeai_metadata: JSON.stringify(invoke), workflow })).toBe('InvokeAI');
  expect(tool({})).toBeUndefined();
  expect(recipeInPicture(pictures.jpegUnicode)?.settings.seed).toBe(5n);
  expect(recipeInPicture(withTexts(pictures.jpeg, new Map([['parameters', workflow]]))!)?.settings.seed).toBe(
    7n,
  );
});

it('a text that is pasted may be any of them, or only a prompt', () => {
  expect(recipeInText(infotext)?.tool.name).toBe('A1111');
  expect(recipeInText(workflow)?.tool.name).toBe('ComfyUI');
  expect(recipeInText(JSON.stringify(invoke))?.tool.name).toBe('InvokeAI');
  for (const plain of ['', 'a cat', '{a|b} cat', '{"a": 1}', 'a cat\nNegative prompt: blurry']) {
    expect(recipeInText(plain)).toBeNull();
  }
});

it('whatever stands there is read or not, without an error', () => {
  const any = fc.oneof(fc.json({ maxDepth: 4 }), text);
  fc.assert(
    fc.property(any, fc.dictionary(fc.constantFrom(...Object.keys(invoke)), fc.jsonValue()), (said, json) => {
      for (const one of [said, JSON.stringify(json), JSON.stringify({ image: json })]) {
        expect(() => recipeInText(one)).not.toThrow();
        expect(() => readInvoke(one)).not.toThrow();
        expect(() => readNovelAi(new Map([['Comment', one]]))).not.toThrow();
        expect(() => readListed(one)).not.toThrow();
      }
      expect(() => [fromCompel(said), fromBraces(said)]).not.toThrow();
    }),
    thousand,
  );
});
