import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/nets/names/places';

const CONV = 'input_blocks.1.0.in_layers.2.weight';
const JOINT = 'joint_blocks.0.x_block.attn.qkv.weight';
const T5 = 'encoder.block.0.layer.0.SelfAttention.q.weight';
const LAYER = 'text_model.encoder.layers.0.mlp.fc1.weight';

describe('a name is told which net it belongs to, and what is left of it is the net’s own', () => {
  it.each([
    // what wraps a net
    [`model.diffusion_model.${CONV}`, 'unet', CONV],
    [`model.diffusion_model._orig_mod.${CONV}`, 'unet', CONV],
    [`_orig_mod.model.diffusion_model.${CONV}`, 'unet', CONV],
    [`module.model.diffusion_model.module._orig_mod.${CONV}`, 'unet', CONV],
    ['model.diffusion_model.input_blocks._orig_mod.1.0.in_layers.2.weight', 'unet', CONV],
    [
      'conditioner.embedders.0.wrapped.transformer.text_model.embeddings.token_embedding.wrapped.weight',
      'text',
      'text_model.embeddings.token_embedding.weight',
    ],
    [`_forward_module.model.diffusion_model._forward_module.${CONV}`, 'unet', CONV],
    [`state_dict.model.model.diffusion_model.${CONV}`, 'unet', CONV],
    [`unet.unet.${CONV}`, 'unet', CONV],
    [`diffusion_model.${CONV}`, 'unet', CONV],
    [`model.${CONV}`, 'unet', CONV],
    [CONV, 'unet', CONV],
    // attention's last layer without its number
    [
      'unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_out.bias',
      'unet',
      'mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0.bias',
    ],
    // underscores for dots, and no trainer's name before them
    ['unet_conv_in', 'unet', 'conv_in'],
    ['unet_down_blocks_0_attentions_0_proj_in', 'unet', 'down_blocks_0_attentions_0_proj_in'],
    ['te2_text_model_encoder_layers_0_mlp_fc1', 'text2', 'text_model_encoder_layers_0_mlp_fc1'],
    ['text_encoder_2_text_model_encoder_layers_0_mlp_fc1', 'text2', 'text_model_encoder_layers_0_mlp_fc1'],
    ['transformer_transformer_blocks_0_attn_to_q', 'mmdit', 'transformer_blocks_0_attn_to_q'],
    // Black Forest Labs' VAEs
    ['encoder.quant_conv.weight', 'vae', 'encoder.quant_conv.weight'],
    ['base_model.model.unet.conv_in', 'unet', 'conv_in'],
    [
      'unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_q',
      'unet',
      'mid_block.attentions.0.transformer_blocks.0.attn1.to_q',
    ],
    ['down_blocks.0.attentions.0.proj_in', 'unet', 'down_blocks.0.attentions.0.proj_in'],
    ['lora_unet_down_blocks_0_attentions_0_proj_in', 'unet', 'down_blocks_0_attentions_0_proj_in'],
    ['oft_unet_down_blocks_0_attentions_0_proj_in', 'unet', 'down_blocks_0_attentions_0_proj_in'],
    ['lora_unet.down_blocks.0.attentions.0.proj_in', 'unet', 'down_blocks.0.attentions.0.proj_in'],
    ['lora_unet__orig_mod_down_blocks_0_attentions_0_proj_in', 'unet', 'down_blocks_0_attentions_0_proj_in'],
    ['lycoris_down_blocks_0_attentions_0_proj_in', 'unet', 'down_blocks_0_attentions_0_proj_in'],
    ['unet.input_blocks.0.0.weight', 'unet', 'input_blocks.0.0.weight'],
    // the same prefixes with underscores, behind any trainer's word
    ['lora_unet_model_diffusion_model_input_blocks_1_1_proj_in', 'unet', 'input_blocks_1_1_proj_in'],
    [
      'lora_unet_base_model_model_down_blocks_0_attentions_0_proj_in',
      'unet',
      'down_blocks_0_attentions_0_proj_in',
    ],
    ['lora_unet_unet_mid_block_resnets_0_conv1', 'unet', 'mid_block_resnets_0_conv1'],
    ['lora_down_blocks_0_attentions_0_proj_in', 'unet', 'down_blocks_0_attentions_0_proj_in'],
    ['lora.unet.conv_in', 'unet', 'conv_in'],

    ['first_stage_model.decoder.conv_in.weight', 'vae', 'decoder.conv_in.weight'],
    ['vae.first_stage_model.decoder.conv_in.weight', 'vae', 'decoder.conv_in.weight'],
    [
      'module.decoder.up_blocks.0.resnets.0.conv1.weight',
      'vae',
      'decoder.up_blocks.0.resnets.0.conv1.weight',
    ],
    ['post_quant_conv.bias', 'vae', 'post_quant_conv.bias'],

    [`cond_stage_model.transformer.${LAYER}`, 'text', LAYER],
    [
      'cond_stage_model.transformer.encoder.layers.0.mlp.fc1.weight',
      'text',
      'encoder.layers.0.mlp.fc1.weight',
    ],
    ['cond_stage_model.model.transformer.resblocks.0.ln_1.bias', 'text', 'transformer.resblocks.0.ln_1.bias'],
    [
      'cond_stage_model.model.transformer.text_model.embeddings.position_ids',
      'text',
      'text_model.embeddings.position_ids',
    ],
    [`cond_stage_model.clip_g.transformer.${LAYER}`, 'text2', LAYER],
    [`conditioner.embedders.0.transformer.${LAYER}`, 'text', LAYER],
    ['conditioner.embedders.1.model.text_projection', 'text2', 'text_projection'],
    [`conditioner.embedders.1.transformer.${LAYER}`, 'text2', LAYER],
    [`text_encoders.clip_l.transformer.${LAYER}`, 'text', LAYER],
    [`text_encoders.clip_h.transformer.${LAYER}`, 'text', LAYER],
    [`text_encoders.clip_g.transformer.${LAYER}`, 'text2', LAYER],
    [`clip_g.${LAYER}`, 'text2', LAYER],
    [`text_encoder.${LAYER}`, 'text', LAYER],
    [`text_encoder_2.${LAYER}`, 'text2', LAYER],
    [`te1.${LAYER}`, 'text', LAYER],
    ['lora_te_text_model_encoder_layers_0_mlp_fc1', 'text', 'text_model_encoder_layers_0_mlp_fc1'],
    [`cond_stage_model.1.transformer.${LAYER}`, 'text2', LAYER],
    [`lora_text_encoder_${LAYER}`, 'text', LAYER],
    [`lora_text_encoder_2_${LAYER}`, 'text2', LAYER],
    [`lora_clip_l_${LAYER}`, 'text', LAYER],
    [`lora_clip_g_${LAYER}`, 'text2', LAYER],
    ['lora_te2_text_projection', 'text2', 'text_projection'],
    ['lora_text_encoder_1_text_model_final_layer_norm', 'text', 'text_model_final_layer_norm'],
    ['lycoris_text_encoder_text_model_final_layer_norm', 'text', 'text_model_final_layer_norm'],
    ['oft_te2_text_model_encoder_layers_0_mlp_fc1', 'text2', 'text_model_encoder_layers_0_mlp_fc1'],
    [
      'lora_te1_transformer_text_model_encoder_layers_0_mlp_fc1',
      'text',
      'text_model_encoder_layers_0_mlp_fc1',
    ],
    ['lora_text_model_encoder_layers_0_mlp_fc1', 'text', 'text_model_encoder_layers_0_mlp_fc1'],
    // numbers of text encoders, in any spelling
    [`text_encoder1.${LAYER}`, 'text', LAYER],
    [`text_encoder2.${LAYER}`, 'text2', LAYER],
    [`text_encoder_two.${LAYER}`, 'text2', LAYER],
    [`te_1.${LAYER}`, 'text', LAYER],
    [`te_2.${LAYER}`, 'text2', LAYER],
    [`text_encoders.0.${LAYER}`, 'text', LAYER],
    [`text_encoders.1.${LAYER}`, 'text2', LAYER],
    [`text_encoders.2.${T5}`, 't5', T5],
    ['lycoris_te1_text_model_encoder_layers_0_mlp_fc1', 'text', 'text_model_encoder_layers_0_mlp_fc1'],
    [LAYER, 'text', LAYER],
    [`text2.${LAYER}`, 'text2', LAYER],

    [`model.diffusion_model.${JOINT}`, 'mmdit', JOINT],
    [`mmdit.${JOINT}`, 'mmdit', JOINT],
    [JOINT, 'mmdit', JOINT],
    ['model.diffusion_model.pos_embed', 'mmdit', 'pos_embed'],
    ['transformer.transformer_blocks.0.attn.to_q', 'mmdit', 'transformer_blocks.0.attn.to_q'],
    ['lora_unet_joint_blocks_0_x_block_attn_qkv', 'mmdit', 'joint_blocks_0_x_block_attn_qkv'],
    ['lora_transformer_transformer_blocks_0_ff_net_2', 'mmdit', 'transformer_blocks_0_ff_net_2'],
    [`text_encoders.t5xxl.transformer.${T5}`, 't5', T5],
    [`text_encoder_3.${T5}`, 't5', T5],
    [T5, 't5', T5],
    ['lora_te3_encoder_block_0_layer_0_SelfAttention_q', 't5', 'encoder_block_0_layer_0_SelfAttention_q'],
    ['transformer.resblocks.3.mlp.c_fc.weight', 'text', 'transformer.resblocks.3.mlp.c_fc.weight'],
  ])('%s', (name, place, rest) => {
    expect(placeOf(name)).toEqual({ place, rest });
  });

  it.each([
    'model_ema.diffusion_modelinput_blocks00weight',
    'control_model.input_blocks.0.0.weight',
    'noise_augmentor.model.mean',
    'v_pred',
    'alphas_cumprod',
    'lora_transformer_single_transformer_blocks_0_attn_to_q',
    'model.layers.0.self_attn.q_proj.weight',
    'decoder.layers.0.weight',
    'string_to_param.*',
    'lora_controlnet',
    'te_style',
    'unet_style',
  ])('and a stranger, to none: %s', (name) => {
    expect(placeOf(name)).toBeNull();
  });
});
