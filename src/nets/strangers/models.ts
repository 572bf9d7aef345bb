/**
 * Models of other kinds, in the order in which they are tried. Names are those of the files that their makers publish,
 * of ComfyUI's, and of diffusers' folders.
 */
import { columnsOf, type Row, type Tensors } from './signs';

/** The first convolution of a UNet. */
export const FIRST = /(?:^|\.)input_blocks\.0\.0\.weight$|^(?:unet\.)?conv_in\.weight$/;
const latentsIn =
  (channels: number) =>
  (tensors: Tensors): boolean =>
    columnsOf(tensors, FIRST) === channels;

/** What a UNet is told beside words and noise: of a picture by CLIP, hundreds of numbers. */
const LABEL = 'label_emb.0.0|class_embedding.linear_1';
const labelsOf = (tensors: Tensors): number =>
  columnsOf(tensors, /(?:^|\.)(?:label_emb\.0\.0|class_embedding\.linear_1)\.weight$/) ?? Infinity;

const TOKENS = /token_embedding\.weight$/;
const hasOneText = (tensors: Tensors): boolean =>
  [...tensors.keys()].filter((name) => TOKENS.test(name)).length < 2;
/** Whether the UNet reads a single text encoder, that of Stable Diffusion 2.x if none is in the file. */
function readsOneText(tensors: Tensors): boolean {
  const read = columnsOf(tensors, /\.attn2\.to_k\.weight$/);
  return read !== undefined && read === (columnsOf(tensors, TOKENS) ?? 1024);
}

export const models = [
  // Built on the UNet of Stable Diffusion.
  { kind: 'sdxl-refiner', all: ['^conditioner.embedders.0.model', 'label_emb.0.0'], when: hasOneText },
  {
    kind: 'sdxl-refiner',
    all: ['label_emb.0.0|add_embedding.linear_1', 'attn2.to_k'],
    when: (tensors) => columnsOf(tensors, /\.attn2\.to_k\.weight$/) === 1280,
  },
  { kind: 'svd', all: ['time_stack|time_mixer|temporal_transformer_blocks|temporal_res_block'] },
  { kind: 'text-to-video', all: ['temp_convs.#|temp_attentions.#|temopral_conv'] },
  { kind: 'animatediff', all: ['motion_modules.#', 'resnets.#.time_emb_proj|emb_layers.#'] },
  { kind: 'hotshot', all: ['temporal_attentions.#', 'resnets.#.time_emb_proj'] },
  { kind: 'gligen', all: ['fuser|position_net'] },
  { kind: 'brushnet', all: ['brushnet_mid_block|brushnet_down_blocks.#'] },
  { kind: 'zero123', all: ['cc_projection'] },
  { kind: 'image-variation', all: ['^cond_stage_model.model.visual|^cond_stage_model.mapper'] },
  { kind: 'unclip', all: ['noise_augmentor|embedder.model.visual'] },
  // Few numbers beside the words: Lotus' four say whether to tell depths or surfaces, others where one looks from.
  { kind: 'marigold', all: [LABEL], when: (tensors) => labelsOf(tensors) === 4 },
  { kind: 'mvdream', all: [LABEL], when: (tensors) => labelsOf(tensors) < 64 },
  { kind: 'mvdream', all: ['camera_embed'] },
  // SDXL has such numbers, too, and two texts side by side.
  { kind: 'unclip', all: ['label_emb.0.0'], when: readsOneText },
  {
    kind: 'sd-upscaler',
    all: ['low_scale_model|label_emb.weight|class_embedding.weight|resnets.#.norm1.linear'],
  },
  { kind: 'sd-upscaler', all: ['input_blocks.0.0|^conv_in|^unet.conv_in'], when: latentsIn(7) },
  { kind: 'sd-depth', all: ['depth_model'] },
  { kind: 'sd-depth', all: ['input_blocks.0.0|^conv_in|^unet.conv_in'], when: latentsIn(5) },
  // Two pictures beside the latents. With only one, numbers must tell: see `numbers.ts`.
  { kind: 'ic-light', all: ['input_blocks.0.0|^conv_in|^unet.conv_in'], when: latentsIn(12) },
  { kind: 'if', all: ['add_embedding.pool|encoder_pooling.#'] },
  { kind: 'kandinsky', all: ['add_embedding.image_proj|add_embedding.image_norm|ln_model_n'] },
  { kind: 'kandinsky', all: ['visual_transformer_blocks.#|add_time_condition.context_proj'] },
  { kind: 'unclip', all: ['class_embedding.linear_1'] },
  { kind: 'prior', all: ['clip_mean', 'clip_std'] },
  { kind: 'kolors', all: ['encoder_hid_proj.weight', 'label_emb.0.0|add_embedding.linear_1'] },
  { kind: 'versatile', all: ['unet_image|unet_text|diffuser.image|diffuser.text'] },
  { kind: 'alt-diffusion', all: ['^cond_stage_model.roberta|^cond_stage_model.model.embeddings'] },
  {
    kind: 'latent-diffusion',
    all: ['^cond_stage_model.transformer.attn_layers|^cond_stage_model.transformer.token_emb'],
  },
  { kind: 'stable-sr', all: ['structcond_stage_model|spade.mlp_gamma'] },
  { kind: 'supir', all: ['project_modules.#'] },
  { kind: 'cascade-c', all: ['clip_txt_mapper|clip_txt_pooled_mapper'] },
  { kind: 'wuerstchen', all: ['cond_mapper.0|effnet_mappers.#'] },
  { kind: 'cascade-b', all: ['effnet_mapper|pixels_mapper|clf.1'] },

  // Transformers.
  {
    kind: 'hunyuan-video',
    all: ['individual_token_refiner|context_embedder.token_refiner|img_attn_qkv|byt5_in'],
  },
  { kind: 'flux2', all: ['double_stream_modulation_img|attn.to_qkv_mlp_proj'] },
  { kind: 'chroma', all: ['distilled_guidance_layer|nerf_blocks.#'] },
  { kind: 'ovis', all: ['double_blocks.#.img_mlp.down_proj'] },
  { kind: 'shapes', all: ['latent_in', 'cond_in'] },
  { kind: 'shapes', all: ['image_tokenizer', 'backbone.transformer_blocks.#'] },
  { kind: 'flux', all: ['double_blocks.#.img_attn|double_blocks.#.img_mod|single_blocks.#.linear1'] },
  { kind: 'bria', all: ['single_transformer_blocks.#', 'time_embed.timestep_embedder'] },
  { kind: 'flux', all: ['single_transformer_blocks.#', 'context_embedder', 'x_embedder'] },
  { kind: 'hidream', all: ['caption_projection.0.linear|double_stream_blocks.#'] },
  { kind: 'sana', all: ['mlp.inverted_conv|ff.conv_inverted'] },
  { kind: 'ltx', all: ['patchify_proj'] },
  { kind: 'ltx', all: ['time_embed.emb.timestep_embedder', 'caption_projection.linear_1'] },
  { kind: 'pixart', all: ['t_block.1|adaln_single'] },
  { kind: 'omnigen', all: ['ref_image_refiner.#|image_index_embedding|input_x_embedder'] },
  { kind: 'z-image', all: ['noise_refiner.#', 'x_pad_token|cap_pad_token|all_x_embedder'] },
  { kind: 'lumina', all: ['noise_refiner.#|context_refiner.#|cap_embedder.1'] },
  { kind: 'lumina', all: ['layers.#.attention.wk_y|time_caption_embed.caption_embedder'] },
  { kind: 'anima', all: ['llm_adapter.blocks.#'] },
  { kind: 'cosmos', all: ['blocks.#.mlp.layer1|blocks.block#.blocks.#|blocks.#.adaln_modulation_self_attn'] },
  { kind: 'cosmos', all: ['time_embed.t_embedder', 'norm_out.linear_1'] },
  { kind: 'auraflow', all: ['double_layers.#|joint_transformer_blocks.#'] },
  { kind: 'hunyuan-dit', all: ['mlp_t5|time_extra_emb|text_embedding_padding'] },
  { kind: 'mochi', all: ['blocks.#.attn.qkv_x|blocks.#.attn.k_norm_x|t5_y_embedder'] },
  { kind: 'wan', all: ['head.modulation|blocks.#.modulation|blocks.#.cross_attn.k_img|vace_blocks.#'] },
  { kind: 'wan', all: ['condition_embedder.time_embedder'] },
  { kind: 'cogvideox', all: ['patch_embed.text_proj'] },
  { kind: 'qwen-image', all: ['txt_norm|transformer_blocks.#.img_mlp'] },
  { kind: 'krea2', all: ['txtfusion.projector'] },
  { kind: 'ideogram', all: ['embed_image_indicator'] },
  { kind: 'ernie', all: ['layers.#.mlp.linear_fc2'] },
  { kind: 'seedvr2', all: ['mlp.all.proj_in_gate'] },
  { kind: 'pid', all: ['lq_proj.latent_proj'] },
  { kind: 'sound', all: ['pretransform.model|lyric_encoder|lyric_embs|genre_embedder'] },
  { kind: 'speaker', all: ['vae2llm|gen_vision_model|^model.layers.#.mlp.experts.#.gate_and_up_proj'] },
  { kind: 'unidiffuser', all: ['vae_img_in'] },
  { kind: 'amused', all: ['mlm_layer', 'cond_embed'] },
  // One of several files of a net, without any sign that would tell more.
  {
    kind: 'transformer',
    all: ['^transformer_blocks.#|^single_transformer_blocks.#|diffusion_model.transformer_blocks.#'],
    none: ['transformer_blocks.#.attn'], // as in an MMDiT
  },
  // Models of any kind, in formats that other programs cannot read.
  { kind: 'four-bit', all: ['absmax|quant_map|qweight|wscales|wtscale|weight_scale_2'] },
  { kind: 'packed', all: ['SCB|weight._data|weight_qtype|zero_point|quantization_scale'] },
  { kind: 'unmerged', all: ['base_layer', 'lora_A|lora_down', 'time_emb_proj|emb_layers'] },
] as const satisfies readonly Row[];
