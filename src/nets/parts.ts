/** Which part of a model a tensor belongs to, by its name alone: also in files that are no model we can run. */

export type Part = 'UNet' | 'VAE' | 'text encoder' | 'second text encoder' | 'EMA copy' | 'other';

/** Names as ldm, diffusers, kohya and bare single nets write them; the first row that fits counts. */
const SIGNS: readonly (readonly [part: Part, name: RegExp])[] = [
  ['EMA copy', /^model_ema\./],
  ['UNet', /^(?:model\.diffusion_model|diffusion_model|unet|lora_unet)[._]/],
  ['UNet', /^(?:input_blocks|output_blocks|down_blocks|up_blocks)\.\d|^(?:middle_block|mid_block)\./],
  ['UNet', /^(?:conv_in|conv_norm_out|conv_out|time_embed(?:ding)?|label_emb|add_embedding)\.|^out\.[02]\./],
  ['VAE', /^(?:first_stage_model|vae)[._]|^(?:post_)?quant_conv\./],
  ['VAE', /^(?:encoder|decoder)\.(?:conv_in|conv_out|norm_out|conv_norm_out|mid|up|down)[._]/],
  ['second text encoder', /^(?:conditioner\.embedders\.1|text_encoder_2|lora_te2)[._]/],
  [
    'text encoder',
    /^(?:cond_stage_model|conditioner\.embedders\.0|text_encoders?|text_model|lora_te1?)[._]|^text_projection\./,
  ],
];

/** The part, or 'other' for a name that tells nothing. */
export function partOf(name: string): Part {
  return SIGNS.find(([, sign]) => sign.test(name))?.[0] ?? 'other';
}
