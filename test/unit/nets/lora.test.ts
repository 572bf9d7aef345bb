import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/nets/detect';
import { loraModules, loraTargets } from '../../../src/nets/lora';
import { stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';

const targetsOf = (tensors: Shapes) => loraTargets(detect({ tensors, metadata: new Map() }), tensors);

describe('the modules of a checkpoint that a LoRA may name', () => {
  const sd1 = targetsOf(stableDiffusion15());
  const sdxl = targetsOf(stableDiffusionXL());

  it.each([
    [
      sd1,
      'lora_unet_down_blocks_2_attentions_1_transformer_blocks_0_attn2_to_k',
      'input_blocks.8.1.transformer_blocks.0.attn2.to_k',
      1280,
      768,
    ],
    [sd1, 'lora_unet_up_blocks_3_attentions_2_proj_in', 'output_blocks.11.1.proj_in', 320, 320],
    [sd1, 'lora_unet_up_blocks_0_upsamplers_0_conv', 'output_blocks.2.1.conv', 1280, 11520],
    [sd1, 'lora_unet_down_blocks_0_downsamplers_0_conv', 'input_blocks.3.0.op', 320, 2880],
    [sd1, 'lora_unet_mid_block_resnets_1_time_emb_proj', 'middle_block.2.emb_layers.1', 1280, 1280],
    [sd1, 'lora_unet_conv_in', 'input_blocks.0.0', 320, 36],
    [
      sdxl,
      'lora_unet_down_blocks_1_attentions_0_transformer_blocks_1_attn1_to_q',
      'input_blocks.4.1.transformer_blocks.1.attn1.to_q',
      640,
      640,
    ],
    [
      sdxl,
      'lora_unet_input_blocks_8_1_transformer_blocks_9_ff_net_2',
      'input_blocks.8.1.transformer_blocks.9.ff.net.2',
      1280,
      5120,
    ],
    [sdxl, 'lora_unet_up_blocks_1_upsamplers_0_conv', 'output_blocks.5.2.conv', 640, 5760],
  ] as const)('in the UNet (%#): %s', (targets, module, key, rows, columns) => {
    expect(targets.get(module.replaceAll('.', '_'))).toEqual({
      key: `model.diffusion_model.${key}.weight`,
      from: 0,
      rows,
      columns,
      net: 'unet',
    });
  });

  it('in the text encoders; OpenCLIP has queries, keys and values in one matrix', () => {
    const first = 'conditioner.embedders.0.transformer.text_model';
    expect(sdxl.get('lora_te1_text_model_encoder_layers_11_mlp_fc1')).toMatchObject({
      key: `${first}.encoder.layers.11.mlp.fc1.weight`,
      from: 0,
      rows: 3072,
    });
    const packed = 'conditioner.embedders.1.model.transformer.resblocks.31.attn.in_proj_weight';
    const second = (name: string) => sdxl.get(`lora_te2_text_model_encoder_layers_31_self_attn_${name}`);
    expect([second('q_proj'), second('k_proj'), second('v_proj')]).toEqual(
      [0, 1280, 2560].map((from) => ({ key: packed, from, rows: 1280, columns: 1280, net: 'text' })),
    );
    expect(sd1.get('lora_te_text_model_encoder_layers_0_self_attn_out_proj')).toMatchObject({ rows: 768 });
  });

  it('every convolution and linear layer of the UNet has a name in both spellings', () => {
    const keys = new Set([...sd1.values()].filter(({ net }) => net === 'unet').map(({ key }) => key));
    const named = new Map<string, number>();
    for (const { key } of sd1.values()) named.set(key, (named.get(key) ?? 0) + 1);
    expect([...keys].filter((key) => named.get(key) !== 2)).toEqual([]);
  });
});

describe('the modules of a LoRA', () => {
  it.each([
    [
      'lora_unet_mid_block_attentions_0_proj_in.lora_down.weight',
      'lora_unet_mid_block_attentions_0_proj_in',
      'down',
    ],
    ['unet.mid_block.attentions.0.proj_in.lora_A.weight', 'lora_unet_mid_block_attentions_0_proj_in', 'down'],
    [
      'unet.mid_block.attentions.0.proj_in.lora_B.default.weight',
      'lora_unet_mid_block_attentions_0_proj_in',
      'up',
    ],
    [
      'unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.up.weight',
      'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_out_0',
      'up',
    ],
    [
      'text_encoder_2.text_model.encoder.layers.3.mlp.fc2.lora_A.weight',
      'lora_te2_text_model_encoder_layers_3_mlp_fc2',
      'down',
    ],
    [
      'lora_te_text_model_encoder_layers_0_mlp_fc1.alpha',
      'lora_te_text_model_encoder_layers_0_mlp_fc1',
      'alpha',
    ],
    ['lora_unet_conv_in.hada_w2_b', 'lora_unet_conv_in', 'hada_w2_b'],
    ['lora_unet_conv_in.lokr_w1', 'lora_unet_conv_in', 'lokr_w1'],
    ['lora_unet_conv_in.lora_mid.weight', 'lora_unet_conv_in', 'mid'],
  ])('%s', (name, module, part) => {
    expect(loraModules([name])).toEqual(new Map([[module, new Map([[part, name]])]]));
  });
});
