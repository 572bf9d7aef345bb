/**
 * What the modules of ControlNets and T2I-Adapters are called. Normal form of a ControlNet: `control.`, then cldm's names; of
 * an adapter: `adapter.`, then diffusers', in which levels can be seen.
 * https://github.com/lllyasviel/ControlNet/blob/main/cldm/cldm.py
 * https://github.com/huggingface/diffusers/blob/main/src/diffusers/models/adapter.py
 */
import { numbered, unwrapped } from './places';
import { renamer, type Pair } from './renamer';
import { shapeOfUNet, unetPairs } from './unet';
import { normalShape, textViews, type Tensor, type View } from './views';

type Tensors<T> = ReadonlyMap<string, T>;

/** The first modules of a ControlNet, after any prefix: `control_model.`, `controlnet.`, … */
const CONTROL =
  /^(?:.*?\.)??((?:input_hint_block|zero_convs|middle_block_out|controlnet_cond_embedding|controlnet_down_blocks|controlnet_mid_block|control_add_embedding|task_embedding|transformer_layes|spatial_ch_projs|input_blocks|middle_block|time_embed|label_emb|conv_in|down_blocks|mid_block|time_embedding|add_embedding)(?:\..*)?)$/;
const ADAPTER = /^(?:.*?\.)??((?:conv_in|body)\..*)$/;

/** A ControlNet's tensors in normal form. Names that none of its modules has are left out. */
export function controlForm<T extends Tensor>(file: Tensors<T>): Map<string, View<T>> {
  const own = within(file, CONTROL);
  const names = [...own.keys()];
  const rename = renamer([...unetPairs(shapeOfUNet(names)), ...controlPairs(names)], 'normal');
  return placed(own, 'control', (name) => rename(name) ?? name);
}

/** The modules of a ControlNet that are not in a UNet, with diffusers' names. */
function controlPairs(names: readonly string[]): Pair[] {
  const counted = (pattern: RegExp): number[] => [
    ...new Set(names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number)),
  ];
  const blocks = counted(/^controlnet_cond_embedding\.blocks\.(\d+)\./);
  return [
    ['input_hint_block.0', 'controlnet_cond_embedding.conv_in'],
    // cldm also counts the activations between them.
    ...blocks.map((i): Pair => [`input_hint_block.${2 * (i + 1)}`, `controlnet_cond_embedding.blocks.${i}`]),
    [`input_hint_block.${2 * (blocks.length + 1)}`, 'controlnet_cond_embedding.conv_out'],
    ...counted(/^controlnet_down_blocks\.(\d+)\./).map((i): Pair => [
      `zero_convs.${i}.0`,
      `controlnet_down_blocks.${i}`,
    ]),
    ['middle_block_out.0', 'controlnet_mid_block'],
  ];
}

/** A T2I-Adapter's tensors in normal form. Names that none of its modules has are left out. */
export function adapterForm<T extends Tensor>(file: Tensors<T>): Map<string, View<T>> {
  const own = within(file, ADAPTER);
  const names = [...own.keys()];
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  // Its makers number the blocks of all levels in one row, except in light adapters.
  const inRow = !has(/^body\.\d+\.(?:resnets|body)\./);
  const count = new Set(names.flatMap((name) => /^body\.(\d+)\./.exec(name)?.[1] ?? [])).size;
  const each = Math.max(1, Math.floor(count / LEVELS));
  return placed(own, 'adapter', (name) => {
    const [, block, rest] = /^body\.(\d+)\.(.*)$/.exec(name) ?? [];
    if (block === undefined || rest === undefined) return name;
    const [level, at] = inRow ? [Math.floor(Number(block) / each), Number(block) % each] : [block, 0];
    if (/^(?:down_opt|out_conv)\./.test(rest)) return `body.${level}.${rest}`;
    const nested = /^(?:resnets|body)\.(.*)$/.exec(rest)?.[1];
    // Before a level's first block is the same as at its beginning.
    return `body.${level}.resnets.${nested ?? `${at}.${rest}`}`;
  });
}

/** Sizes at which an adapter adds to a UNet. */
const LEVELS = 4;

/** A net's tensors without what precedes its own names. If two names are then the same, the first counts. */
function within<T extends Tensor>(file: Tensors<T>, modules: RegExp): Map<string, View<T>> {
  const own = new Map<string, View<T>>();
  for (const [name, tensor] of file) {
    const rest = modules.exec(unwrapped(name))?.[1];
    if (rest !== undefined && !own.has(numbered(rest))) own.set(numbered(rest), { ...tensor, name });
  }
  return own;
}

function placed<T extends Tensor>(
  own: Tensors<View<T>>,
  place: 'control' | 'adapter',
  rename: (name: string) => string,
): Map<string, View<T>> {
  const tensors = new Map<string, View<T>>();
  for (const [name, stored] of own) {
    const normal = rename(name);
    const shape = normalShape(`unet.${normal}`, stored.shape);
    const view = shape === stored.shape ? stored : { ...stored, shape };
    // Attention with queries, keys and values in one matrix has the names of text encoders'.
    for (const [part, one] of textViews(normal, view, 0)) tensors.set(`${place}.${part}`, one);
  }
  return tensors;
}
