import { describe, expect, test } from 'vitest';
import { partOf } from '../../../src/nets/detect/parts';
import { contentsOf } from '../../../src/pipeline/files/inspection';
import type { Dtype, Header } from '../../../src/weights/safetensors';
import { stableDiffusion15, stableDiffusionXL } from '../nets/stable-diffusion';

function headerOf(
  tensors: Record<string, readonly [Dtype, number[], bytes: number]>,
  metadata: Record<string, string> = {},
): Header {
  let at = 100;
  const infos = Object.entries(tensors).map(([name, [dtype, shape, bytes]]) => {
    const begin = at;
    at += bytes;
    return [name, { name, dtype, shape, begin, end: at }] as const;
  });
  return { tensors: new Map(infos), metadata: new Map(Object.entries(metadata)), bytes: at };
}

test('totals count tensors, parameters and bytes, by part and by dtype, the largest first', () => {
  const { total, parts, dtypes, tensors } = contentsOf(
    headerOf({
      'first_stage_model.decoder.conv_in.weight': ['F32', [2, 3], 24],
      'model.diffusion_model.out.2.weight': ['F16', [4, 5], 40],
      'model.diffusion_model.out.2.bias': ['F16', [4], 8],
      alphas_cumprod: ['F32', [], 4],
    }),
  );
  expect(total).toEqual({ tensors: 4, parameters: 31, bytes: 76 });
  expect(parts).toEqual([
    { part: 'UNet', tensors: 2, parameters: 24, bytes: 48 },
    { part: 'VAE', tensors: 1, parameters: 6, bytes: 24 },
    { part: 'other', tensors: 1, parameters: 1, bytes: 4 },
  ]);
  expect(dtypes).toEqual([
    { dtype: 'F16', tensors: 2, parameters: 24, bytes: 48 },
    { dtype: 'F32', tensors: 2, parameters: 7, bytes: 28 },
  ]);
  expect(tensors[0]).toEqual({
    name: 'first_stage_model.decoder.conv_in.weight',
    dtype: 'F32',
    shape: [2, 3],
    parameters: 6,
    bytes: 24,
  });
});

test('a file without tensors has totals of nothing', () => {
  const { total, parts, dtypes } = contentsOf(headerOf({}));
  expect({ total, parts, dtypes }).toEqual({
    total: { tensors: 0, parameters: 0, bytes: 0 },
    parts: [],
    dtypes: [],
  });
});

test('metadata is sorted by its keys', () => {
  const { metadata } = contentsOf(headerOf({}, { b: '2', a: '1', __proto__x: '3' }));
  expect(metadata.map(([key]) => key)).toEqual(['__proto__x', 'a', 'b']);
});

describe('a tensor belongs to', () => {
  test.each([
    ['UNet', 'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight'],
    ['UNet', 'unet.down_blocks.0.attentions.0.proj_in.lora_A.weight'],
    ['UNet', 'down_blocks.0.resnets.0.conv1.weight'],
    ['UNet', 'conv_in.weight'],
    ['VAE', 'decoder.up_blocks.0.resnets.0.conv1.weight'],
    ['VAE', 'encoder.conv_norm_out.weight'],
    ['VAE', 'post_quant_conv.bias'],
    ['text encoder', 'lora_te_text_model_encoder_layers_0_mlp_fc1.alpha'],
    ['text encoder', 'lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha'],
    ['second text encoder', 'lora_te2_text_model_encoder_layers_0_mlp_fc1.alpha'],
    ['text encoder', 'text_model.final_layer_norm.weight'],
    ['second text encoder', 'text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_A.weight'],
    ['EMA copy', 'model_ema.diffusion_modeltime_embed0weight'],
    ['other', 'model.layers.0.self_attn.q_proj.weight'],
    ['other', 'unetlike.weight'],
  ])('the %s: %s', (part, name) => {
    expect(partOf(name)).toBe(part);
  });

  test('a part, with every name of a whole checkpoint', () => {
    const parts = (names: Iterable<string>) => new Set([...names].map(partOf));
    expect(parts(stableDiffusion15().keys())).toEqual(new Set(['UNet', 'VAE', 'text encoder']));
    expect(parts(stableDiffusionXL().keys())).toEqual(
      new Set(['UNet', 'VAE', 'text encoder', 'second text encoder']),
    );
  });
});
