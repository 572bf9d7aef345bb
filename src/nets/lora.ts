/**
 * Which weights of a checkpoint a LoRA changes: its modules are named after diffusers' or ldm's modules, with dots or
 * underscores, and its kinds of matrices by their last names.
 */
import type { TensorFacts } from './detect';
import { renamer } from './names/renamer';
import { shapeOfLdm, unetPairs } from './names/unet';

/** A weight, seen as a matrix [rows, columns]. */
export interface LoraTarget {
  readonly key: string;
  readonly rows: number;
  readonly columns: number;
  readonly net: 'unet' | 'text';
}

const BIAS = '.bias';

type Tensors = ReadonlyMap<string, TensorFacts>;

/**
 * Every module that a LoRA may name, by its kohya name: `lora_unet_down_blocks_0_attentions_0_proj_in`. Its bias, where
 * it has one, follows as a module of its own, with BIAS behind the name.
 */
export function loraTargets(tensors: Tensors): Map<string, LoraTarget> {
  const targets = new Map<string, LoraTarget>();
  const add = (name: string, key: string, net: LoraTarget['net']): void => {
    const [rows, ...inner] = tensors.get(key)!.shape as [number, ...number[]]; // keys come from these tensors
    const columns = inner.reduce((product, d) => product * d, 1);
    targets.set(flat(name), { key, rows, columns, net });
    const bias = key.replace(/weight$/, 'bias');
    if (tensors.has(bias)) targets.set(flat(name) + BIAS, { key: bias, rows, columns: 1, net });
  };
  const below = (prefix: string): string[] =>
    [...tensors.keys()]
      .filter((name) => name.startsWith(prefix) && name.endsWith('.weight'))
      .map((key) => key.slice(prefix.length, -'.weight'.length));
  const own = below('unet.');
  const toDiffusers = renamer(unetPairs(shapeOfLdm(own.map((module) => `${module}.weight`))), 'theirs');
  for (const module of own) {
    const twin = toDiffusers(module);
    add(`lora_unet_${module}`, `unet.${module}.weight`, 'unet');
    if (twin) add(`lora_unet_${twin}`, `unet.${module}.weight`, 'unet');
  }
  // kohya's name where there is one text encoder, and where there are two.
  for (const [name, place] of [
    ['lora_te', 'text'],
    ['lora_te1', 'text'],
    ['lora_te2', 'text2'],
  ] as const) {
    for (const module of below(`${place}.`)) add(`${name}_${module}`, `${place}.${module}.weight`, 'text');
  }
  return targets;
}

const flat = (name: string): string => name.replaceAll('.', '_');

/** The tensors of one module of a LoRA, by what each is: `up`, `down`, `alpha`, `hada_w1_a` … */
export type LoraModule = ReadonlyMap<string, string>;

/** A LoRA's modules, by their kohya names. What belongs to none is left out. */
export function loraModules(names: Iterable<string>): Map<string, LoraModule> {
  const modules = new Map<string, Map<string, string>>();
  for (const name of names) {
    const found = PARTS.map(([pattern, ...is]) => [pattern.exec(name), ...is] as const).find(
      ([match]) => match,
    );
    if (!found) continue;
    const [match, part, of = ''] = found;
    const module = moduleName(match![1]!) + of; // each pattern has a first group
    const tensors = modules.get(module) ?? new Map<string, string>();
    modules.set(module, tensors.set(part || match![2]!, name));
  }
  return modules;
}

/** How tensors of a module end, in kohya's, PEFT's, diffusers' and LyCORIS' files. */
const PARTS: readonly (readonly [name: RegExp, part: string, of?: string])[] = [
  [/^(.+?)(?:\.lora_down|\.lora_A(?:\.\w+)?|[._]lora\.down)\.weight$/, 'down'],
  [/^(.+?)(?:\.lora_up|\.lora_B(?:\.\w+)?|[._]lora\.up)\.weight$/, 'up'],
  [/^(.+?)\.lora_mid\.weight$/, 'mid'],
  [/^(.+?)\.(alpha|diff|dora_scale)$/, ''],
  [/^(.+?)\.lora_magnitude_vector(?:\.\w+)*$/, 'magnitude'],
  [/^(.+?)\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2))$/, ''],
  [/^(.+?)\.w_norm$/, 'diff'],
  [/^(.+?)\.(?:diff_b|b_norm)$/, 'diff', BIAS],
  // Kinds that are not known: IA3, OFT and BOFT, GLoRA.
  [/^(.+?)\.(on_input|oft_blocks|oft_diag|a1\.weight)$/, ''],
];

function moduleName(module: string): string {
  const name = module
    // diffusers' attention processors: attn1.processor.to_out_lora is attn1.to_out.0
    .replace(/\.processor\.(to_[qkv]|to_out)$/, '.$1')
    .replace(/\.to_out$/, '.to_out.0')
    .replace(/^unet\./, 'lora_unet_')
    .replace(/^text_encoder\./, 'lora_te_')
    .replace(/^text_encoder_2\./, 'lora_te2_')
    .replace(/^base_model\.model\./, 'lora_unet_');
  return flat(name);
}
