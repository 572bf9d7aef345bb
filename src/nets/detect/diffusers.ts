/**
 * A model in the folder layout of diffusers (unet/ or transformer/, vae/, text_encoder/, text_encoder_2/, text_encoder_3/):
 * which part a file holds, told by its tensor names.
 */
import type { Shape } from '../../graph/graph';
import { unknownLead } from '../names/normal-form';
import { placeOf, unwrapped, type Place } from '../names/places';
import { T5_TOKENIZER } from '../t5-tokenizer';
import { tinyNames } from '../names/taesd';

/**
 * The part that a file holds, whole or one of several files of it. Names do not tell which of two CLIP text encoders it is.
 */
export type FilePart = Exclude<Place, 'text2'> | 'tokenizer';

/** AutoencoderTiny: its convolutions tell its layers from a text encoder's. */
const TAESD = /^(?:en|de)coder\.layers\.\d+\.conv\.0\.weight$/;

const SIGNS: readonly (readonly [FilePart, RegExp])[] = [
  ['unet', /^(?:(?:down|up)_blocks\.\d|mid_block\.|(?:time|add)_embedding\.|conv_(?:in|norm_out|out)\.)/],
  [
    'vae',
    /^(?:en|de)coder\.(?:(?:down|up)_blocks\.\d|mid_block\.|conv_(?:in|norm_out|out)\.)|^(?:post_)?quant_conv\./,
  ],
  ['vae', TAESD],
  ['mmdit', /^(?:transformer_blocks\.\d|time_text_embed\.|context_embedder\.|pos_embed\.)/],
  ['t5', /^shared\.weight$|^encoder\.(?:block\.\d|embed_tokens\.)/],
  ['tokenizer', new RegExp(`^${T5_TOKENIZER.replace('.', '\\.')}$`)],
  ['text', /^text_model\.|^text_projection\.weight$|^encoder\.layers\.\d+\.|^embeddings\.token_embedding\./],
];
/** Names that LoRAs, ControlNets, and CLIP with its vision tower have beside the names of a part. */
const STRANGERS = /(?:^|[._])lora[._]|^controlnet_|^vision_model\.|^visual_projection\./i;

/** A folder in which diffusers keeps a part of a model. */
const FOLDER = /(?:^|\/)(?:unet|transformer|vae|text_encoder(?:_[23])?)\/[^/]+$/;

/**
 * The part whose tensors have these names in diffusers; null if there is none.
 * @param path of the file: in the folder of a part, its net's names in any other dialect count, too.
 */
export function filePartOf(names: Iterable<string>, path = ''): FilePart | null {
  const all = [...names].map(unwrapped);
  if (all.some((name) => STRANGERS.test(name))) return null;
  const sign = SIGNS.find(([, sign]) => all.some((name) => sign.test(name)))?.[0];
  return sign ?? (FOLDER.test(path) ? placeInFolder(all) : null);
}

/** The one net that names belong to, or a TAESD in any layout; null where there are several, or none. */
function placeInFolder(names: readonly string[]): FilePart | null {
  if (isTaesdPart(names)) return 'vae';
  const lead = unknownLead(names).length;
  const places = new Set(names.flatMap((name) => placeOf(name.slice(lead))?.place ?? []));
  const [place, ...more] = places;
  if (place === undefined || more.length > 0) return null;
  return place === 'text2' ? 'text' : place;
}

/** Whether a VAE is a TAESD, or half of one. */
export const isTaesdPart = (vae: Iterable<string>): boolean => tinyNames(vae).size > 0;

/** What a part's tensors are called behind the part's own name, whatever stands before theirs in its file. */
export function namesInPart(part: FilePart | 'text2', names: Iterable<string>): (name: string) => string {
  const all = [...names];
  const tiny = part === 'vae' ? tinyNames(all) : new Map<string, string>();
  const lead = part === 'tokenizer' ? 0 : unknownLead(all).length;
  return (name) => tiny.get(name) ?? name.slice(lead);
}

/** Whether a UNet reads two text encoders: then it has an input for the pooled prompt, which the second one gives. */
export const readsTwoTexts = (unet: Iterable<string>): boolean =>
  [...unet].some((name) => /(?:^|\.)(?:add_embedding|label_emb)\./.test(name));

/** The width of an MMDiT's pooled prompt, of both CLIP text encoders; null if another file tells. */
export function wholeWidth(tensors: ReadonlyMap<string, { readonly shape: Shape }>): number | null {
  for (const [name, { shape }] of tensors)
    if (/(?:^|\.)time_text_embed\.text_embedder\.linear_1\.weight$/.test(name)) return shape[1] ?? null;
  return null;
}

/** Whether a text encoder gives the pooled prompt. */
export const isProjected = (text: Iterable<string>): boolean =>
  [...text].some((name) => /(?:^|\.)text_projection(?:\.weight)?$/.test(unwrapped(name)));

/** The width of a text encoder, by any of its tensors in the file; null if none of these tells. */
export function textWidth(tensors: ReadonlyMap<string, { readonly shape: Shape }>): number | null {
  for (const [name, { shape }] of tensors) {
    if (/layer_norm\d?\.(?:weight|bias)$/.test(name)) return shape[0] ?? null;
    if (/(?:_embedding|text_projection)\.weight$/.test(name)) return shape[1] ?? null;
  }
  return null;
}
