/**
 * Facts that only the configurations of a diffusers folder tell, and neither names nor shapes: the heads of a UNet's attention,
 * and a text encoder's activation. The keys are those of the configurations' texts in a model's metadata.
 */
import { isList } from '../../objects';
import { jsonFields } from '../predicts/json';

export const UNET_CONFIG = 'unet/config.json';
export const TEXT_CONFIG = 'text_encoder/config.json';

/** Heads of a UNet's attention, at so many channels. */
export type Heads = (channels: number) => number;

/**
 * @param usual heads if the configuration does not say, or cannot be right.
 * @see https://github.com/huggingface/diffusers/issues/2011 on why its `attention_head_dim` counts heads.
 */
export function headsSaid(json: string | undefined, usual: Heads): Heads {
  const fields = jsonFields(json) ?? {};
  const said: unknown = fields['num_attention_heads'] ?? fields['attention_head_dim'];
  const widths: unknown = fields['block_out_channels'];
  const levels = (width: number): unknown =>
    isList(said) && isList(widths) ? said[widths.indexOf(width)] : said;
  return (channels) => {
    const heads = levels(channels);
    return isCount(heads) && channels % heads === 0 ? heads : usual(channels);
  };
}

const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= 4096;

/** The first text encoder's activation, and its heads; null if the configuration does not say. */
export function textSaid(json: string | undefined): {
  readonly activation: 'quick_gelu' | 'gelu' | null;
  readonly heads: number | null;
} {
  const fields = jsonFields(json) ?? {};
  const { hidden_act: activation, num_attention_heads: heads } = fields;
  return {
    activation: activation === 'quick_gelu' || activation === 'gelu' ? activation : null,
    heads: isCount(heads) ? heads : null,
  };
}
