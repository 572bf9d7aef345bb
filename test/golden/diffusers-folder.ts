/** Checkpoints in one file, made into diffusers folders: the way back from what an import does. */
import { renamer } from '../../src/nets/names/renamer';
import { shapeOfLdm, unetPairs } from '../../src/nets/names/unet';
import { shapeOfVae, vaePairs } from '../../src/nets/names/vae';
import type { StoredTensor, StoredTensors } from '../safetensors';

export type Folder = Record<string, StoredTensors>;

/** Stable Diffusion XL: both text encoders. */
export function sdxlFolder(all: StoredTensors): Folder {
  return {
    ...unetAndVae(all),
    'text_encoder/model.safetensors': below(all, 'conditioner.embedders.0.transformer.'),
    'text_encoder_2/model.safetensors': asTransformers(below(all, 'conditioner.embedders.1.model.')),
  };
}

/** Stable Diffusion 2.x: without the layer that is not read, and without the projection. */
export function sd2Folder(all: StoredTensors): Folder {
  const text = asTransformers(below(all, 'cond_stage_model.model.'));
  text.delete('text_projection.weight');
  const layer = (name: string): number => Number(/\.layers\.(\d+)\./.exec(name)?.[1] ?? -1);
  const last = Math.max(...[...text.keys()].map(layer));
  for (const name of [...text.keys()]) if (layer(name) === last) text.delete(name);
  return { ...unetAndVae(all), 'text_encoder/model.safetensors': text };
}

function unetAndVae(all: StoredTensors): Folder {
  const unet = below(all, 'model.diffusion_model.');
  const vae = below(all, 'first_stage_model.');
  const toUNet = renamer(unetPairs(shapeOfLdm(unet.keys())), 'theirs');
  const toVae = renamer(vaePairs(shapeOfVae(vae.keys())), 'theirs');
  const inFolder = (tensors: StoredTensors, rename: (name: string) => string | null): StoredTensors =>
    new Map([...tensors].map(([name, tensor]) => [rename(name) ?? name, tensor]));
  return {
    'unet/diffusion_pytorch_model.safetensors': inFolder(unet, toUNet),
    'vae/diffusion_pytorch_model.safetensors': new Map(
      [...inFolder(vae, toVae)].map(([name, tensor]) => [
        name,
        /attentions\.0\.to_/.test(name) && tensor.shape.length === 4
          ? { ...tensor, shape: tensor.shape.slice(0, 2) }
          : tensor,
      ]),
    ),
  };
}

const below = (all: StoredTensors, prefix: string): StoredTensors =>
  new Map(
    [...all].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );

const MODULES: readonly (readonly [RegExp, string])[] = [
  [/^token_embedding/, 'text_model.embeddings.token_embedding'],
  [/^positional_embedding$/, 'text_model.embeddings.position_embedding.weight'],
  [/^ln_final/, 'text_model.final_layer_norm'],
  [/^transformer\.resblocks/, 'text_model.encoder.layers'],
  [/\.ln_(\d)\./, '.layer_norm$1.'],
  [/\.mlp\.c_fc\./, '.mlp.fc1.'],
  [/\.mlp\.c_proj\./, '.mlp.fc2.'],
  [/\.attn\.out_proj\./, '.self_attn.out_proj.'],
];

/** OpenCLIP's text model in transformers' names: three matrices for queries, keys and values, the projection as a Linear. */
function asTransformers(openClip: StoredTensors): StoredTensors {
  const made: StoredTensors = new Map();
  for (const [name, tensor] of openClip) {
    const renamed = MODULES.reduce((text, [from, to]) => text.replace(from, to), name);
    if (name === 'text_projection') made.set('text_projection.weight', transposed(tensor));
    else if (name.includes('.in_proj_')) {
      for (const [i, which] of ['q', 'k', 'v'].entries()) {
        made.set(renamed.replace('.attn.in_proj_', `.self_attn.${which}_proj.`), third(tensor, i));
      }
    } else if (name !== 'logit_scale') made.set(renamed, tensor);
  }
  return made;
}

function third({ dtype, shape, bytes }: StoredTensor, i: number): StoredTensor {
  const [rows, ...rest] = shape as [number, ...number[]];
  const length = bytes.length / 3;
  return { dtype, shape: [rows / 3, ...rest], bytes: bytes.slice(i * length, (i + 1) * length) };
}

function transposed({ dtype, shape, bytes }: StoredTensor): StoredTensor {
  const [rows, columns] = shape as [number, number];
  const size = bytes.length / (rows * columns);
  const turned = new Uint8Array(bytes.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = (r * columns + c) * size;
      turned.set(bytes.subarray(at, at + size), (c * rows + r) * size);
    }
  }
  return { dtype, shape: [columns, rows], bytes: turned };
}
