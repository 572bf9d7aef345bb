/** Files of kinds that are known and not run, as far as their names tell. */
import { stableDiffusion15, stableDiffusion2, stableDiffusionXL, type Shapes } from './stable-diffusion';

/** Tensors by their names; what follows `: ` is a shape. */
export const file = (...names: string[]): Shapes =>
  new Map(
    names.map((name) => {
      const [key = '', shape = '8'] = name.split(': ');
      return [key, { shape: shape.split(', ').map(Number), dtype: 'F16' }];
    }),
  );
/** Of a checkpoint of ours, and some more. */
export const beside = (tensors: Shapes, ...names: string[]): Shapes =>
  new Map([...tensors, ...file(...names)]);
export const put = (tensors: Shapes, name: string, shape: readonly number[]): Shapes =>
  new Map(tensors).set(name, { shape, dtype: 'F16' });
/** A part of a diffusers folder. */
export const UNET = [
  'conv_in.weight: 320, 4, 3, 3',
  'time_embedding.linear_1.weight',
  'down_blocks.0.resnets.0.time_emb_proj.weight',
  'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight: 320, 768',
  'up_blocks.1.resnets.0.time_emb_proj.weight',
];
export const D = 'model.diffusion_model';
export const TO_Q = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';

/** A file for each row, in the order of the rows. */
export const examples = {
  adapters: [
    file('controlnet_blocks.0.weight', 'controlnet_x_embedder.weight', 'txt_norm.weight', 'img_in.weight'),
    file('control_blocks.0.after_proj.weight', 'control_img_in.weight'),
    file(
      'controlnet_blocks.0.weight',
      'pos_embed_input.proj.weight',
      'transformer_blocks.0.attn.to_q.weight',
    ),
    file('controlnet_blocks.0.weight', 'double_blocks.0.img_attn.norm.key_norm.scale'),
    file('control_layers.0.adaLN_modulation.0.weight', 'control_noise_refiner.0.adaLN_modulation.0.weight'),
    file(
      'controlnet_cond_embedding.weight',
      'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight',
    ),
    file('lllite_dit_blocks_0_self_attn_q.down.weight', 'lllite_conditioning1.conv1.weight'),
    file('control_to_base_for_conv_in.weight', 'controlnet_cond_embedding.conv_in.weight'),
    file('lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.conditioning1.0.weight'),
    file('style_embedding', 'transformer_layes.0.attn.in_proj_weight', 'ln_post.weight', 'proj'),
    file(
      'ip_adapter_proj_model.norm.weight',
      'double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight',
    ),
    file('image_proj.proj.weight', 'ip_adapter.1.to_k_ip.weight'),
    file('pulid_ca.0.norm1.weight', 'pulid_encoder.body.0.weight'),
    file('id_encoder.visual_projection_2.weight', 'lora_weights.unet.down_blocks.1.lora_A.weight'),
  ],
  loras: [
    file(
      'down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0.processor.to_q_lora.down.weight',
    ),
    file('transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight'),
    file(
      'lora_unet_double_blocks_0_img_mlp_fc1.lora_down.weight',
      'lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight',
    ),
    file(
      'diffusion_model.distilled_guidance_layer.layers.0.in_layer.lora_A.weight',
      'diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight',
    ),
    file(
      'lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight',
      'lora_unet_double_blocks_0_img_attn_qkv.alpha',
    ),
    file('diffusion_model.double_stream_blocks.0.block.ff_i.shared_experts.w1.lora_A.weight'),
    file(
      'transformer_blocks.0.attn.add_k_proj.lora_A.default.weight',
      'transformer_blocks.0.img_mlp.net.2.lora_A.default.weight',
    ),
    file('transformer.joint_transformer_blocks.0.attn.to_k.lora_A.weight'),
    file('diffusion_model.transformer_blocks.0.attn1.to_k.lora_A.weight'),
    file('diffusion_model.llm_adapter.blocks.0.cross_attn.q_proj.lora_A.weight'),
    file('lora_unet_blocks_0_self_attn_q_proj.lora_down.weight'),
    file('blocks.0.attn.qkv_x.lora_A.weight'),
    file('lora_unet_blocks_0_attn1_Wqkv.lora_down.weight'),
    file(
      'lora_unet_blocks_0_attn_qkv.lora_down.weight',
      'lora_unet_blocks_0_cross_attn_kv_linear.lora_down.weight',
    ),
    file(
      'diffusion_model.blocks.0.cross_attn.k.lora_A.weight',
      'diffusion_model.blocks.0.ffn.0.lora_A.weight',
    ),
    file(
      'diffusion_model.layers.0.adaLN_modulation.0.lora_A.weight',
      'diffusion_model.layers.9.feed_forward.w3.lora_B.weight',
    ),
    file('visual_transformer_blocks.0.self_attention.to_query.lora_A.weight'),
    file('lora_prior_unet_down_blocks_0_1_mapper.lora_down.weight'),
    file('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'),
  ],
  models: [
    beside(
      stableDiffusion2(),
      `${D}.label_emb.0.0.weight: 1536, 2560`,
      'conditioner.embedders.0.model.ln_final.bias',
    ),
    file(
      ...UNET.slice(0, 3),
      'add_embedding.linear_1.weight',
      'down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight: 768, 1280',
      UNET[4]!,
    ),
    file(
      `${D}.input_blocks.1.0.time_stack.in_layers.0.weight`,
      `${D}.input_blocks.1.1.time_mixer.mix_factor`,
    ),
    file(...UNET, 'down_blocks.0.temp_convs.0.conv1.0.weight'),
    file(...UNET, 'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight'),
    file(...UNET, 'down_blocks.0.temporal_attentions.0.transformer_blocks.0.attention_blocks.0.to_q.weight'),
    beside(
      stableDiffusion15(),
      `${D}.input_blocks.1.1.transformer_blocks.0.fuser.alpha_attn`,
      `${D}.position_net.linears.0.weight`,
    ),
    file(...UNET, 'conv_in_condition.weight', 'brushnet_down_blocks.0.weight'),
    beside(
      stableDiffusion15(8),
      'cc_projection.weight: 768, 772',
      'cond_stage_model.model.visual.conv1.weight',
    ),
    beside(stableDiffusion15(), 'cond_stage_model.model.visual.conv1.weight'),
    beside(
      stableDiffusion2(),
      `${D}.label_emb.0.0.weight`,
      'noise_augmentor.data_mean',
      'embedder.model.visual.proj',
    ),
    beside(stableDiffusion2(), `${D}.label_emb.0.0.weight: 1280, 2048`),
    beside(stableDiffusion2(), `${D}.label_emb.weight: 1000, 1024`, 'low_scale_model.betas'),
    put(stableDiffusion2(), `${D}.input_blocks.0.0.weight`, [320, 7, 3, 3]),
    beside(stableDiffusion2(), 'depth_model.model.pretrained.act_postprocess3.0.project.0.bias'),
    put(stableDiffusion2(), `${D}.input_blocks.0.0.weight`, [320, 5, 3, 3]),
    file('conv_in.weight: 320, 12, 3, 3', ...UNET.slice(1)),
    file(
      ...UNET,
      'encoder_hid_proj.weight',
      'add_embedding.norm1.weight',
      'add_embedding.pool.positional_embedding',
    ),
    file(
      ...UNET,
      'add_embedding.image_proj.weight',
      'add_embedding.image_norm.weight',
      'encoder_hid_proj.image_embeds.weight',
    ),
    file(
      'visual_transformer_blocks.0.cross_attention.key_norm.weight',
      'pooled_text_embeddings.in_layer.weight',
    ),
    file(...UNET, 'class_embedding.linear_1.weight'),
    file('clip_mean', 'clip_std', 'prd_embedding', 'transformer_blocks.0.attn1.to_q.weight'),
    file(...UNET, 'encoder_hid_proj.weight', 'add_embedding.linear_1.weight: 1280, 5632'),
    file(`${D}.unet_image.input_blocks.0.0.weight`, `${D}.unet_text.input_blocks.0.0.weight`),
    beside(stableDiffusion15(), 'cond_stage_model.roberta.embeddings.word_embeddings.weight'),
    file(
      `${D}.input_blocks.0.0.weight: 320, 4, 3, 3`,
      'cond_stage_model.transformer.attn_layers.layers.0.0.0.weight',
    ),
    beside(
      stableDiffusion2(),
      `${D}.input_blocks.1.0.spade.mlp_gamma.weight`,
      'structcond_stage_model.input_blocks.0.0.weight',
    ),
    file(`${D}.project_modules.0.attn.to_q.weight`, 'model.control_model.input_blocks.0.0.weight'),
    file(`${D}.clf.1.weight`, `${D}.clip_txt_mapper.weight`, `${D}.down_blocks.0.0.channelwise.0.weight`),
    file('cond_mapper.0.weight', 'blocks.0.depthwise.weight', 'blocks.2.attention.attention.to_q.weight'),
    file(`${D}.clf.1.weight`, `${D}.effnet_mapper.0.weight`, `${D}.clip_mapper.weight`),
    file('double_blocks.0.img_attn.qkv.weight', 'txt_in.individual_token_refiner.blocks.0.norm1.weight'),
    file('double_stream_modulation_img.lin.weight', 'double_blocks.0.img_attn.norm.key_norm.scale'),
    file('distilled_guidance_layer.norms.0.scale', 'double_blocks.0.img_attn.norm.key_norm.scale'),
    file('double_blocks.0.img_mlp.down_proj.weight', 'double_blocks.0.img_attn.qkv.weight'),
    file(
      `${D}.double_blocks.0.img_attn.norm.key_norm.scale`,
      `${D}.img_in.weight`,
      `${D}.guidance_in.in_layer.weight`,
    ),
    file(
      'single_transformer_blocks.0.attn.to_q.weight',
      'transformer_blocks.0.attn.add_k_proj.weight',
      'context_embedder.weight',
      'x_embedder.weight',
    ),
    file('caption_projection.0.linear.weight', 'double_stream_blocks.0.block.ff_i.shared_experts.w1.weight'),
    file('blocks.0.mlp.inverted_conv.conv.weight', 't_block.1.weight', 'blocks.0.cross_attn.q_linear.weight'),
    file(`${D}.patchify_proj.weight`, `${D}.adaln_single.emb.timestep_embedder.linear_1.bias`),
    file(
      'time_embed.emb.timestep_embedder.linear_1.weight',
      'caption_projection.linear_1.weight',
      'transformer_blocks.0.scale_shift_table',
    ),
    file(
      'adaln_single.emb.timestep_embedder.linear_1.bias',
      'pos_embed.proj.bias',
      'transformer_blocks.0.attn1.to_q.weight',
    ),
    file(
      'time_caption_embed.timestep_embedder.linear_2.weight',
      'context_refiner.0.attn.norm_k.weight',
      'ref_image_refiner.0.attn.norm_k.weight',
    ),
    file(
      'cap_embedder.1.weight: 3840, 2560',
      'noise_refiner.0.attention.k_norm.weight',
      'cap_pad_token',
      'x_pad_token',
    ),
    file('cap_embedder.1.weight: 2304, 2304', 'noise_refiner.0.attention.k_norm.weight'),
    file('cap_embedder.0.weight', 'layers.0.attention.wq.weight', 'layers.0.attention.wk_y.weight'),
    file('net.blocks.0.mlp.layer1.weight', 'net.llm_adapter.blocks.0.cross_attn.q_proj.weight'),
    file('net.blocks.0.mlp.layer1.weight', 'net.blocks.0.adaln_modulation_cross_attn.1.weight'),
    file('norm_out.linear_1.weight', 'time_embed.t_embedder.linear_1.weight'),
    file('model.double_layers.0.attn.w1q.weight', 'model.cond_seq_linear.weight'),
    file('mlp_t5.0.weight', 'blocks.0.attn1.Wqkv.weight'),
    file('blocks.0.attn.qkv_x.weight', 't5_y_embedder.to_q.weight'),
    file('head.modulation', 'blocks.0.self_attn.q.weight', 'patch_embedding.weight'),
    file('condition_embedder.time_embedder.linear_1.weight', 'blocks.0.attn1.to_q.weight'),
    file('patch_embed.text_proj.weight', 'transformer_blocks.0.norm1.linear.weight'),
    file(
      'txt_norm.weight',
      'transformer_blocks.0.img_mlp.net.0.proj.weight',
      'transformer_blocks.0.attn.add_k_proj.weight',
    ),
    file('txtfusion.projector.weight'),
    file('embed_image_indicator.weight'),
    file('layers.0.mlp.linear_fc2.weight'),
    file('blocks.31.mlp.all.proj_in_gate.weight'),
    file('lq_proj.latent_proj.0.weight'),
    file(
      'model.model.transformer.layers.0.ff.ff.0.proj.weight',
      'pretransform.model.decoder.layers.0.weight_v',
    ),
    file(
      'vae_img_in.proj.weight',
      'clip_img_in.weight',
      'transformer.transformer_in_blocks.0.attn1.to_q.weight',
    ),
    file('cond_embed.weight', 'mlm_layer.conv1.weight', 'transformer_layers.0.attn1.to_q.weight'),
    file('single_transformer_blocks.20.attn.to_q.weight', 'single_transformer_blocks.20.proj_mlp.weight'),
    beside(
      stableDiffusionXL(),
      `${D}.middle_block.1.proj_in.weight.absmax`,
      `${D}.middle_block.1.proj_in.weight.quant_map`,
    ),
    beside(stableDiffusion15(), `${D}.middle_block.1.proj_in.SCB`),
    file(...UNET, `${TO_Q}.base_layer.weight`, `${TO_Q}.lora_A.default.weight`),
  ],
  parts: [
    file('vision_model.vision_model.embeddings.class_embedding', 'concept_embeds', 'special_care_embeds'),
    file('image_encoder.patch_embed.proj.weight', 'mask_decoder.mask_tokens.weight'),
    file('pretrained.cls_token', 'depth_head.projects.0.weight'),
    file('model.model.2.cv1.conv.weight', 'model.model.2.m.0.cv1.conv.weight'),
    file('encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight', 'shared.weight'),
    file('model.layers.0.self_attn.q_proj.weight', 'model.embed_tokens.weight'),
    file(
      'vision_model.encoder.layers.0.mlp.fc1.weight',
      'text_model.encoder.layers.0.mlp.fc1.weight',
      'logit_scale',
    ),
    file('vision_model.encoder.layers.0.mlp.fc1.weight', 'visual_projection.weight'),
    file('stylegan_decoder.style_mlp.1.weight'),
    file('quantize.embedding.weight', 'position_emb', 'encoder.blocks.0.weight'),
    file('generator.model.1.bn_l.running_mean'),
    file('layers.0.residual_group.blocks.0.attn.aligned_relative_position_index', 'conv_first.weight'),
    file('relative_position_index_SA', 'layers.0.residual_group.blocks.0.conv_block.cab.0.weight'),
    file('layers.0.residual_group.blocks.0.norm1.weight', 'conv_first.weight'),
    file('layers.0.blocks.2.attn.attn_mask_0', 'conv_first.weight'),
    file('feats.0.weight', 'feats.1.lk.conv.weight', 'feats.1.channe_mixer.0.weight'),
    file('residual_layer.0.residual_layer.0.layer.0.fn.0.weight'),
    file('block_1.c1_r.sk.weight', 'conv_1.sk.weight'),
    file('m_head.0.weight', 'm_body.0.trans_block.ln1.weight', 'm_tail.0.weight'),
    file('vquantizer.codebook.weight', 'in_block.1.weight'),
    file('backbone.1.0.block.0.1.num_batches_tracked', 'mapper.0.weight'),
    file('decoder.mid_block.resnets.0.norm1.conv_y.weight', 'quantize.embedding.weight'),
    file('quantize.embedding.weight', 'decoder.conv_in.weight: 512, 3, 3, 3'),
    file('decoder_unet.embed_image.weight', 'means', 'stds'),
    file('conv_in.weight: 32, 3, 3, 3', 'latent_conv_in.weight: 64, 4, 1, 1'),
    file('decoder.condition_encoder.layers.0.weight', 'decoder.conv_in.weight: 512, 4, 3, 3'),
    file('decoder.middle.0.residual.0.gamma', 'decoder.upsamples.0.residual.0.gamma', 'conv1.weight'),
    file('decoder.blocks.2.blocks.3.stack.5.weight'),
    file('decoder.conv_in.conv.bias', 'decoder.mid.attn_1.k.bias'),
    file('decoder.stages.0.op_list.0.main.conv1.conv.weight', 'decoder.project_in.conv.weight'),
    file('decoder.conv_in.weight: 512, 32, 3, 3', 'bn.running_mean'),
    file('decoder.conv_in.weight: 512, 8, 3, 3'),
    file('1.weight: 64, 16, 3, 3', '3.conv.0.weight: 64, 64, 3, 3'),
    file('0.weight: 64, 3, 3, 3', '1.conv.0.weight: 64, 64, 3, 3'),
    file('encoder.layers.0.weight: 64, 3, 3, 3', 'encoder.layers.1.conv.0.weight'),
    file(
      'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight',
      'mid_block.motion_modules.0.temporal_transformer.norm.bias',
    ),
    file(
      'down_blocks.0.temporal_attentions.0.proj_in.weight',
      'up_blocks.2.temporal_attentions.2.proj_in.weight',
    ),
    file('connector.latents', 'connector.perceiver_blocks.0.attn.in_proj_weight'),
    file('768.0.linear.0.weight', '768.1.linear.0.weight'),
    file('state.0.exp_avg', 'state.0.exp_avg_sq'),
    file('model_ema.diffusion_modelinput_blocks00weight', 'model_ema.decay'),
  ],
};
