import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { unetIn } from '../../../src/nets/model';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../../../src/nets/graphs';
import { unusedTensors } from '../../../src/nets/detect/unused';
import {
  distilled,
  normal,
  stableDiffusion15,
  stableDiffusion2,
  stableDiffusionXL,
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
