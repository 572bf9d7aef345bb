import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors';
import type { Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { unetIn } from '../../../src/nets/model';
import { listed } from '../../../src/nets/detect/parts';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../../../src/nets/graphs';
import { unusedTensors } from '../../../src/nets/detect/unused';
import {
  distilled,
  normal,
  stableDiffusion15,
  stableDiffusion2,
  stableDiffusionXL,
  type Shapes,
} from './stable-diffusion';

const none = new Map<string, string>();
const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };

describe('a checkpoint with the names and shapes of Stable Diffusion 1.5', () => {
  const tensors = normal(stableDiffusion15());

  it('is recognised, with the defaults of its family', () => {
    expect(recognise({ tensors, metadata: none }).model).toMatchObject({
      family: 'Stable Diffusion 1.x',
      denoiser: { modelChannels: 320, contextWidth: 768 },
      texts: [{ heads: 12, activation: 'quick_gelu', length: 77 }],
      vae: { latentChannels: 4, factor: 8, scale: 0.18215 },
      prediction: 'epsilon',
      dtype: 'F16',
      recommended: { width: 512, height: 512 },
      miniature: false,
    });
  });

  it('has 686 UNet keys, and every key of every net is used', () => {
    const model = recognise({ tensors, metadata: none }).model;
    const used = new Set<string>();
    const checkpoint = { model, tensors };
    const size = { batch: 2, h: 64, w: 64 };
    textGraph(checkpoint, target, { batch: 2, encoder: 0 }, used);
    const started = performance.now();
    const unet = unetGraph(checkpoint, target, size, used);
    const bytes = unet.model.length;
    const took = performance.now() - started;
    decoderGraph(checkpoint, target, size, used);
    encoderGraph(checkpoint, target, size, used);
    console.info(`SD 1.5 UNet: ${unet.nodes} nodes, ${bytes} bytes, authored in ${took.toFixed(0)} ms`);
    expect([...used].filter((key) => key.startsWith('unet.'))).toHaveLength(686);
    expect(unusedTensors(model, inNormalForm(tensors), used)).toEqual([]);
    expect(bytes).toBeLessThan(400_000); // no weights in it
  });

  it('with eight input channels is InstructPix2Pix', () => {
    const model = recognise({ tensors: stableDiffusion15(8), metadata: none }).model;
    expect(model).toMatchObject({ kind: 'instruct', family: 'InstructPix2Pix', denoiser: { inChannels: 8 } });
  });

  it('with nine input channels is an inpainting model', () => {
    const model = recognise({ tensors: stableDiffusion15(9), metadata: none }).model;
    expect(model).toMatchObject({
      kind: 'inpaint',
      family: 'Stable Diffusion 1.x inpainting',
      denoiser: { inChannels: 9 },
    });
  });

  it('says which tensor is missing', () => {
    const cut = new Map(tensors);
    cut.delete('unet.output_blocks.5.0.in_layers.2.weight');
    const author = (): unknown =>
      unetGraph({ model: recognise({ tensors: cut, metadata: none }).model, tensors: cut }, target, {
        batch: 1,
        h: 8,
        w: 8,
      });
    expect(author).toThrow(/missing-weight.*output_blocks\.5\.0\.in_layers\.2\.weight/);
  });

  it('reports a tensor that nothing uses', () => {
    const stray = 'model.diffusion_model.middle_block.1.adapter.weight';
    const more = new Map(tensors).set(stray, { shape: [4], dtype: 'F16' });
    const model = recognise({ tensors: more, metadata: none }).model;
    const used = new Set(tensors.keys());
    expect(unusedTensors(model, inNormalForm(more), used)).toEqual([stray]);
  });
});

describe.each([
  ['Stable Diffusion 2.x', normal(stableDiffusion2()), 686, 512],
  ['Stable Diffusion XL', normal(stableDiffusionXL()), 1680, 1024],
])('a checkpoint with the names and shapes of %s', (family, tensors, keys, side) => {
  const model = recognise({ tensors, metadata: none }).model;

  it('is recognised, with the defaults of its family', () => {
    expect(model).toMatchObject({ family, kind: 'base', recommended: { width: side, height: side } });
    expect([unetIn(model).heads(320), unetIn(model).heads(1280)]).toEqual([5, 20]);
  });

  it(`has ${keys} UNet keys, and every key of every net is used or known to be left out`, () => {
    const used = new Set<string>();
    const checkpoint = { model, tensors };
    const size = { batch: 2, h: 64, w: 64 };
    for (const encoder of model.texts.keys()) textGraph(checkpoint, target, { batch: 2, encoder }, used);
    for (const author of [unetGraph, decoderGraph, encoderGraph]) author(checkpoint, target, size, used);
    expect([...used].filter((key) => key.startsWith('unet.'))).toHaveLength(keys);
    expect(unusedTensors(model, inNormalForm(tensors), used)).toEqual([]);
  });
});

it('a distilled UNet, with fewer blocks and no middle, is built as its weights say', () => {
  const tensors = normal(distilled());
  const model = recognise({ tensors, metadata: none }).model;
  const used = new Set<string>();
  const size = { batch: 2, h: 64, w: 64 };
  const small = unetGraph({ model, tensors }, target, size, used);
  const all = [...tensors.keys()].filter((key) => key.startsWith('unet.'));
  expect(all.filter((key) => !used.has(key))).toEqual([]);
  const full = unetGraph({ model, tensors: normal(stableDiffusion15()) }, target, size);
  console.info(`a distilled UNet: ${small.nodes} nodes, not ${full.nodes}`);
  expect(small.nodes).toBeLessThan(0.7 * full.nodes);
});

describe('a UNet that is told its guidance scale is a latent consistency model', () => {
  const LCM = { steps: 4, guidance: 8, sampler: 'LCM', spacing: 'leading' };
  const projected = (tensors: Shapes, name: string): Shapes =>
    new Map(tensors).set(`model.diffusion_model.${name}.weight`, { shape: [320, 256], dtype: 'F16' });

  it.each([
    ['Stable Diffusion 1.x LCM', stableDiffusion15(), 'time_embed.cond_proj', 686],
    ['Stable Diffusion 1.x LCM', stableDiffusion15(), 'time_embedding.cond_proj', 686],
    ['Stable Diffusion 1.x LCM inpainting', stableDiffusion15(9), 'time_embedding.cond_proj', 686],
    ['Stable Diffusion XL LCM', stableDiffusionXL(), 'time_embed.cond_proj', 1680],
  ] as const)('%s (%#), and that weight is used', (family, plain, name, keys) => {
    const tensors = normal(projected(plain, name));
    const model = recognise({ tensors, metadata: none }).model;
    expect(model).toMatchObject({ family, denoiser: { guidanceWidth: 256 }, recommended: LCM });
    const used = new Set<string>();
    unetGraph({ model, tensors }, target, { batch: 1, h: 64, w: 64 }, used);
    expect(used.size).toBe(keys + 1);
    expect(used).toContain('unet.time_embed.cond_proj.weight');
  });

  it('others are told none; one for instructions is refused', () => {
    expect(
      recognise({ tensors: stableDiffusion15(), metadata: none }).model.denoiser.guidanceWidth,
    ).toBeNull();
    const instructs = projected(stableDiffusion15(8), 'time_embed.cond_proj');
    expect(() => recognise({ tensors: instructs, metadata: none }).model).toThrow(
      /unsupported-model.*consistency/,
    );
  });

  it('what its file recommends counts more', () => {
    const metadata = new Map([['sd.recommended', '{"steps": 6, "spacing": "trailing"}']]);
    const { recommended } = recognise({
      tensors: projected(stableDiffusion15(), 'time_embed.cond_proj'),
      metadata,
    }).model;
    expect(recommended).toMatchObject({ ...LCM, steps: 6, spacing: 'trailing' });
  });
});

describe('a model that calls itself distilled is used in few steps, without guidance', () => {
  it.each([
    ['modelspec.title', 'SDXL Turbo 1.0', ['Euler a', 'trailing', 4]],
    ['modelspec.title', 'sdxl_lightning_8step', ['Euler', 'trailing', 8]],
    ['modelspec.title', 'Hyper-SDXL 2-step', ['DDIM', 'trailing', 2]],
    ['modelspec.title', 'Hyper-SD15 1-step', ['DDIM', 'trailing', 4]],
    ['modelspec.title', 'DreamShaper 8 LCM', ['LCM', 'leading', 4]],
    ['modelspec.title', 'SDXL TCD 4 steps', ['TCD', 'leading', 4]],
    ['modelspec.architecture', 'stable-diffusion-xl-v1-turbo', ['Euler a', 'trailing', 4]],
  ])('%s: %s', (key, value, [sampler, spacing, steps]) => {
    const { recommended } = recognise({
      tensors: stableDiffusionXL(),
      metadata: new Map([[key, value]]),
    }).model;
    expect(recommended).toMatchObject({ sampler, spacing, steps, guidance: 1 });
  });

  it.each([
    ['modelspec.title', 'Hyperrealistic Enlightning v4 (20 steps)'],
    ['modelspec.description', 'works well with LCM and Turbo'],
  ])('and not by %s: %s', (key, value) => {
    const { recommended } = recognise({
      tensors: stableDiffusionXL(),
      metadata: new Map([[key, value]]),
    }).model;
    expect(recommended).toMatchObject({
      sampler: 'DPM++ 2M Karras',
      spacing: 'leading',
      steps: 20,
      guidance: 7,
    });
  });
});

it('Stable Diffusion 2.x does not tell what it predicts; metadata does, or a mark in the file', () => {
  const tensors = stableDiffusion2();
  expect(recognise({ tensors, metadata: none }).model.prediction).toBeNull();
  const metadata = new Map([['modelspec.prediction_type', 'v']]);
  expect(recognise({ tensors, metadata }).model.prediction).toBe('v');
  const marked = new Map(stableDiffusionXL()).set('v_pred', { shape: [0], dtype: 'F16' });
  expect(recognise({ tensors: marked, metadata: none }).model.prediction).toBe('v');
});

it('Stable Diffusion XL reads two text encoders, side by side, and the prompt as a whole', () => {
  const { texts, denoiser, emptyIsZero, vae, latents } = recognise({
    tensors: stableDiffusionXL(),
    metadata: none,
  }).model;
  expect(texts.map(({ width, heads, skip, pooled, pad }) => [width, heads, skip, pooled, pad])).toEqual([
    [768, 12, 1, false, 49407],
    [1280, 20, 1, true, 0],
  ]);
  expect([denoiser.contextWidth, denoiser.labelWidth]).toEqual([2048, 2816]);
  expect({ emptyIsZero, latents, vae }).toMatchObject({
    emptyIsZero: true,
    latents: 'sdxl',
    vae: { scale: 0.13025, float32: true },
  });
});

it('the text encoder may have the names of the first converters', () => {
  const old = [...stableDiffusion15()].map(
    ([name, info]) => [name.replace('transformer.text_model.', 'transformer.'), info] as const,
  );
  const tensors = normal(new Map(old));
  const model = recognise({ tensors, metadata: none }).model;
  const used = new Set<string>();
  textGraph({ model, tensors }, target, { batch: 1, encoder: 0 }, used);
  expect(model.family).toBe('Stable Diffusion 1.x');
  expect(used.size).toBe(196);
});

const named = (...names: string[]): ReturnType<typeof stableDiffusion15> =>
  new Map(names.map((name) => [name, { shape: [1], dtype: 'F16' }]));

describe('what cannot be run is refused by its own name', () => {
  it.each<[string, ReturnType<typeof stableDiffusion15>, ErrorCode, RegExp]>([
    ['a UNet with a depth map beside it', stableDiffusion15(5), 'other-kind', /sd-depth/],
    ['a UNet of six channels', stableDiffusion15(6), 'unsupported-model', /6 input channels/],
    [
      'a kohya LoRA',
      named('lora_unet_mid_block_attentions_0_proj_in.lora_down.weight'),
      'file-is-lora',
      /lora/,
    ],
    [
      'a LoRA of SD 3 by diffusers',
      named('transformer.transformer_blocks.0.attn.to_q.lora_A.weight'),
      'file-is-lora',
      /lora/,
    ],
    [
      'one by ComfyUI',
      named('diffusion_model.joint_blocks.0.x_block.attn.qkv.lora_down.weight'),
      'file-is-lora',
      /lora/,
    ],
    ['an LCM LoRA', named('unet.time_embedding.cond_proj.lora_A.weight'), 'file-is-lora', /lora/],
    ['a PEFT LoRA', named('unet.mid_block.attentions.0.proj_in.lora_A.weight'), 'file-is-lora', /lora/],
    [
      'an embedding',
      new Map([['emb_params', { shape: [2, 768], dtype: 'F16' }]]),
      'file-is-embedding',
      /embedding/,
    ],
    ['a TAESD', named('1.weight', '3.conv.0.weight'), 'file-is-taesd', /taesd/],
    [
      'a TAESD that was wrapped',
      named('module.1.weight', 'module.3.conv.0.weight'),
      'file-is-taesd',
      /taesd/,
    ],
    [
      'a TAESD of its makers, whole',
      named('decoder.1.weight', 'decoder.3.conv.0.weight'),
      'file-is-taesd',
      /taesd/,
    ],
    [
      'a TAESD of ComfyUI',
      named('taesd_decoder.1.weight', 'taesd_decoder.3.conv.0.weight'),
      'file-is-taesd',
      /taesd/,
    ],
    [
      'a TAESD of diffusers, compiled',
      named('_orig_mod.decoder.layers.0.weight', '_orig_mod.decoder.layers.2.conv.0.weight'),
      'file-is-taesd',
      /taesd/,
    ],
    ['a VAE', named('decoder.conv_in.weight', 'encoder.conv_in.weight'), 'file-is-vae', /vae/],
    [
      'the encoder of one',
      named('encoder.conv_in.weight', 'encoder.mid.block_1.conv1.weight'),
      'other-kind',
      /vae-encoder/,
    ],
    [
      'layers like those of a text encoder, and no words',
      named('encoder.layers.0.fc1.weight'),
      'unknown-kind',
      /encoder/,
    ],
    [
      'a LoRA in names that nobody knows',
      named('unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_a'),
      'other-kind',
      /other-lora/,
    ],
    [
      'changes of unknown make, of a UNet',
      named('base_model.model.down_blocks.0.attentions.0.proj_in.fourierft_spectrum'),
      'other-kind',
      /other-lora/,
    ],
    [
      'changes of unknown make, of a text encoder',
      named('lora_te_text_model_encoder_layers_0_mlp_fc1.shira_weight'),
      'other-kind',
      /other-lora/,
    ],
    [
      'the second file of a UNet',
      named('up_blocks.0.resnets.0.time_emb_proj.weight', 'output_blocks.0.0.in_layers.2.weight'),
      'other-kind',
      /piece/,
    ],
    ['a file of an MMDiT', named('joint_blocks.3.x_block.attn.proj.weight'), 'other-kind', /piece/],
    ['the upper half of a VAE’s decoder', named('decoder.up.0.block.0.conv1.weight'), 'other-kind', /piece/],
    [
      'a few weights of a UNet',
      named('unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight'),
      'other-kind',
      /piece/,
    ],
    ['something unheard of', named('weights', 'head.0.bias'), 'unknown-kind', /weights, head/],
  ])('%s', (_, tensors, code, words) => {
    let error: unknown;
    try {
      recognise({ tensors, metadata: none });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code });
    expect(String(error)).toMatch(words);
  });
});

describe('a UNet alone is recognised, and what it lacks is told', () => {
  const unet = (tensors: Shapes): Shapes =>
    new Map([...tensors].filter(([name]) => name.startsWith('model.diffusion_model.')));
  it.each([
    ['Stable Diffusion 1.x', stableDiffusion15(), ['vae', 'text'], [768]],
    ['Stable Diffusion 1.x inpainting', stableDiffusion15(9), ['vae', 'text'], [768]],
    ['Stable Diffusion 2.x', stableDiffusion2(), ['vae', 'text'], [1024]],
    ['Stable Diffusion XL', stableDiffusionXL(), ['vae', 'text', 'text2'], [768, 1280]],
  ] as const)('%s', (family, whole, lacks, widths) => {
    const found = recognise({ tensors: unet(whole), metadata: none });
    expect(found.lacks).toEqual(lacks);
    expect(found.model.family).toBe(family);
    expect(found.model.texts.map(({ width }) => width)).toEqual(widths);
    const { model } = recognise({ tensors: whole, metadata: none });
    expect(found.model.texts.map(({ width, heads }) => [width, heads])).toEqual(
      model.texts.map(({ width, heads }) => [width, heads]),
    );
    expect(found.model.vae).toEqual(model.vae);
    const named = lacks.length > 2 ? 'VAE, text encoder and second text encoder' : 'VAE and text encoder';
    expect(listed(found.lacks)).toBe(named);
  });

  it.each([
    ['first_stage_model', 'vae'],
    ['conditioner.embedders.0', 'text'],
    ['conditioner.embedders.1', 'text2'],
  ])('and where all but one part is there: %s', (prefix, lack) => {
    const tensors = new Map([...stableDiffusionXL()].filter(([name]) => !name.startsWith(`${prefix}.`)));
    expect(recognise({ tensors, metadata: none }).lacks).toEqual([lack]);
  });

  it('as is a second text encoder without the projection of what it reads', () => {
    const tensors = new Map([...stableDiffusionXL()].filter(([name]) => !name.endsWith('text_projection')));
    expect(recognise({ tensors, metadata: none }).lacks).toEqual(['text2']);
  });

  it.each([
    ['its decoder alone is enough to draw from words', 4, /encoder|\.quant_conv/, []],
    [
      'where a picture is read before anything is drawn its encoder is needed, too',
      9,
      /encoder|\.quant_conv/,
      ['vae'],
    ],
    ['its encoder alone is of no use', 4, /decoder|post_quant_conv/, ['vae']],
  ])('of half a VAE: %s', (_, channels, gone, lacks) => {
    const tensors = [...stableDiffusion15(channels)].filter(
      ([name]) => !name.startsWith('first_stage_model.') || !gone.test(name),
    );
    expect(recognise({ tensors: new Map(tensors), metadata: none }).lacks).toEqual(lacks);
  });
});

describe('of a text encoder as many layers are run as the UNet was trained with', () => {
  const cut = (layers: number): Shapes =>
    new Map(
      [...stableDiffusion2()].filter(
        ([name]) =>
          Number(/resblocks\.(\d+)\./.exec(name)?.[1] ?? 0) < layers &&
          !/text_projection|logit_scale/.test(name),
      ),
    );
  it.each([
    [24, 1],
    [23, 0],
    [22, 0],
  ])('of %i layers of Stable Diffusion 2.x, %i are left out', (layers, skip) => {
    const tensors = cut(layers);
    expect(recognise({ tensors, metadata: none }).model.texts[0].skip).toBe(skip);
    const renamed = new Map(
      [...inNormalForm(tensors).tensors].map(([name, info]) => [
        name.replace(/^text\./, 'cond_stage_model.transformer.'),
        info,
      ]),
    );
    const { family, texts } = recognise({ tensors: renamed, metadata: none }).model;
    expect(family).toBe('Stable Diffusion 2.x');
    expect(texts[0]).toMatchObject({ skip, activation: 'gelu', pad: 0, heads: 16 });
  });
});

describe('metadata', () => {
  it('adds what shapes cannot tell', () => {
    const metadata = new Map([
      ['sd.unet.num_heads', '4'],
      ['sd.prediction_type', 'v_prediction'],
      ['sd.recommended', '{"steps": 12, "cfg": 3.5, "sampler": "ddim", "width": 96}'],
      ['sd.example_prompts', '["a", 7, "b"]'],
      ['modelspec.title', 'Tiny'],
      ['sd.image_size', '64'],
    ]);
    const model = recognise({ tensors: stableDiffusion15(), metadata }).model;
    expect(unetIn(model).heads(320)).toBe(4);
    expect(model).toMatchObject({
      prediction: 'v',
      title: 'Tiny',
      recommended: { width: 96, height: 64, steps: 12, guidance: 3.5, sampler: 'ddim' },
      examples: ['a', 'b'],
      miniature: true,
    });
  });

  it('is ignored where it has the wrong form', () => {
    const metadata = new Map([
      ['sd.unet.num_heads', '-3'],
      ['sd.scale_factor', 'Infinity'],
      ['sd.prediction_type', 'constructor'],
      ['sd.recommended', '{broken'],
      ['sd.example_prompts', '{"length": 9}'],
    ]);
    const model = recognise({ tensors: stableDiffusion15(), metadata }).model;
    expect(unetIn(model).heads(320)).toBe(8);
    expect(model).toMatchObject({ vae: { scale: 0.18215 }, prediction: 'epsilon', examples: [] });
  });
});
