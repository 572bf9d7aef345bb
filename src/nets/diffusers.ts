/**
 * A model in the folder layout of diffusers (unet/, vae/, text_encoder/, text_encoder_2/): which part a file holds, told
 * by its tensor names, and the names its tensors have where all parts lie in one file. UNet and VAE get ldm's names, text
 * encoders keep transformers'.
 * https://github.com/huggingface/diffusers/blob/main/scripts/convert_diffusers_to_original_stable_diffusion.py
 */
import type { Shape } from '../graph/graph';
import { renamer, shapeOfDiffusers, unetPairs, type Pair } from './names';

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
      return below('model.diffusion_model', renamer(unetPairs(shapeOfDiffusers(names)), 'ldm'));
    case 'VAE':
      return below('first_stage_model', renamer(vaePairs(shapeOfVae(names)), 'ldm'));
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

/** How a VAE is built, as far as names depend on it. */
export interface VaeShape {
  /** Resolutions, the full one included. */
  readonly levels: number;
  /** ResBlocks at each level of the decoder; the encoder has one less. */
  readonly layers: number;
}

/** The shape of a VAE with the names of either, without prefix. */
export function shapeOfVae(names: Iterable<string>): VaeShape {
  let levels = 0;
  let layers = 0;
  for (const name of names) {
    const [, level, layer] =
      /^(?:encoder\.down|decoder\.up)(?:_blocks)?\.(\d+)\.(?:block|resnets)\.(\d+)\./.exec(name) ?? [];
    levels = Math.max(levels, Number(level ?? -1) + 1);
    layers = Math.max(layers, Number(layer ?? -1) + 1);
  }
  return { levels, layers };
}

/** diffusers' attention was called otherwise at first; renamed back, the later names are taken. */
const ATTENTION: readonly Pair[] = [
  ['norm', 'group_norm'],
  ['q', 'query'],
  ['k', 'key'],
  ['v', 'value'],
  ['proj_out', 'proj_attn'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out.0'],
];

/** All modules of a VAE whose names differ, below `first_stage_model` in ldm. */
export function vaePairs({ levels, layers }: VaeShape): Pair[] {
  const pairs: Pair[] = [];
  const block = (ldm: string, diffusers: string): unknown =>
    pairs.push([ldm, diffusers], [`${ldm}.nin_shortcut`, `${diffusers}.conv_shortcut`]);
  for (const half of ['encoder', 'decoder'] as const) {
    pairs.push([`${half}.norm_out`, `${half}.conv_norm_out`]);
    block(`${half}.mid.block_1`, `${half}.mid_block.resnets.0`);
    block(`${half}.mid.block_2`, `${half}.mid_block.resnets.1`);
    for (const [ldm, diffusers] of ATTENTION) {
      pairs.push([`${half}.mid.attn_1.${ldm}`, `${half}.mid_block.attentions.0.${diffusers}`]);
    }
  }
  for (let i = 0; i < levels; i++) {
    const down = [`encoder.down.${i}`, `encoder.down_blocks.${i}`] as const;
    // ldm counts the decoder's levels from the picture, diffusers from the middle.
    const up = [`decoder.up.${levels - 1 - i}`, `decoder.up_blocks.${i}`] as const;
    pairs.push([`${down[0]}.downsample.conv`, `${down[1]}.downsamplers.0.conv`]);
    pairs.push([`${up[0]}.upsample.conv`, `${up[1]}.upsamplers.0.conv`]);
    for (const [ldm, diffusers] of [down, up]) {
      for (let j = 0; j < layers; j++) block(`${ldm}.block.${j}`, `${diffusers}.resnets.${j}`);
    }
  }
  return pairs;
}
