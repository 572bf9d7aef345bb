import { describe, expect, it } from 'vitest';
import { recognise } from '../../../src/nets/detect/detect';
import { listed } from '../../../src/nets/detect/parts';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { stableDiffusion15, stableDiffusion2, stableDiffusionXL, type Shapes } from './stable-diffusion';

const none = new Map<string, string>();

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
