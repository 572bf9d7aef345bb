import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors';
import { recognise } from '../../../src/nets/detect/detect';
import { stableDiffusion15 } from './stable-diffusion';

const none = new Map<string, string>();

const named = (...names: string[]): ReturnType<typeof stableDiffusion15> =>
  new Map(names.map((name) => [name, { shape: [1], dtype: 'F16' }]));

describe('what cannot be run is refused by its own name', () => {
  it.each<[string, ReturnType<typeof stableDiffusion15>, ErrorCode, RegExp]>([
    ['a UNet with a depth map beside it', stableDiffusion15(5), 'other-kind', /sd-depth/],
    [
      'a UNet of MLX',
      new Map(stableDiffusion15()).set('model.diffusion_model.input_blocks.0.0.weight', {
        shape: [320, 3, 3, 4],
        dtype: 'F16',
      }),
      'unsupported-model',
      /lie as in MLX/,
    ],
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
