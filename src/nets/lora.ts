/**
 * Which weights of a checkpoint a LoRA changes: its modules are named after diffusers' or ldm's modules, with dots or
 * underscores, and its kinds of matrices by their last names.
 */
import type { TensorFacts } from './detect';
import type { Model } from './model';
import { renamer } from './names/renamer';
import { shapeOfLdm, unetPairs } from './names/unet';

/** Rows of a weight, seen as a matrix [rows, columns]; `from` counts rows. */
export interface LoraTarget {
  readonly key: string;
  readonly from: number;
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
export function loraTargets(model: Model, tensors: Tensors): Map<string, LoraTarget> {
  const targets = new Map<string, LoraTarget>();
  const add = (name: string, key: string, net: LoraTarget['net'], part = 0, of = 1): void => {
    const [all, ...inner] = tensors.get(key)!.shape as [number, ...number[]]; // keys come from these tensors
    const columns = inner.reduce((product, d) => product * d, 1);
    const rows = all / of;
    targets.set(flat(name), { key, from: part * rows, rows, columns, net });
    const bias = key.replace(/weight$/, 'bias');
    if (tensors.has(bias))
      targets.set(flat(name) + BIAS, { key: bias, from: part * rows, rows, columns: 1, net });
  };
  const unet = `${model.prefix.unet}.`;
  const below = (prefix: string): string[] =>
    [...tensors.keys()].filter((name) => name.startsWith(prefix) && name.endsWith('.weight'));
  const own = below(unet).map((key) => key.slice(unet.length));
  const toDiffusers = renamer(unetPairs(shapeOfLdm(own)), 'theirs');
  for (const name of own) {
    const module = name.slice(0, -'.weight'.length);
    const twin = toDiffusers(module);
    add(`lora_unet_${module}`, unet + name, 'unet');
    if (twin) add(`lora_unet_${twin}`, unet + name, 'unet');
  }
  for (const [i, { prefix, naming }] of model.texts.entries()) {
    // kohya's name where there is one text encoder, and where there are two.
    const places = i === 0 ? ['lora_te', 'lora_te1'] : [`lora_te${i + 1}`];
    for (const place of places) {
      if (naming === 'transformers') {
        for (const key of below(`${prefix}.`)) {
          add(`${place}_text_model.${key.slice(prefix.length + 1, -'.weight'.length)}`, key, 'text');
        }
      } else {
        for (const key of tensors.keys()) {
          const found = /\.transformer\.resblocks\.(\d+)\.(.+)$/.exec(key.startsWith(prefix) ? key : '');
          const module = `${place}_text_model_encoder_layers_${found?.[1] ?? ''}`;
          for (const [theirs, name, part, of] of OPEN_CLIP) {
            if (found?.[2] === theirs) add(`${module}_${name}`, key, 'text', part, of);
          }
        }
      }
    }
  }
  return targets;
}

/** OpenCLIP's weights by transformers' names: queries, keys and values lie in one matrix. */
const OPEN_CLIP = [
  ['attn.in_proj_weight', 'self_attn_q_proj', 0, 3],
  ['attn.in_proj_weight', 'self_attn_k_proj', 1, 3],
  ['attn.in_proj_weight', 'self_attn_v_proj', 2, 3],
  ['attn.out_proj.weight', 'self_attn_out_proj', 0, 1],
  ['mlp.c_fc.weight', 'mlp_fc1', 0, 1],
  ['mlp.c_proj.weight', 'mlp_fc2', 0, 1],
] as const;

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
