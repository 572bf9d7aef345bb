/**
 * What the configurations of a diffusers folder say of its nets that neither names nor shapes tell: into how many heads a UNet's
 * attention is parted, and what a text encoder is bent by. By these names their texts stand in a model's metadata.
 */
import { fieldsOf } from '../predicts/scheduler-config';

export const UNET_CONFIG = 'unet/config.json';
export const TEXT_CONFIG = 'text_encoder/config.json';

/** Heads of a UNet's attention, at so many channels. */
export type Heads = (channels: number) => number;

/**
 * @param usual heads where the configuration does not say, or says what cannot be.
 * @see https://github.com/huggingface/diffusers/issues/2011 on why its `attention_head_dim` counts heads.
 */
export function headsSaid(json: string | undefined, usual: Heads): Heads {
  const fields = fieldsOf(json) ?? {};
  const said: unknown = fields['num_attention_heads'] ?? fields['attention_head_dim'];
  const widths: unknown = fields['block_out_channels'];
  const levels = (width: number): unknown =>
    Array.isArray(said) && Array.isArray(widths) ? (said as unknown[])[widths.indexOf(width)] : said;
  return (channels) => {
    const heads = levels(channels);
    return isCount(heads) && channels % heads === 0 ? heads : usual(channels);
  };
}

const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= 4096;

/** The first text encoder's activation, and its heads; null where it does not say. */
export function textSaid(json: string | undefined): {
  readonly activation: 'quick_gelu' | 'gelu' | null;
  readonly heads: number | null;
} {
  const fields = fieldsOf(json) ?? {};
  const { hidden_act: activation, num_attention_heads: heads } = fields;
  return {
    activation: activation === 'quick_gelu' || activation === 'gelu' ? activation : null,
    heads: isCount(heads) ? heads : null,
  };
}
