import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readComfy } from '../../../../src/recipe/comfy/read';
import { writeComfy } from '../../../../src/recipe/comfy/write';
import { hundreds, recipes } from '../random';

describe('workflows of others', () => {
  const api = (more: object): string =>
    JSON.stringify({
      3: {
        class_type: 'KSampler',
        inputs: {
          ...{
            seed: 5,
            steps: 20,
            cfg: 8,
            sampler_name: 'dpmpp_2m_sde_gpu',
            scheduler: 'karras',
            denoise: 1,
          },
          ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
        },
      },
      4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd\\v1-5.safetensors' } },
      5: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 768, batch_size: 1 } },
      6: { class_type: 'CLIPTextEncode', inputs: { text: 'a cat', clip: ['4', 1] } },
      7: { class_type: 'CLIPTextEncode', inputs: { text: 'bad', clip: ['4', 1] } },
      8: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
      9: { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['8', 0] } },
      ...more,
    });

  it('ComfyUI’s own first one', () => {
    expect(readComfy(api({}))).toEqual({
      tool: { name: 'ComfyUI' },
      settings: {
        ...{ like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU', mode: 'text', clipSkip: 1 },
        ...{ prompt: 'a cat', negative: 'bad', width: 512, height: 768, steps: 20, guidance: 8, seed: 5n },
        ...{ sampler: 'DPM++ 2M SDE', schedule: 'Karras' },
      },
      resources: [{ kind: 'model', name: 'v1-5' }],
      unknown: [],
    });
  });

  it('one whose prompts name textual inversions, which are needed too', () => {
    const text = 'bad, (embedding:SDXL/bad-hands.pt:1.2), embedding:lowres.';
    const read = readComfy(api({}).replace('"bad"', JSON.stringify(text)));
    expect(read?.settings.negative).toBe('bad, (bad-hands:1.2), lowres.');
    expect(read?.resources.slice(1)).toEqual([
      { kind: 'embedding', name: 'bad-hands' },
      { kind: 'embedding', name: 'lowres' },
    ]);
  });

  it('one whose nodes were in a subgraph, as ComfyUI runs it', () => {
    const inside = api({})
      .replace(/"([3-7])":\{/g, '"57:$1":{')
      .replace(/\["([3-7])",/g, '["57:$1",');
    expect(readComfy(inside)).toEqual(readComfy(api({})));
  });

  it('a seed of 64 bits is kept exactly', () => {
    expect(readComfy(api({}).replace('"seed":5', '"seed":18446744073709551615'))?.settings.seed).toBe(
      2n ** 64n - 1n,
    );
  });

  it('values come through primitives and reroutes, and strange nodes are named', () => {
    const recipe = readComfy(
      api({
        6: { class_type: 'CLIPTextEncode', inputs: { text: ['20', 0], clip: ['4', 1] } },
        20: { class_type: 'String Literal', inputs: { string: 'a dog' } },
        21: { class_type: 'FreeU_V2', inputs: {} },
      }),
    );
    expect(recipe?.settings.prompt).toBe('a dog');
    expect(recipe?.unknown).toEqual([
      ['Node', 'String Literal'],
      ['Node', 'FreeU_V2'],
    ]);
  });

  it('a known node that nothing comes of is not asked about, but one before a strange node is', () => {
    const left = { 30: { class_type: 'LoraLoaderModelOnly', inputs: { lora_name: 'a', model: ['4', 0] } } };
    expect(readComfy(api(left))?.unknown).toEqual([]);
    const used = { 31: { class_type: 'ModelMergeSimple', inputs: { model1: ['30', 0] } } };
    expect(readComfy(api({ ...left, ...used }))?.unknown).toEqual([
      ['Node', 'LoraLoaderModelOnly'],
      ['Node', 'ModelMergeSimple'],
    ]);
  });

  it('of a batch it is told that only its first picture is drawn, unless the picture starts from another one', () => {
    const batch = {
      5: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 768, batch_size: 4 } },
    };
    expect(readComfy(api(batch))?.unknown).toEqual([['Batch size', '4']]);
    const redrawn = api({
      ...batch,
      20: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      21: { class_type: 'VAEEncode', inputs: { pixels: ['20', 0], vae: ['4', 2] } },
    }).replace('"latent_image":["5",0]', '"latent_image":["21",0]');
    expect(readComfy(redrawn)).toMatchObject({ settings: { mode: 'image' }, unknown: [] });
  });

  it('texts that are put together, by whichever pack, and encoders with other fields', () => {
    const joined = {
      20: { class_type: 'PrimitiveStringMultiline', inputs: { value: 'a dog' } },
      21: {
        class_type: 'StringConcatenate',
        inputs: { string_a: ['20', 0], string_b: 'in snow', delimiter: ', ' },
      },
      6: {
        class_type: 'smZ CLIPTextEncode',
        inputs: { text: ['21', 0], text_g: '', text_l: '', clip: ['4', 1] },
      },
    };
    const recipe = readComfy(api(joined));
    expect(recipe?.settings.prompt).toBe('a dog, in snow');
    expect(recipe?.unknown).toEqual([['Node', 'smZ CLIPTextEncode']]);
  });

  it('LoRAs that a node lists, a loader of many things and a sampler that decodes', () => {
    const recipe = readComfy(
      JSON.stringify({
        1: {
          class_type: 'Efficient Loader',
          inputs: {
            ...{ ckpt_name: 'v1-5.safetensors', vae_name: 'Baked VAE', clip_skip: -2, lora_name: 'None' },
            ...{ positive: 'a cat', negative: 'bad', lora_stack: ['2', 0] },
            ...{ empty_latent_width: 512, empty_latent_height: 768, batch_size: 1 },
          },
        },
        2: {
          class_type: 'LoRA Stacker',
          inputs: { lora_count: 1, lora_name_1: 'ink.pt', lora_wt_1: 0.5, lora_name_2: 'no' },
        },
        3: {
          class_type: 'Power Lora Loader (rgthree)',
          inputs: {
            ...{
              model: ['1', 0],
              clip: ['1', 5],
              lora_1: { on: true, lora: 'hat.safetensors', strength: 0.8 },
            },
            lora_2: { on: false, lora: 'off.safetensors', strength: 1 },
          },
        },
        4: {
          class_type: 'KSampler (Efficient)',
          inputs: {
            ...{ seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras', denoise: 1 },
            ...{
              model: ['3', 0],
              positive: ['1', 1],
              negative: ['1', 2],
              latent_image: ['1', 3],
              optional_vae: ['1', 4],
            },
          },
        },
        5: { class_type: 'SaveImage', inputs: { images: ['4', 5] } },
      }),
    );
    expect(recipe?.settings).toMatchObject({
      ...{ prompt: 'a cat <lora:ink:0.5> <lora:hat:0.8>', negative: 'bad', clipSkip: 2, width: 512 },
      ...{ height: 768, seed: 5n, steps: 20, guidance: 7, sampler: 'Euler', schedule: 'Karras' },
    });
    expect(recipe?.resources).toEqual([{ kind: 'model', name: 'v1-5' }]);
    expect(recipe?.unknown).toEqual([]);
  });

  const easy = (more: object, loader = 'easy fullLoader'): string =>
    JSON.stringify({
      1: {
        class_type: loader,
        inputs: {
          ...{
            ckpt_name: 'v1-5.safetensors',
            vae_name: 'kl.pt',
            clip_skip: -2,
            lora_name: 'hat.safetensors',
          },
          ...{ lora_model_strength: 0.8, lora_clip_strength: 0.8, optional_lora_stack: ['2', 0] },
          ...{ resolution: '512 x 768', empty_latent_width: 64, empty_latent_height: 64, batch_size: 1 },
          ...{ positive: ['6', 0], negative: 'bad' },
          ...(loader === 'easy fullLoader' && { positive_weight_interpretation: 'comfy' }),
        },
      },
      2: {
        class_type: 'easy loraStack',
        inputs: {
          ...{ toggle: true, mode: 'simple', num_loras: 1, lora_1_name: 'ink.pt', lora_1_strength: 0.5 },
          ...{ lora_2_name: 'no', lora_2_strength: 1 },
        },
      },
      4: {
        class_type: 'easy preSampling',
        inputs: {
          ...{ pipe: ['1', 0], seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras' },
          denoise: 1,
        },
      },
      5: { class_type: 'easy kSampler', inputs: { pipe: ['4', 0], image_output: 'Preview', link_id: 0 } },
      6: { class_type: 'easy positive', inputs: { positive: 'a cat' } },
      ...more,
    });

  it('loaders and samplers that hand on all they have along one link', () => {
    const recipe = readComfy(easy({}));
    expect(recipe).toEqual({
      tool: { name: 'ComfyUI' },
      settings: {
        ...{ like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU', mode: 'text', clipSkip: 2 },
        ...{ prompt: 'a cat <lora:ink:0.5> <lora:hat:0.8>', negative: 'bad', width: 512, height: 768 },
        ...{ seed: 5n, steps: 20, guidance: 7, sampler: 'Euler', schedule: 'Karras' },
      },
      resources: [
        { kind: 'vae', name: 'kl' },
        { kind: 'model', name: 'v1-5' },
      ],
      unknown: [],
    });
  });

  it('the same with what is otherwise: A1111’s weights, the noise of a card, a picture, one node for all', () => {
    const full = {
      4: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      5: {
        class_type: 'easy fullkSampler',
        inputs: {
          ...{ pipe: ['1', 0], seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras' },
          ...{ denoise: 0.6, image: ['4', 0] },
        },
      },
      9: { class_type: 'SaveImage', inputs: { images: ['5', 1] } },
    };
    expect(readComfy(easy(full, 'easy a1111Loader'))?.settings).toMatchObject({
      ...{ emphasis: 'A1111', rng: 'CPU', mode: 'image', strength: 0.6, steps: 20 },
      prompt: 'a cat <lora:ink:0.5> <lora:hat:0.8>',
    });
    const advanced = {
      4: {
        class_type: 'easy preSamplingAdvanced',
        inputs: {
          ...{ pipe: ['1', 0], seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras' },
          ...{ start_at_step: 4, end_at_step: 10_000, add_noise: 'enable (GPU=A1111)' },
        },
      },
    };
    const recipe = readComfy(easy(advanced));
    expect(recipe?.settings).toMatchObject({ rng: 'NV', seed: 5n, steps: 20 });
    expect(recipe?.unknown).toEqual([['Steps run', '4 to 10000']]);
  });

  it('noise and guidance as nodes of their own; what Flux alone has is named', () => {
    const custom = {
      3: {
        class_type: 'SamplerCustomAdvanced',
        inputs: {
          noise: ['10', 0],
          guider: ['11', 0],
          sampler: ['12', 0],
          sigmas: ['13', 0],
          latent_image: ['5', 0],
        },
      },
      5: { class_type: 'EmptySD3LatentImage', inputs: { width: 1024, height: 1024, batch_size: 1 } },
      10: { class_type: 'RandomNoise', inputs: { noise_seed: 9 } },
      11: {
        class_type: 'CFGGuider',
        inputs: { model: ['4', 0], positive: ['6', 0], negative: ['7', 0], cfg: 4.5 },
      },
      12: { class_type: 'KSamplerSelect', inputs: { sampler_name: 'dpmpp_2m' } },
      13: {
        class_type: 'BasicScheduler',
        inputs: { scheduler: 'beta', steps: 28, denoise: 1, model: ['4', 0] },
      },
    };
    const recipe = readComfy(api(custom));
    expect(recipe?.settings).toMatchObject({
      ...{ prompt: 'a cat', negative: 'bad', width: 1024, height: 1024, seed: 9n, guidance: 4.5, steps: 28 },
      ...{ sampler: 'DPM++ 2M', schedule: 'Beta' },
    });
    expect(recipe?.unknown).toEqual([]);
    const flux = readComfy(
      api({
        ...custom,
        4: { class_type: 'UNETLoader', inputs: { unet_name: 'flux1-dev.safetensors' } },
        6: { class_type: 'CLIPTextEncode', inputs: { text: 'a cat', clip: ['14', 0] } },
        11: { class_type: 'BasicGuider', inputs: { model: ['4', 0], conditioning: ['15', 0] } },
        14: { class_type: 'DualCLIPLoader', inputs: { clip_name1: 't5', clip_name2: 'l', type: 'flux' } },
        15: { class_type: 'FluxGuidance', inputs: { conditioning: ['6', 0], guidance: 3.5 } },
      }),
    );
    expect(flux?.settings).toMatchObject({ prompt: 'a cat', guidance: 1 });
    expect(flux?.foreign).toBe('flux');
    expect(recipe?.foreign).toBeUndefined();
    expect(flux?.unknown).toContainEqual(['Node', 'FluxGuidance']);
  });

  it('a run in two parts is one, and as it is posted to a server', () => {
    const part = (from: number, to: number, latent: string, noise: string): object => ({
      class_type: 'KSamplerAdvanced',
      inputs: {
        ...{ add_noise: noise, noise_seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'normal' },
        ...{ start_at_step: from, end_at_step: to, model: ['4', 0], positive: ['6', 0], negative: ['7', 0] },
        latent_image: [latent, 0],
      },
    });
    const json = api({ 3: part(16, 10000, '30', 'disable'), 30: part(0, 16, '5', 'enable') });
    const recipe = readComfy(`{"prompt":${json},"client_id":"x"}`);
    expect(recipe?.settings).toMatchObject({ mode: 'text', seed: 5n, steps: 20 });
    expect(recipe?.settings.hires).toBeUndefined();
    expect(recipe?.unknown).toEqual([]);
  });

  it('no workflow is none, and circles end', () => {
    for (const json of ['', '[]', '{}', '{"a": 1}', '{"nodes": [], "links": []}', 'null'])
      expect(readComfy(json)).toBeNull();
    const circle = readComfy(
      api({ 4: { class_type: 'LoraLoader', inputs: { lora_name: 'x', model: ['4', 0], clip: ['4', 1] } } }),
    );
    expect(circle?.settings.prompt).toBe('a cat <lora:x:1>');
  });

  it('a control by the older node, with the preprocessor of an extension', () => {
    const recipe = readComfy(
      api({
        30: { class_type: 'ControlNetLoader', inputs: { control_net_name: 'sd15/canny.safetensors' } },
        31: { class_type: 'LoadImage', inputs: { image: 'x.png' } },
        32: {
          class_type: 'CannyEdgePreprocessor',
          inputs: { low_threshold: 80, high_threshold: 180, resolution: 512, image: ['31', 0] },
        },
        33: {
          class_type: 'ControlNetApply',
          inputs: { conditioning: ['6', 0], control_net: ['30', 0], image: ['32', 0], strength: 0.8 },
        },
      }).replace('"positive":["6",0]', '"positive":["33",0]'),
    );
    expect(recipe?.settings).toMatchObject({
      prompt: 'a cat',
      controls: [
        { module: 'canny', model: 'canny', weight: 0.8, start: 0, end: 1, a: 80, b: 180, resolution: 512 },
      ],
    });
    expect(recipe?.unknown).toEqual([]);
  });

  it('conditionings that meet again and again are read once', () => {
    const combined = (id: number): [string, object] => [
      String(id),
      {
        class_type: 'ConditioningCombine',
        inputs: { conditioning_1: [String(id - 1), 0], conditioning_2: [String(id - 1), 0] },
      },
    ];
    const row = Object.fromEntries(Array.from({ length: 60 }, (_, i) => combined(101 + i)));
    const more = { 100: { class_type: 'CLIPTextEncode', inputs: { text: 'a dog', clip: ['4', 1] } }, ...row };
    const json = api(more).replace('"positive":["6",0]', '"positive":["160",0]');
    expect(readComfy(json)?.settings.prompt).toBe('a dog');
  });

  it('whatever is in it, it is read or not, without an error', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), recipes, fc.nat(), (json, recipe, at) => {
        const { workflow } = writeComfy(recipe);
        const cut = at % workflow.length;
        const broken = [json, workflow.slice(0, cut) + workflow.slice(cut + 7)];
        broken.push(workflow.replace(/"type":"\w+"/, `"type":${json}`));
        for (const one of broken) expect(() => readComfy(one)).not.toThrow();
      }),
      hundreds,
    );
  });
});
