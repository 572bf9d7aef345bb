/**
 * A model in the folder layout of diffusers (unet/, vae/, text_encoder/, text_encoder_2/): which part a file holds, told
 * by its tensor names, and the names its tensors have where all parts lie in one file. UNet and VAE get ldm's names, text
 * encoders keep transformers'.
 * https://github.com/huggingface/diffusers/blob/main/scripts/convert_diffusers_to_original_stable_diffusion.py
 */
import type { Shape } from '../graph/graph';
import { renamer } from './names/renamer';
import { shapeOfDiffusers, unetPairs } from './names/unet';
import { shapeOfVae, vaePairs } from './names/vae';

/** What a file holds, or, of a net in several files, some of. */
export type FilePart = 'UNet' | 'VAE' | 'text encoder';
/** Which of the parts of a model it is. */
export type Part = FilePart | 'second text encoder';

const SIGNS: readonly (readonly [FilePart, RegExp])[] = [
  ['UNet', /^(?:(?:down|up)_blocks\.\d|mid_block\.|(?:time|add)_embedding\.|conv_(?:in|norm_out|out)\.)/],
  [
    'VAE',
    /^(?:en|de)coder\.(?:(?:down|up)_blocks\.\d|mid_block\.|conv_(?:in|norm_out|out)\.)|^(?:post_)?quant_conv\./,
  ],
  ['text encoder', /^text_model\.|^text_projection\.weight$/],
];
/** LoRAs, ControlNets, and CLIP with its picture half have such names beside those of a part. */
const STRANGERS = /(?:^|[._])lora[._]|^controlnet_|^vision_model\.|^visual_projection\./i;

/** The part that tensors of these names belong to, in diffusers' names; null for whatever else. */
export function filePartOf(names: Iterable<string>): FilePart | null {
  const all = [...names];
  if (all.some((name) => STRANGERS.test(name))) return null;
  return SIGNS.find(([, sign]) => all.some((name) => sign.test(name)))?.[0] ?? null;
}

/** Whether a UNet reads two text encoders: it is then told the prompt as a whole, which the second one gives. */
export const readsTwoTexts = (unet: Iterable<string>): boolean =>
  [...unet].some((name) => name.startsWith('add_embedding.'));

/** Whether a text encoder gives the prompt as a whole. */
export const isProjected = (text: Iterable<string>): boolean => [...text].includes('text_projection.weight');

/** How wide a text encoder is, by whichever of its tensors are there; null where none of these tells. */
export function textWidth(tensors: ReadonlyMap<string, { readonly shape: Shape }>): number | null {
  for (const [name, { shape }] of tensors) {
    if (/layer_norm\d?\.(?:weight|bias)$/.test(name)) return shape[0] ?? null;
    if (/(?:_embedding|text_projection)\.weight$/.test(name)) return shape[1] ?? null;
  }
  return null;
}

/**
 * What a part's tensors are called in one file.
 * @param names all names of the part, those in its other files too: how a net is built decides how it is renamed.
 */
export function renameOf(part: Part, names: Iterable<string>): (name: string) => string {
  switch (part) {
    case 'UNet':
      return below('model.diffusion_model', renamer(unetPairs(shapeOfDiffusers(names)), 'normal'));
    case 'VAE':
      return below('first_stage_model', renamer(vaePairs(shapeOfVae(names)), 'normal'));
    case 'text encoder':
      return below('text_encoder');
    case 'second text encoder':
      return below('text_encoder_2');
  }
}

/** What no module is called stays as it is: it is then reported as not used. */
function below(prefix: string, rename: (name: string) => string | null = () => null) {
  return (name: string) => `${prefix}.${rename(name) ?? name}`;
}
