/**
 * What the modules of a UNet are called: CompVis' names (ldm), which are the normal form, and diffusers'.
 * https://github.com/huggingface/diffusers/blob/main/scripts/convert_original_stable_diffusion_to_diffusers.py
 */
import { within, type Pair } from './renamer';

/** One resolution of a UNet, on the way down or up. */
export interface Level {
  /** Numbers of the ldm blocks that begin with a ResBlock. */
  readonly blocks: readonly number[];
  /** Whether attention follows its ResBlocks. */
  readonly attends: boolean;
  /** The ldm module that leads to the next resolution; null at the last. */
  readonly resize: string | null;
}

/** How a UNet is built, as far as names depend on it: its resolutions in the order in which they are run. */
export interface UNetShape {
  readonly downs: readonly Level[];
  readonly ups: readonly Level[];
}

const RESNET: readonly Pair[] = [
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
];

/** All modules of a UNet for which diffusers has other names. */
export function unetPairs({ downs, ups }: UNetShape): Pair[] {
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
  for (const [ldm, way, levels] of [
    ['input_blocks', 'down', downs],
    ['output_blocks', 'up', ups],
  ] as const) {
    for (const [i, { blocks, attends, resize }] of levels.entries()) {
      const level = `${way}_blocks.${i}`;
      for (const [j, block] of blocks.entries()) {
        pairs.push(...within([`${ldm}.${block}.0`, `${level}.resnets.${j}`], RESNET));
        if (attends) pairs.push([`${ldm}.${block}.1`, `${level}.attentions.${j}`]);
      }
      if (resize !== null) pairs.push([resize, `${level}.${way}samplers.0.conv`]);
    }
  }
  return pairs;
}

/** The shape of a UNet with the names of either, without prefix. */
export const shapeOfUNet = (names: readonly string[]): UNetShape =>
  names.some((name) => name.startsWith('input_blocks.')) ? shapeOfLdm(names) : shapeOfDiffusers(names);

/**
 * The shape of a UNet with ldm's names, without prefix. Distilled ones may be numbered as if they had all blocks of
 * the net they were made from: an upsampling whose own ResBlock is left out then stands in a block alone.
 */
export function shapeOfLdm(names: Iterable<string>): UNetShape {
  const parts = { input: new Map<number, Set<string>>(), output: new Map<number, Set<string>>() };
  const attending = new Set<number>();
  for (const name of names) {
    const [, way, block, part] = /^(input|output)_blocks\.(\d+)\.(\d+\.[a-z_]+)/.exec(name) ?? [];
    if (part !== undefined) {
      const blocks = parts[way as 'input' | 'output']; // so the pattern says
      blocks.set(Number(block), (blocks.get(Number(block)) ?? new Set()).add(part));
    }
    // The converter for SD 1.x leaves attention under this name where an SD 1.x has none.
    const left = /^up_blocks\.(\d+)\.attentions\./.exec(name)?.[1];
    if (left !== undefined) attending.add(Number(left));
  }
  const ups = levelsOf('output_blocks', parts.output);
  return {
    downs: levelsOf('input_blocks', parts.input),
    ups: ups.map((level, i) => ({ ...level, attends: level.attends || attending.has(i) })),
  };
}

function levelsOf(way: string, parts: ReadonlyMap<number, ReadonlySet<string>>): Level[] {
  const levels: Level[] = [];
  let blocks: number[] = [];
  let attends = false;
  for (const [block, has] of [...parts].sort(([a], [b]) => a - b)) {
    if (has.has('0.in_layers')) blocks.push(block);
    attends ||= has.has('1.norm') || has.has('1.proj_in');
    const resize = [...has].find((part) => /^\d+\.(?:op|conv)$/.test(part));
    if (!resize) continue;
    levels.push({ blocks, attends, resize: `${way}.${block}.${resize}` });
    blocks = [];
    attends = false;
  }
  return [...levels, { blocks, attends, resize: null }];
}

/** The shape of a UNet with diffusers' names, without prefix: in ldm its blocks are numbered without gaps. No number above 999 counts. */
export function shapeOfDiffusers(names: Iterable<string>): UNetShape {
  const ways = { down: new Map<number, Counted>(), up: new Map<number, Counted>() };
  for (const name of names) {
    const [, way, level, kind, part] =
      /^(down|up)_blocks\.(\d+)\.(resnets|attentions|(?:down|up)samplers)\.(\d{1,3})\./.exec(name) ?? [];
    if (part === undefined) continue;
    const levels = ways[way as 'down' | 'up']; // so the pattern says
    const counted = levels.get(Number(level)) ?? { resnets: 0, attends: false, resizes: false };
    levels.set(Number(level), counted);
    if (kind === 'resnets') counted.resnets = Math.max(counted.resnets, Number(part) + 1);
    else if (kind === 'attentions') counted.attends = true;
    else counted.resizes = true;
  }
  let next = 1; // 0 is the first convolution
  const downs = inOrder(ways.down).map(({ resnets, attends, resizes }): Level => {
    const blocks = Array.from({ length: resnets }, () => next++);
    return { blocks, attends, resize: resizes ? `input_blocks.${next++}.0.op` : null };
  });
  next = 0;
  const ups = inOrder(ways.up).map(({ resnets, attends, resizes }): Level => {
    const blocks = Array.from({ length: resnets }, () => next++);
    return { blocks, attends, resize: resizes ? `output_blocks.${next - 1}.${attends ? 2 : 1}.conv` : null };
  });
  return { downs, ups };
}

/** The blocks of one level, in diffusers. */
interface Counted {
  resnets: number;
  attends: boolean;
  resizes: boolean;
}

const inOrder = (levels: ReadonlyMap<number, Counted>): Counted[] =>
  [...levels].sort(([a], [b]) => a - b).map(([, counted]) => counted);
