import { describe, expect, it } from 'vitest';
import { moduleFinder } from '../../../../src/nets/names/modules';
import { inNormalForm } from '../../../../src/nets/names/normal-form';
import { stableDiffusion15, stableDiffusion2, stableDiffusionXL } from '../stable-diffusion';
import { clipsInside, stableDiffusion35Medium, t5xxl } from '../stable-diffusion-3';

const finderOf = (file: ReturnType<typeof stableDiffusion15>) => moduleFinder(inNormalForm(file).tensors);
const finders = {
  sd1: finderOf(stableDiffusion15()),
  sd2: finderOf(stableDiffusion2()),
  sdxl: finderOf(stableDiffusionXL()),
  sd3: finderOf(new Map([...stableDiffusion35Medium(), ...clipsInside(), ...t5xxl('text_encoders.t5xxl.')])),
};

describe('a module is found by any of its names', () => {
  const TO_Q = 'unet.input_blocks.1.1.transformer_blocks.0.attn1.to_q';
  const TO_OUT = 'unet.middle_block.1.transformer_blocks.0.attn2.to_out.0';
  const Q = 'text.text_model.encoder.layers.3.self_attn.q_proj';
  const JOINT = 'mmdit.joint_blocks.0';
  it.each([
    ['sd1', 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q', TO_Q],
    ['sd1', 'lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q', TO_Q],
    ['sd1', 'lycoris_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q', TO_Q],
    ['sd1', 'lycoris_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q_', TO_Q],
    ['sd1', 'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q', TO_Q],
    ['sdxl', 'lora_te2_text_model_text_projection', 'text2.text_projection'],
    ['sd1', 'unet.unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q', TO_Q],
    ['sd1', 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q', TO_Q],
    ['sd1', 'base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q', TO_Q],
    ['sd1', 'diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q', TO_Q],
    ['sd1', 'unet.input_blocks.1.1.transformer_blocks.0.attn1.to_q', TO_Q],
    ['sd1', 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_out_0', TO_OUT],
    ['sd1', 'mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_out', TO_OUT],
    ['sd1', 'unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_out', TO_OUT],
    ['sd1', 'lora_unet_up_blocks_1_resnets_2_conv_shortcut', 'unet.output_blocks.5.0.skip_connection'],
    ['sd1', 'lora_unet_conv_in', 'unet.input_blocks.0.0'],
    ['sd1', 'lora_te_text_model_encoder_layers_3_self_attn_q_proj', Q],
    ['sd1', 'lora_te_encoder_layers_3_self_attn_q_proj', Q],
    ['sd1', 'text_encoder.text_model.encoder.layers.3.self_attn.q_proj', Q],
    ['sd1', 'text_encoder.text_model.encoder.layers.3.self_attn.to_q', Q],
    [
      'sd1',
      'text_encoder.encoder.layers.3.self_attn.to_out',
      'text.text_model.encoder.layers.3.self_attn.out_proj',
    ],
    ['sd1', 'text_encoders.clip_l.transformer.text_model.encoder.layers.3.self_attn.q_proj', Q],
    ['sd1', 'text_model.encoder.layers.3.self_attn.q_proj', Q],
    ['sd2', 'lora_te_text_model_encoder_layers_3_self_attn_q_proj', Q],
    [
      'sd2',
      'cond_stage_model.model.transformer.resblocks.3.mlp.c_fc',
      'text.text_model.encoder.layers.3.mlp.fc1',
    ],
    [
      'sdxl',
      'lora_te2_text_model_encoder_layers_31_self_attn_v_proj',
      'text2.text_model.encoder.layers.31.self_attn.v_proj',
    ],
    ['sdxl', 'clip_g.text_model.encoder.layers.31.mlp.fc2', 'text2.text_model.encoder.layers.31.mlp.fc2'],
    ['sdxl', 'clip_l.text_model.encoder.layers.3.self_attn.q_proj', Q],
    ['sdxl', 'lora_te2_text_projection', 'text2.text_projection'],
    ['sdxl', 'lora_unet_add_embedding_linear_1', 'unet.label_emb.0.0'],
    ['sd3', 'lora_unet_joint_blocks_0_x_block_attn_qkv', `${JOINT}.x_block.attn.qkv`],
    ['sd3', 'lora_unet_joint_blocks_0_x_block_attn2_qkv', `${JOINT}.x_block.attn2.qkv`],
    ['sd3', 'lora_unet_joint_blocks_0_context_block_mlp_fc1', `${JOINT}.context_block.mlp.fc1`],
    ['sd3', 'lora_unet_joint_blocks_0_x_block_adaLN_modulation_1', `${JOINT}.x_block.adaLN_modulation.1`],
    ['sd3', 'lora_unet_final_layer_adaLN_modulation_1', 'mmdit.final_layer.adaLN_modulation.1'],
    ['sd3', 'lora_unet_context_embedder', 'mmdit.context_embedder'],
    ['sd3', 'diffusion_model.joint_blocks.0.x_block.attn.proj', `${JOINT}.x_block.attn.proj`],
    ['sd3', 'transformer.transformer_blocks.0.attn.add_q_proj', `${JOINT}.context_block.attn.q`],
    ['sd3', 'transformer.transformer_blocks.0.attn.to_out.0', `${JOINT}.x_block.attn.proj`],
    ['sd3', 'transformer.transformer_blocks.0.attn2.to_v', `${JOINT}.x_block.attn2.v`],
    ['sd3', 'transformer.transformer_blocks.0.ff_context.net.0.proj', `${JOINT}.context_block.mlp.fc1`],
    ['sd3', 'transformer.norm_out.linear', 'mmdit.final_layer.adaLN_modulation.scale_shift'],
    ['sd3', 'lycoris_transformer_blocks_0_attn_to_k', `${JOINT}.x_block.attn.k`],
    ['sd3', 'lora_te1_text_model_encoder_layers_3_self_attn_q_proj', Q],
    ['sd3', 'lora_te3_encoder_block_0_layer_0_SelfAttention_q', 't5.encoder.block.0.layer.0.SelfAttention.q'],
  ] as const)('of %s: %s', (model, module, found) => {
    expect(finders[model](module)).toBe(found);
  });

  it.each([
    ['sd1', 'lora_te2_text_model_encoder_layers_3_self_attn_q_proj'],
    ['sd1', 'lora_te_text_model_encoder_layers_12_self_attn_q_proj'],
    ['sd1', 'lora_unet_down_blocks_3_attentions_0_proj_in'],
    ['sdxl', 'lora_unet_double_blocks_0_img_attn_qkv'],
    ['sd1', 'bundle_emb.word.string_to_param'],
    ['sd1', ''],
  ] as const)('and one that the checkpoint lacks is not: %s has no %s', (model, module) => {
    expect(finders[model](module)).toBeNull();
  });

  it('in a few milliseconds for all that SDXL has', () => {
    const { tensors } = inNormalForm(stableDiffusionXL());
    const modules = [...tensors.keys()].flatMap((key) => /^unet\.(.*)\.weight$/.exec(key)?.[1] ?? []);
    const names = modules.map((module) => `lora_unet_${module.replaceAll('.', '_')}`);
    const started = performance.now();
    const find = moduleFinder(tensors);
    expect(names.map(find)).toEqual(modules.map((module) => `unet.${module}`));
    console.info(`${names.length} modules of SDXL found in ${(performance.now() - started).toFixed(1)} ms`);
  });
});
