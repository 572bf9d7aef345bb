/**
 * The tensors of a LoRA's file by the ends of their names: the module to which each belongs, and its role there.
 * `moduleFinder` reads the modules' own names.
 */

/** One module of a LoRA, for the weight of a checkpoint's module or for its bias. */
export interface LoraModule {
  /** As its file names it: `lora_unet_down_blocks_0_attentions_0_proj_in`, `unet.conv_in` … */
  readonly name: string;
  readonly bias: boolean;
  /** Its tensors by role: `up`, `down`, `alpha`, `hada_w1_a` … */
  readonly parts: ReadonlyMap<string, string>;
}

/** A LoRA's modules. Tensors with unknown roles make modules, too, so that they are counted; bundled embeddings do not. */
export function loraModules(names: Iterable<string>): LoraModule[] {
  const modules = new Map<string, (LoraModule & { readonly parts: Map<string, string> })[]>();
  for (const tensor of names) {
    if (isBundled(tensor)) continue;
    const { name, part, bias } = partIn(tensor) ?? lastPartOf(tensor);
    const key = `${name} ${bias}`;
    const adapters = modules.get(key) ?? [];
    modules.set(key, adapters);
    // PEFT may have several adapters in one file, whose tensors lie in the same order.
    const adapter = adapters.find(({ parts }) => !parts.has(part));
    if (adapter) adapter.parts.set(part, tensor);
    else adapters.push({ name, bias, parts: new Map([[part, tensor]]) });
  }
  for (const [key, adapters] of modules) {
    const products = modules.get(key.replace(/true$/, 'false')) ?? [];
    for (const [i, { parts }] of adapters.entries())
      if (parts.has('up_bias')) addScale(parts, products[i]?.parts);
  }
  return [...modules.values()].flat();
}

/** The bias of a product counts as the product does: by its rank and alpha. */
function addScale(parts: Map<string, string>, product: ReadonlyMap<string, string> = new Map()): void {
  for (const part of ['down', 'alpha']) {
    const tensor = product.get(part);
    if (tensor !== undefined) parts.set(part, tensor);
  }
}

/** Roles that only LoRAs and their kin have. GLoRA's occur elsewhere, so two of them are required. */
const SIGNS =
  /^(?:up|down|diff|set_weight|dora_scale|on_input|hada_\w+|lokr_\w+|oft_\w+|boft_[Rs]|vera_lambda_[bd]|ia3_l|lambda_layer)$/;

/** Whether a file's tensors have names that only LoRAs have. */
export function isLora(names: Iterable<string>): boolean {
  return loraModules(names).some(
    ({ parts }) => [...parts.keys()].some((part) => SIGNS.test(part)) || (parts.has('a1') && parts.has('b1')),
  );
}

/** The prefix of embeddings that were trained together with a LoRA, and are in its file. */
export const BUNDLED = 'bundle_emb.';

/** Whether a tensor belongs to such an embedding: it has that prefix, or is named after a word in angle brackets. */
export const isBundled = (tensor: string): boolean => tensor.startsWith(BUNDLED) || /^<.+>$/.test(tensor);

interface Named {
  readonly name: string;
  readonly part: string;
  readonly bias: boolean;
}

function partIn(tensor: string): Named | null {
  for (const [pattern, part, bias = false] of PARTS) {
    const [, name, own] = pattern.exec(tensor) ?? [];
    if (name !== undefined) return { name, part: part || own!, bias }; // each without a part has a second group
  }
  return null;
}

function lastPartOf(tensor: string): Named {
  const dot = tensor.lastIndexOf('.');
  return { name: tensor.slice(0, Math.max(0, dot)), part: tensor.slice(dot + 1), bias: false };
}

/** PEFT may write its adapter's name behind a matrix, LyCORIS and others `weight`, or both in either order. */
const TAIL = '(?:\\.(?!bias$)[\\w-]+)*$';
const ending = (end: string): RegExp => new RegExp(`^(.+?)${end}${TAIL}`);

const LAYER = '[._]lora(?:_linear)?(?:_layer)?';
const DOWN = `(?:\\.lora_down|\\.lora_A|${LAYER}\\.down)`;
const UP = `(?:\\.lora_up|\\.lora_B|${LAYER}\\.up)`;

/**
 * HCP-Diffusion writes a mark between a module and what it plugs in there, and what a file holds before all: "lora:". Its
 * alpha is divided by the rank already.
 * https://github.com/IrisRainbowNeko/HCP-Diffusion/blob/main/hcpdiff/models/lora_base_patch.py
 */
const PLUGIN = '^(?:\\w+:)?(.+?)\\.(?:___|lora_block)\\.';

/** Ends of the names of a module's tensors, in kohya's, PEFT's, diffusers' and LyCORIS' files. */
const PARTS: readonly (readonly [name: RegExp, part: string, bias?: boolean])[] = [
  [new RegExp(`${PLUGIN}(?:alpha|scale)$`), 'scale'],
  [new RegExp(`${PLUGIN}layer\\.(rank_groups)$`), ''],
  [new RegExp(`${PLUGIN}layer\\.(?:lora_down\\.weight|W_down)$`), 'down'],
  [new RegExp(`${PLUGIN}layer\\.(?:lora_up\\.weight|W_up)$`), 'up'],
  // Some write it behind one of the matrices.
  [ending(`(?:(?:${DOWN}|${UP})(?:\\.weight)?|${LAYER})?\\.(alpha)`), ''],
  // Attention processors of diffusers have `to_q_lora.down`; its layers `to_q.lora_layer.down`.
  [ending(DOWN), 'down'],
  [ending(UP), 'up'],
  // LayerDiffuse
  [/^(.+?)\.weight::lora::0$/, 'up'],
  [/^(.+?)\.weight::lora::1$/, 'down'],
  [/^(.+?)\.weight::diff::0$/, 'diff'],
  // Custom Diffusion's weights replace those of the model; `to_out_custom_diffusion.0` is `to_out.0`.
  [/^(.+?to_(?:[qkv]|out))_custom_diffusion(?:\.0)?\.weight$/, 'set_weight'],
  [/^(.+?to_out)_custom_diffusion\.0\.bias$/, 'set_weight', true],
  // Modules that have numbers for names: see `numbered.ts`.
  [/^((?:unet|text_encoder):\d+):(up|down)$/, ''],
  [ending('\\.lora_mid'), 'mid'],
  [ending('\\.(diff|dora_scale|set_weight)'), ''],
  [ending('\\.(?:lora_magnitude_vector|magnitude)'), 'magnitude'],
  [ending('\\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2))'), ''],
  [/^(.+?)\.w_norm$/, 'diff'],
  // PEFT's lora_bias
  [/^(.+?)\.lora_B(?:\.\w+)?\.bias$/, 'up_bias', true],
  [/^(.+?)\.(?:diff_b|b_norm)$/, 'diff', true],
  [/^(.+?)\.(a[12]|b[12]|bm)\.weight$/, ''],
  [/^(.+?)\.(on_input|oft_blocks|oft_diag|oft_[rR])(?:\.(?:default|weight))*$/, ''],
  [/^(.+?)\.oft_R\.(\w+)$/, ''],
  [/^(.+?)\.([pq]_layer)\.weight$/, ''],
];
