/**
 * The names of an MMDiT's modules: Stability AI's, which are the normal form except that combined matrices are split, and
 * diffusers'.
 * https://github.com/huggingface/diffusers/blob/main/scripts/convert_sd3_to_diffusers.py
 */
import { within, type Pair } from './renamer';
import { part, type Tensor, type View } from './views';

/** Blocks of an MMDiT with the names of either, without prefix; none above the 999th. */
export function blocksOf(names: Iterable<string>): number {
  let blocks = 0;
  for (const name of names) {
    const block = /^(?:joint|transformer)_blocks\.(\d{1,3})\./.exec(name)?.[1];
    blocks = Math.max(blocks, Number(block ?? -1) + 1);
  }
  return blocks;
}

const BLOCK: readonly Pair[] = [
  ['x_block.adaLN_modulation.1', 'norm1.linear'],
  ['context_block.adaLN_modulation.1', 'norm1_context.linear'],
  ['x_block.attn.q', 'attn.to_q'],
  ['x_block.attn.k', 'attn.to_k'],
  ['x_block.attn.v', 'attn.to_v'],
  ['x_block.attn.proj', 'attn.to_out.0'],
  ['x_block.attn.ln_q', 'attn.norm_q'],
  ['x_block.attn.ln_k', 'attn.norm_k'],
  ['context_block.attn.q', 'attn.add_q_proj'],
  ['context_block.attn.k', 'attn.add_k_proj'],
  ['context_block.attn.v', 'attn.add_v_proj'],
  ['context_block.attn.proj', 'attn.to_add_out'],
  ['context_block.attn.ln_q', 'attn.norm_added_q'],
  ['context_block.attn.ln_k', 'attn.norm_added_k'],
  ['x_block.attn2.q', 'attn2.to_q'],
  ['x_block.attn2.k', 'attn2.to_k'],
  ['x_block.attn2.v', 'attn2.to_v'],
  ['x_block.attn2.proj', 'attn2.to_out.0'],
  ['x_block.attn2.ln_q', 'attn2.norm_q'],
  ['x_block.attn2.ln_k', 'attn2.norm_k'],
  ['x_block.mlp.fc1', 'ff.net.0.proj'],
  ['x_block.mlp.fc2', 'ff.net.2'],
  ['context_block.mlp.fc1', 'ff_context.net.0.proj'],
  ['context_block.mlp.fc2', 'ff_context.net.2'],
];

/** All modules of an MMDiT for which diffusers has other names. */
export function mmditPairs(blocks: number): Pair[] {
  const pairs: Pair[] = [
    ['x_embedder.proj', 'pos_embed.proj'],
    ['pos_embed', 'pos_embed.pos_embed'],
    ['t_embedder.mlp.0', 'time_text_embed.timestep_embedder.linear_1'],
    ['t_embedder.mlp.2', 'time_text_embed.timestep_embedder.linear_2'],
    ['y_embedder.mlp.0', 'time_text_embed.text_embedder.linear_1'],
    ['y_embedder.mlp.2', 'time_text_embed.text_embedder.linear_2'],
    [`final_layer.${SWAPPED}`, 'norm_out.linear'],
    ['final_layer.linear', 'proj_out'],
  ];
  for (let i = 0; i < blocks; i++)
    pairs.push(...within([`joint_blocks.${i}`, `transformer_blocks.${i}`], BLOCK));
  const last = blocks - 1;
  pairs.push([
    `joint_blocks.${last}.context_block.${SWAPPED}`,
    `transformer_blocks.${last}.norm1_context.linear`,
  ]);
  return pairs;
}

/** A modulation of only shift and scale, where diffusers has the scale first. */
const SWAPPED = 'adaLN_modulation.scale_shift';

/**
 * A tensor of an MMDiT in normal form: queries, keys and values are separate, and so are shift and scale where there are only
 * these two. [name, view], one or more.
 * @param blocks the number of blocks: in the last one words have only shift and scale.
 */
export function mmditViews<T extends Tensor>(
  name: string,
  view: View<T>,
  blocks: number,
): [string, View<T>][] {
  const [, module, kind, end] = /^(.*)\.(qkv|adaLN_modulation\.(?:1|scale_shift))\.(\w+)$/.exec(name) ?? [];
  const parts = kind && partsIn(module!, kind, blocks); // the one is there with the other
  if (!parts) return [[name, view]];
  const at = kind === 'qkv' ? module! : `${module!}.adaLN_modulation`;
  return parts.map((which, i) => [`${at}.${which}.${end!}`, part(view, i, parts.length)]);
}

/** The modules in one matrix, in its order; undefined for a matrix that is not split. */
function partsIn(module: string, kind: string, blocks: number): readonly string[] | undefined {
  const isPair = module === 'final_layer' || module === `joint_blocks.${blocks - 1}.context_block`;
  return kind === 'adaLN_modulation.1' && !isPair ? undefined : WHOLES[kind];
}

/** Modules that the normal form splits. */
const WHOLES: Readonly<Record<string, readonly string[]>> = {
  qkv: ['q', 'k', 'v'],
  'adaLN_modulation.1': ['shift', 'scale'],
  [SWAPPED]: ['scale', 'shift'],
};

/** Names of combined modules, as files may have them. @param modules in normal form. */
export function wholesOf(modules: readonly string[]): string[] {
  return modules.flatMap((module) => {
    if (/\.attn2?\.q$/.test(module)) return [`${module}kv`];
    const at = /^(.*)\.shift$/.exec(module)?.[1];
    return at === undefined ? [] : [`${at}.1`, `${at}.scale_shift`];
  });
}

/** The modules of the normal form that this combined module holds, first rows first; only itself if it is not combined. */
export function modulesIn(whole: string, isThere: (module: string) => boolean): readonly string[] {
  const kind = Object.keys(WHOLES).find((one) => whole.endsWith(`.${one}`));
  if (kind === undefined || isThere(whole)) return [whole];
  const at = whole.slice(0, kind === 'qkv' ? -kind.length - 1 : whole.lastIndexOf('.'));
  return WHOLES[kind]!.map((part) => `${at}.${part}`); // it is one of their keys
}
