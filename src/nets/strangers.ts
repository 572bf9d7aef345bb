/**
 * Sound files that Drobė does not run, told by the names in them: a row each, in the order in which they are tried. What a
 * person reads about each of them stands in `ui/words/strangers.ts`.
 */
import type { Shape } from '../graph/graph';

type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

interface Row {
  readonly kind: string;
  /**
   * Modules or tensors, of which each must be there and may stand anywhere in a name: `blocks.#.attn` is in
   * `model.blocks.3.attn.weight`. `#` is a number; `^` is where a name begins; `a|b` is either.
   */
  readonly all: readonly string[];
  /** Of which none may be there. */
  readonly none?: readonly string[];
}

const ROWS = [
  // Families that draw, by names that stand in no UNet of ours.
  { kind: 'sdxl-refiner', all: ['^conditioner.embedders.0.model'] },
  { kind: 'sd3', all: ['joint_blocks.#.x_block'] },
  { kind: 'flux', all: ['double_blocks.#'] },
  { kind: 'auraflow', all: ['double_layers.#'] },
  { kind: 'ltx', all: ['patchify_proj'] },
  { kind: 'pixart', all: ['adaln_single'] },
  { kind: 'hunyuan-dit', all: ['mlp_t5'] },
  { kind: 'cascade', all: ['clip_txt_mapper|clip_txt_pooled_mapper'] },
  { kind: 'svd', all: ['time_stack|time_mixer'] },
  { kind: 'wan', all: ['blocks.#.cross_attn.k_img|blocks.#.modulation'] },

  // What is added to a model, or stands beside it.
  { kind: 'animatediff', all: ['motion_modules.#'] },
  { kind: 'controlnet', all: ['^control_model|^controlnet_cond_embedding|^controlnet_down_blocks.#'] },
  { kind: 't5', all: ['block.#.layer.0.SelfAttention'] },
  { kind: 'image-encoder', all: ['^vision_model|^visual'] },
  { kind: 'upscaler', all: ['RDB1.conv1|rdb1.conv1'] },
  { kind: 'transformer', all: ['^transformer_blocks.#|^single_transformer_blocks.#'] },
  { kind: 'language-model', all: ['^model.layers.#.self_attn|^layers.#.self_attn|^transformer.h.#'] },
] as const satisfies readonly Row[];

/** A kind of file that is known, and not run. */
export type Stranger = (typeof ROWS)[number]['kind'];

/** What a file is, if it is none that is run here: the first row that fits. */
export function strangerIn(tensors: Tensors): Stranger | null {
  const names = [...tensors.keys()].join('\n');
  const has = (module: string): boolean => patternOf(module).test(names);
  const rows: readonly (Row & { kind: Stranger })[] = ROWS;
  return rows.find(({ all, none = [] }) => all.every(has) && !none.some(has))?.kind ?? null;
}

const patterns = new Map<string, RegExp>();

/** Of a module in a list of names, one a line. */
function patternOf(modules: string): RegExp {
  const known = patterns.get(modules);
  if (known) return known;
  const each = modules.split('|').map((module) => {
    const path = module.replace('^', '').replaceAll('.', '\\.').replaceAll('#', '\\d+');
    return (module.startsWith('^') ? '^' : '(?:^|\\.)') + path;
  });
  const pattern = new RegExp(`(?:${each.join('|')})(?:\\.|$)`, 'm');
  patterns.set(modules, pattern);
  return pattern;
}
