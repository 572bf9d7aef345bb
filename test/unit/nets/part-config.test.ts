import { expect, it, test } from 'vitest';
import { recognise } from '../../../src/nets/detect/detect';
import { headsSaid, TEXT_CONFIG, UNET_CONFIG } from '../../../src/nets/detect/part-config';
import { stableDiffusion15, stableDiffusion2 } from './stable-diffusion';

const usual = (channels: number): number => channels / 64;
const at = (config: unknown): number[] => [320, 640, 1280].map(headsSaid(JSON.stringify(config), usual));

test.each([
  ['one number for all', { attention_head_dim: 8 }, [8, 8, 8]],
  [
    'one for each level',
    { attention_head_dim: [4, 8, 16, 16], block_out_channels: [320, 640, 1280, 1280] },
    [4, 8, 16],
  ],
  ['the newer name', { num_attention_heads: 10, attention_head_dim: 8 }, [10, 10, 10]],
  ['the newer name without a number', { num_attention_heads: null, attention_head_dim: 8 }, [8, 8, 8]],
  ['levels of which it does not say the widths', { attention_head_dim: [4, 8, 16] }, [5, 10, 20]],
  ['heads that no width can be parted into', { attention_head_dim: 7 }, [5, 10, 20]],
  ['no number', { attention_head_dim: '8' }, [5, 10, 20]],
  ['nothing', null, [5, 10, 20]],
])("heads of a UNet as its folder's configuration says: %s", (_, config, heads) => {
  expect(at(config)).toEqual(heads);
});

it('a model takes them, and the activation of its text encoder, from its folder', () => {
  const metadata = new Map([
    [UNET_CONFIG, '{"attention_head_dim": 16}'],
    [TEXT_CONFIG, '{"hidden_act": "gelu", "num_attention_heads": 6}'],
  ]);
  const { model } = recognise({ tensors: stableDiffusion15(), metadata });
  expect(model.denoiser).toMatchObject({ net: 'unet' });
  expect('heads' in model.denoiser && model.denoiser.heads(320)).toBe(16);
  expect(model.texts).toMatchObject([{ activation: 'gelu', heads: 6 }]);
});

it('where they say what is usual, nothing changes', () => {
  const metadata = new Map([
    [UNET_CONFIG, '{"attention_head_dim": [5, 10, 20, 20], "block_out_channels": [320, 640, 1280, 1280]}'],
    [TEXT_CONFIG, '{"hidden_act": "gelu", "num_attention_heads": 16}'],
  ]);
  const found = [metadata, new Map<string, string>()].map((one) => {
    const { model } = recognise({ tensors: stableDiffusion2(), metadata: one });
    const heads = [320, 640, 1280].map(
      (channels) => 'heads' in model.denoiser && model.denoiser.heads(channels),
    );
    return [heads, model.texts];
  });
  expect(found[0]).toEqual(found[1]);
});
