/**
 * What the modules of a UNet are called: CompVis' names (ldm), which are the normal form, and diffusers'.
 * https://github.com/huggingface/diffusers/blob/main/scripts/convert_original_stable_diffusion_to_diffusers.py
 */
import { within, type Pair } from './renamer';

/** How a UNet is built, as far as names depend on it. */
export interface UNetShape {
  /** Resolutions, the full one included. */
  readonly levels: number;
  /** ResBlocks at each level on the way down; on the way up there is one more. */
  readonly layers: number;
  /** Whether the up block of this number, from the middle outwards, has attention. */
  readonly attends: (upBlock: number) => boolean;
}

const RESNET: readonly Pair[] = [
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
];

/** All modules of a UNet that diffusers calls otherwise. */
export function unetPairs({ levels, layers, attends }: UNetShape): Pair[] {
  const pairs: Pair[] = [
    ['time_embed.0', 'time_embedding.linear_1'],
    ['time_embed.2', 'time_embedding.linear_2'],
    ['time_embed.cond_proj', 'time_embedding.cond_proj'],
    ['label_emb.0.0', 'add_embedding.linear_1'],
    ['label_emb.0.2', 'add_embedding.linear_2'],
    ['input_blocks.0.0', 'conv_in'],
    ...within(['middle_block.0', 'mid_block.resnets.0'], RESNET),
    ['middle_block.1', 'mid_block.attentions.0'],
    ...within(['middle_block.2', 'mid_block.resnets.1'], RESNET),
    ['out.0', 'conv_norm_out'],
    ['out.2', 'conv_out'],
  ];
  for (let d = 0; d < levels; d++) {
    for (let r = 0; r < layers; r++) {
      const ldm = `input_blocks.${1 + d * (layers + 1) + r}`;
      pairs.push(...within([`${ldm}.0`, `down_blocks.${d}.resnets.${r}`], RESNET));
      pairs.push([`${ldm}.1`, `down_blocks.${d}.attentions.${r}`]);
    }
    pairs.push([`input_blocks.${(d + 1) * (layers + 1)}.0.op`, `down_blocks.${d}.downsamplers.0.conv`]);
    for (let r = 0; r <= layers; r++) {
      const ldm = `output_blocks.${d * (layers + 1) + r}`;
      pairs.push(...within([`${ldm}.0`, `up_blocks.${d}.resnets.${r}`], RESNET));
      if (attends(d)) pairs.push([`${ldm}.1`, `up_blocks.${d}.attentions.${r}`]);
    }
    const up = `output_blocks.${d * (layers + 1) + layers}.${attends(d) ? 2 : 1}.conv`;
    pairs.push([up, `up_blocks.${d}.upsamplers.0.conv`]);
  }
  return pairs;
}

/** The shape of a UNet with ldm's names, without prefix. */
export function shapeOfLdm(names: Iterable<string>): UNetShape {
  const downs: number[] = [];
  const attending = new Set<number>();
  for (const name of names) {
    const down = /^input_blocks\.(\d+)\.0\.op\./.exec(name)?.[1];
    if (down !== undefined) downs.push(Number(down));
    const attends = /^output_blocks\.(\d+)\.1\.(?:norm|proj_in)\./.exec(name)?.[1];
    if (attends !== undefined) attending.add(Number(attends));
  }
  const first = downs.length ? Math.min(...downs) : 3;
  const shape = { levels: new Set(downs).size + 1, layers: first - 1 };
  return {
    ...shape,
    attends: (up) => [...attending].some((block) => Math.floor(block / (shape.layers + 1)) === up),
  };
}

/** The shape of a UNet with diffusers' names, without prefix. */
export function shapeOfDiffusers(names: Iterable<string>): UNetShape {
  const levels = new Set<string>();
  const layers = new Set<string>();
  const attending = new Set<number>();
  for (const name of names) {
    const [, level, layer] = /^down_blocks\.(\d+)\.resnets\.(\d+)\./.exec(name) ?? [];
    if (level !== undefined) levels.add(level);
    if (level === '0' && layer !== undefined) layers.add(layer);
    const up = /^up_blocks\.(\d+)\.attentions\./.exec(name)?.[1];
    if (up !== undefined) attending.add(Number(up));
  }
  return { levels: levels.size, layers: layers.size, attends: (up) => attending.has(up) };
}
