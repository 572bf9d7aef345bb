/** Additions that steer a model, and LoRAs for other kinds of model, in the order in which they are tried. */
import type { Row } from './signs';

export const adapters = [
  {
    kind: 'qwen-image',
    as: 'ControlNet',
    all: ['controlnet_blocks.#', 'txt_norm|transformer_blocks.#.img_mlp|controlnet_blocks.#.x_rms'],
  },
  { kind: 'qwen-image', as: 'ControlNet', all: ['control_blocks.#.after_proj', 'control_img_in'] },
  {
    kind: 'sd3',
    as: 'ControlNet',
    all: ['controlnet_blocks.#', 'pos_embed_input|transformer_blocks.#.adaLN_modulation'],
    none: ['double_blocks.#'],
  },
  { kind: 'flux', as: 'ControlNet', all: ['controlnet_blocks.#', 'double_blocks.#|controlnet_x_embedder'] },
  {
    kind: 'z-image',
    as: 'ControlNet',
    all: ['control_layers.#|control_all_x_embedder|control_noise_refiner.#'],
  },
  {
    kind: 'animatediff',
    as: 'ControlNet',
    all: ['motion_modules.#', 'controlnet_down_blocks.#|controlnet_cond_embedding|input_hint_block.#'],
  },
  { kind: 'anima', as: 'ControlNet', all: ['^lllite_dit_blocks[^.]*|^lllite_conditioning1'] },
  {
    kind: 'controlnet-xs',
    all: ['control_to_base_for_conv_in|up_connections.#.ctrl_to_base|enc_zero_convs_in.#|ctrl_to_base'],
  },
  { kind: 'controlnext', all: ['down_res.#', 'mid_convs.#'] },
  { kind: 'coadapter', all: ['seq_proj', 'spatial_ch_projs|spatial_feat_mapping', 'task_embedding'] },
  { kind: 'controllite', all: ['^lllite_unet_[^.]*'] },
  { kind: 'style-adapter', all: ['style_embedding'] },
  { kind: 'flux', as: 'IP-Adapter', all: ['ip_adapter_proj_model', 'double_blocks.#'] },
  {
    kind: 'ip-adapter',
    all: [
      '^image_proj|^ip_adapter|ip_adapter.#.to_k_ip|adapter_modules.#.to_k_ip|attn2.to_k_ip|^image_proj_model|^adapter_modules',
    ],
  },
  { kind: 'pulid', all: ['pulid_ca.#|pulid_encoder|^id_adapter'] },
  { kind: 'photomaker', all: ['id_encoder'] },
] as const satisfies readonly Row[];

/** What LoRAs write before the modules of a transformer. */
const PREFIXES =
  /^(?:base_model\.model\.|model\.|diffusion_model\.|transformer\.|lora_unet_|oft_unet_|lora_transformer_|lycoris_|unet\.|net\.)+/;
export const modulesOf = (names: Iterable<string>): string[] =>
  [...names].map((name) => name.replace(PREFIXES, ''));

/** LoRAs by the modules that they change, with dots or underscores, without prefixes. */
export const loras = [
  { kind: 'animatediff', as: 'LoRA', all: ['motion_modules.#'] },
  { kind: 'flux2', as: 'LoRA', all: ['attn.to_qkv_mlp_proj|^single_blocks.47'] },
  {
    kind: 'hunyuan-video',
    as: 'LoRA',
    all: [
      '^double_blocks.#.img_mlp.fc1|^double_blocks.#.img_mod.linear|^double_blocks.#.txt_mod.linear|^single_blocks.#.modulation.linear|individual_token_refiner',
    ],
  },
  {
    kind: 'hunyuan-video',
    as: 'LoRA',
    all: ['^double_blocks.#.img_attn_qkv|^double_blocks.#.txt_attn_qkv'],
    when: (tensors) => [...tensors.keys()].some((name) => /\.(?:img|txt)_attn_qkv\./.test(name)), // FLUX: img_attn.qkv
  },
  { kind: 'chroma', as: 'LoRA', all: ['distilled_guidance_layer'] },
  { kind: 'flux', as: 'LoRA', all: ['^double_blocks.#|^single_blocks.#|^single_transformer_blocks.#'] },
  { kind: 'hidream', as: 'LoRA', all: ['^double_stream_blocks.#|^single_stream_blocks.#'] },
  {
    kind: 'qwen-image',
    as: 'LoRA',
    all: [
      '^transformer_blocks.#.img_mlp|^transformer_blocks.#.img_mod|^transformer_blocks.#.txt_mlp|^transformer_blocks.59',
    ],
  },
  { kind: 'auraflow', as: 'LoRA', all: ['^joint_transformer_blocks.#|^double_layers.#|^single_layers.#'] },
  // An MMDiT has one attention for words and pictures.
  { kind: 'transformer', as: 'LoRA', all: ['^transformer_blocks.#'], none: ['^transformer_blocks.#.attn'] },
  { kind: 'anima', as: 'LoRA', all: ['^llm_adapter'] },
  {
    kind: 'cosmos',
    as: 'LoRA',
    all: ['^blocks.#.self_attn.q_proj|^blocks.#.cross_attn.q_proj|^blocks.#.mlp.layer1'],
  },
  { kind: 'mochi', as: 'LoRA', all: ['^blocks.#.attn.qkv_x'] },
  { kind: 'hunyuan-dit', as: 'LoRA', all: ['^blocks.#.attn1.Wqkv|^blocks.#.attn2.kv_proj'] },
  { kind: 'pixart', as: 'LoRA', all: ['^blocks.#.attn.qkv|^blocks.#.cross_attn.kv_linear'] },
  {
    kind: 'wan',
    as: 'LoRA',
    all: ['^blocks.#.self_attn|^blocks.#.cross_attn|^blocks.#.ffn|^blocks.#.attn1'],
  },
  {
    kind: 'z-image',
    as: 'LoRA',
    all: ['^layers.#.attention|^layers.#.feed_forward|^noise_refiner.#|^context_refiner.#'],
  },
  { kind: 'lumina', as: 'LoRA', all: ['^layers.#.attn'] },
  { kind: 'kandinsky', as: 'LoRA', all: ['^visual_transformer_blocks.#'] },
  { kind: 'cascade-c', as: 'LoRA', all: ['^lora_prior_unet'] },
  { kind: 'language-model', as: 'LoRA', all: ['^layers.#.self_attn|^layers.#.mlp'] },
] as const satisfies readonly Row[];
