/**
 * What the modules of CLIP's vision tower are called: transformers' names, which are the normal form, and OpenCLIP's.
 * https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py
 */
import { renamer, within, type Pair } from './renamer';
import { LAYER, layersOf } from './text';
import { textViews, turned, type Tensor, type View } from './views';

/** Names of a vision tower, whatever stands before them: `vision_model.embeddings…`, `visual.conv1…`. */
const OWN = /^(?:.*\.)?(?=(?:vision_model|visual|visual_projection)\.)/;

/** A file's tensors that belong to a vision tower, in normal form; none where there is no such tower. */
export function visionForm<T extends Tensor>(file: ReadonlyMap<string, T>): ReadonlyMap<string, View<T>> {
  const own = [...file].flatMap(([name, tensor]): [string, View<T>][] => {
    const lead = OWN.exec(name)?.[0];
    return lead === undefined ? [] : [[name.slice(lead.length), { ...tensor, name }]];
  });
  const rename = renamer(pairs(layersOf(own.map(([name]) => name))), 'normal');
  const tensors = new Map<string, View<T>>();
  for (const [name, view] of own) {
    // OpenCLIP keeps its projection with rows and columns swapped.
    const seen = name === 'visual.proj' ? turned(view) : view;
    for (const [key, part] of textViews(rename(name) ?? name, seen, 0)) tensors.set(key, part);
  }
  return tensors;
}

function pairs(layers: number): Pair[] {
  const all: Pair[] = [
    ['vision_model.embeddings.class_embedding', 'visual.class_embedding'],
    ['vision_model.embeddings.patch_embedding', 'visual.conv1'],
    ['vision_model.embeddings.position_embedding.weight', 'visual.positional_embedding'],
    ['vision_model.pre_layrnorm', 'visual.ln_pre'], // transformers' own spelling
    ['vision_model.post_layernorm', 'visual.ln_post'],
    ['visual_projection.weight', 'visual.proj'],
  ];
  for (let i = 0; i < layers; i++) {
    const layer: Pair = [`vision_model.encoder.layers.${i}`, `visual.transformer.resblocks.${i}`];
    all.push(layer, ...within(layer, LAYER));
  }
  return all;
}
