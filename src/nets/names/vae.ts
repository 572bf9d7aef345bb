/** What the modules of a VAE are called: CompVis' names (ldm), which are the normal form, and diffusers'. */
import type { Pair } from './renamer';

/** How a VAE is built, as far as names depend on it. */
export interface VaeShape {
  /** Resolutions, the full one included. */
  readonly levels: number;
  /** ResBlocks at each level of the decoder; the encoder has one less. */
  readonly layers: number;
}

/** The shape of a VAE with the names of either, without prefix. Numbers are a stranger's: none above 9 and 99 counts. */
export function shapeOfVae(names: Iterable<string>): VaeShape {
  let levels = 0;
  let layers = 0;
  for (const name of names) {
    const [, level, layer] =
      /^(?:encoder\.down|decoder\.up)(?:_blocks)?\.(\d)\.(?:block|resnets)\.(\d{1,2})\./.exec(name) ?? [];
    levels = Math.max(levels, Number(level ?? -1) + 1);
    layers = Math.max(layers, Number(layer ?? -1) + 1);
  }
  return { levels, layers };
}

/** Attention: diffusers' first names, and its current ones, which converters left untranslated for a year. */
const ATTENTION: readonly Pair[] = [
  ['norm', 'group_norm'],
  ['q', 'query'],
  ['k', 'key'],
  ['v', 'value'],
  ['proj_out', 'proj_attn'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out'],
  ['proj_out', 'to_out.0'],
];

/** All modules of a VAE for which other programs have other names. Of two other names, the later is diffusers'. */
export function vaePairs({ levels, layers }: VaeShape): Pair[] {
  // Black Forest Labs' have them inside.
  const pairs: Pair[] = [
    ['quant_conv', 'encoder.quant_conv'],
    ['post_quant_conv', 'decoder.post_quant_conv'],
  ];
  const block = (ldm: string, diffusers: string): unknown =>
    pairs.push([ldm, diffusers], [`${ldm}.nin_shortcut`, `${diffusers}.conv_shortcut`]);
  for (const half of ['encoder', 'decoder'] as const) {
    pairs.push([`${half}.norm_out`, `${half}.conv_norm_out`]);
    block(`${half}.mid.block_1`, `${half}.mid_block.resnets.0`);
    block(`${half}.mid.block_2`, `${half}.mid_block.resnets.1`);
    pairs.push([`${half}.mid.attn_1`, `${half}.mid_block.attentions.0`]);
    for (const attention of [`${half}.mid.attn_1`, `${half}.mid_block.attentions.0`]) {
      for (const [normal, theirs] of ATTENTION)
        pairs.push([`${half}.mid.attn_1.${normal}`, `${attention}.${theirs}`]);
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
