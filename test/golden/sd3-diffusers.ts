/**
 * A file of Stable Diffusion 3 in diffusers' names, as its converter writes them. Spelled out here once more, and not taken
 * from the table that reads them.
 * https://github.com/huggingface/diffusers/blob/main/scripts/convert_sd3_to_diffusers.py
 */
import type { StoredTensor, StoredTensors } from '../safetensors';

const MMDIT = 'model.diffusion_model.';

/** What begins and ends the net. */
const OUTER: Readonly<Record<string, string>> = {
  pos_embed: 'pos_embed.pos_embed',
  'x_embedder.proj.weight': 'pos_embed.proj.weight',
  'x_embedder.proj.bias': 'pos_embed.proj.bias',
  'final_layer.linear.weight': 'proj_out.weight',
  'final_layer.linear.bias': 'proj_out.bias',
};

/** Parts of a block, or of a module that stands alone. */
const INNER: readonly (readonly [ours: RegExp, theirs: string])[] = [
  [/^t_embedder\.mlp\.0/, 'time_text_embed.timestep_embedder.linear_1'],
  [/^t_embedder\.mlp\.2/, 'time_text_embed.timestep_embedder.linear_2'],
  [/^y_embedder\.mlp\.0/, 'time_text_embed.text_embedder.linear_1'],
  [/^y_embedder\.mlp\.2/, 'time_text_embed.text_embedder.linear_2'],
  [/^final_layer\.adaLN_modulation\.1/, 'norm_out.linear'],
  [/^joint_blocks/, 'transformer_blocks'],
  [/x_block\.adaLN_modulation\.1/, 'norm1.linear'],
  [/context_block\.adaLN_modulation\.1/, 'norm1_context.linear'],
  [/x_block\.attn\.proj/, 'attn.to_out.0'],
  [/x_block\.attn2\.proj/, 'attn2.to_out.0'],
  [/context_block\.attn\.proj/, 'attn.to_add_out'],
  [/x_block\.(attn2?)\.ln_(\w)/, '$1.norm_$2'],
  [/context_block\.attn\.ln_(\w)/, 'attn.norm_added_$1'],
  [/x_block\.mlp\.fc1/, 'ff.net.0.proj'],
  [/x_block\.mlp\.fc2/, 'ff.net.2'],
  [/context_block\.mlp\.fc1/, 'ff_context.net.0.proj'],
  [/context_block\.mlp\.fc2/, 'ff_context.net.2'],
];

/** The MMDiT's tensors alone are renamed; where queries, keys and values lie in one, they are taken apart. */
export function likeDiffusers(file: StoredTensors): StoredTensors {
  const blocks = [...file.keys()].map((name) => Number(/\.joint_blocks\.(\d+)\./.exec(name)?.[1] ?? -1));
  const swapped = [
    `joint_blocks.${Math.max(...blocks)}.context_block.adaLN_modulation`,
    'final_layer.adaLN_modulation',
  ];
  return new Map(
    [...file].flatMap(([name, tensor]): [string, StoredTensor][] => {
      if (!name.startsWith(MMDIT)) return [[name, tensor]];
      const own = name.slice(MMDIT.length);
      const fused = /^joint_blocks\.(\d+)\.(x|context)_block\.(attn2?)\.qkv\.(\w+)$/.exec(own);
      if (fused) {
        const [, block, side, attn, kind] = fused;
        return shared(tensor, 3).map((part, i) => {
          const which = 'qkv'[i]!; // three of three
          const module = side === 'x' ? `to_${which}` : `add_${which}_proj`;
          return [`transformer.transformer_blocks.${block}.${attn}.${module}.${kind}`, part];
        });
      }
      const renamed = OUTER[own] ?? INNER.reduce((text, [ours, theirs]) => text.replace(ours, theirs), own);
      const isSwapped = swapped.some((module) => own.startsWith(`${module}.`));
      return [[`transformer.${renamed}`, isSwapped ? turned(tensor) : tensor]];
    }),
  );
}

/** Rows in equal parts. */
function shared({ dtype, shape, bytes }: StoredTensor, count: number): StoredTensor[] {
  const [rows = 1, ...rest] = shape;
  const each = bytes.length / count;
  return Array.from({ length: count }, (_, i) => ({
    dtype,
    shape: [rows / count, ...rest],
    bytes: bytes.slice(i * each, (i + 1) * each),
  }));
}

/** The second half of the rows first: scale, then shift. */
function turned(tensor: StoredTensor): StoredTensor {
  const [shift, scale] = shared(tensor, 2).map(({ bytes }) => bytes) as [Uint8Array, Uint8Array];
  return { ...tensor, bytes: Uint8Array.from([...scale, ...shift]) };
}
