/** Single nets that are not models, in the order in which they are tried. */
import { taesdEncoderPrefix, taesdPrefix } from '../names/taesd';
import { columnsOf, type Row, type Tensors } from './signs';

const DECODER = /(?:^|\.)decoder\.conv_in\.weight$/;
const latentsOut = (tensors: Tensors): number => columnsOf(tensors, DECODER) ?? 4;
const TINY_DECODER = /^(?:(?:.*\.)?(?:taesd_)?decoder\.)?1\.weight$|(?:^|\.)decoder\.layers\.0\.weight$/;

export const parts = [
  // Nets that read pictures or words.
  { kind: 'cutter', all: ['decoder.film_mul|film_mul'] }, // CLIPSeg
  { kind: 'captioner', all: ['visual_encoder.blocks.#'] },
  { kind: 'safety-checker', all: ['concept_embeds|special_care_embeds'] },
  { kind: 'sam', all: ['mask_decoder|sam_mask_decoder'] },
  { kind: 'depth-estimator', all: ['depth_head|neck.reassemble_stage|scratch.refinenet1'] },
  { kind: 'detector', all: ['model.#.cv1|bbox_embed.#|ClassHead.#.conv1x1'] },
  { kind: 'cutter', all: ['decoder.decoder_block4', 'decoder.decoder_block1'] },
  { kind: 'cutter', all: ['stage1.rebnconvin', 'side1'] },
  { kind: 'hearing', all: ['encoder.conv1', 'decoder.layers.#.encoder_attn'] },
  // In other T5s only the first block has a bias for distances.
  { kind: 't5', all: ['block.1.layer.0.SelfAttention.relative_attention_bias'] },
  {
    kind: 'language-model',
    all: [
      [
        '^model.layers.#|^layers.#.self_attn|^transformer.h.#|^h.#.attn|^language_model|^model.language_model',
        '^transformer.model.layers.#|^transformer.encoder.layers.#|^gpt_neox.layers.#|embeddings.word_embeddings',
      ].join('|'),
    ],
  },
  { kind: 'clip', all: ['^vision_model|^visual', '^text_model|^transformer.resblocks.#'] },
  {
    kind: 'image-encoder',
    all: [
      [
        '^vision_model|^visual|^vision_tower|vision_model.encoder.layers.#|encoder.layer.#.attention.attention',
        '^embeddings.register_tokens',
      ].join('|'),
    ],
  },

  // Nets that repair or enlarge pictures.
  { kind: 'face-restorer', all: ['stylegan_decoder|style_mlp.#'] },
  { kind: 'face-restorer', all: ['quantize.embedding', 'position_emb'] },
  { kind: 'stylegan', all: ['synthesis.b4.conv1|mapping.w_avg'] },
  { kind: 'eraser', all: ['model.#.bn_l|model.#.ffc'] },
  // Upscalers that are not run; for the others see `nets/upscalers/upscaler.ts`.
  { kind: 'srformer', all: ['attn.aligned_relative_position_index'] },
  { kind: 'atd', all: ['residual_group.layers.#.attn_atd'] },
  { kind: 'drct', all: ['layers.#.swin1.attn', 'layers.#.adjust1'] },
  { kind: 'rgt', all: ['before_RG.1', 'layers.#.blocks.#.gamma'] },
  { kind: 'hat', all: ['conv_block.cab.#|^relative_position_index_SA'] },
  { kind: 'swinir', all: ['layers.#.residual_group.blocks.#'] },
  { kind: 'dat', all: ['layers.#.blocks.#.attn.attn_mask_#|layers.#.blocks.#.attn.spatial_interaction'] },
  { kind: 'plksr', all: ['feats.#.lk'] },
  { kind: 'omnisr', all: ['residual_layer.#.residual_layer'] },
  { kind: 'span', all: ['block_#.c1_r'] },
  { kind: 'scunet', all: ['m_head.#', 'm_tail.#'] },
  { kind: 'real-cugan', all: ['unet1.conv_bottom', 'unet2.conv_bottom'] },

  // Between pictures and the latents of other models.
  { kind: 'cascade-a', all: ['vquantizer'] },
  { kind: 'effnet', all: ['backbone.#.#.block'] },
  { kind: 'movq', all: ['norm1.conv_y'] },
  { kind: 'vq-vae', all: ['quantize.embedding'] },
  { kind: 'consistency-decoder', all: ['decoder_unet'] },
  { kind: 'transparent-vae', all: ['latent_conv_in'] },
  { kind: 'asymmetric-vae', all: ['decoder.condition_encoder|decoder.encoder.layers.#'] },
  {
    kind: 'wan',
    as: 'VAE',
    all: ['decoder.middle.#.residual|decoder.upsamples.#|upsamplers.#.time_conv|resnets.#.norm1.gamma'],
  },
  { kind: 'mochi', as: 'VAE', all: ['decoder.blocks.#.blocks.#.stack|encoder.layers.#.layers.#.attn_block'] },
  { kind: 'video-vae', all: ['decoder.conv_in.conv|encoder.conv_in.conv|decoder.unpatcher3d'] },
  { kind: 'sana', as: 'VAE', all: ['decoder.stages.#|encoder.stages.#|encoder.down_blocks.#.#'] },
  {
    kind: 'flux2',
    as: 'VAE',
    all: ['decoder.conv_in'],
    when: (tensors) => latentsOut(tensors) === 32,
  },
  { kind: 'other-vae', all: ['decoder.conv_in'], when: (tensors) => ![4, 16].includes(latentsOut(tensors)) },
  {
    kind: 'taesd-16',
    all: ['^3.conv.0|decoder.3.conv.0|taesd_decoder.3.conv.0|decoder.layers.2.conv.0'],
    when: (tensors) => columnsOf(tensors, TINY_DECODER) === 16,
  },
  {
    kind: 'taesd-encoder',
    all: ['0.weight', '1.conv.0'],
    when: (tensors) => taesdEncoderPrefix(tensors.keys()) !== null && taesdPrefix(tensors.keys()) === null,
  },

  // Parts of another model, or of its training.
  { kind: 'animatediff', all: ['motion_modules.#'] },
  { kind: 'hotshot', all: ['temporal_attentions.#'] },
  { kind: 'ella', all: ['connector.perceiver_blocks.#'] },
  {
    kind: 'other-lora',
    all: ['lora_layer|lora_a|lora_b|lora_A|lora_B|lora_up|lora_down|lora_block_#'],
  },
  { kind: 'hypernetwork', all: ['^320.#.linear|^640.#.linear|^768.#.linear|^1024.#.linear|^1280.#.linear'] },
  {
    kind: 'training-state',
    all: ['exp_avg|exp_avg_sq|momentum_buffer|^optimizer|^optimizer_states|^lr_schedulers'],
  },
  // As timm names nets that sort pictures, such as taggers.
  {
    kind: 'tagger',
    all: ['^patch_embed.proj|^stem.0', '^blocks.#.attn|^layers.#.blocks.#|^stages.#.blocks.#', '^head'],
  },
  { kind: 'ema', all: ['^model_ema'], none: ['decoder.conv_in'] },
  // Averaged weights beside a part that may be of use, but is not what the file is for.
  { kind: 'ema', all: ['^model_ema.diffusion_model[^.]*'] },
] as const satisfies readonly Row[];
