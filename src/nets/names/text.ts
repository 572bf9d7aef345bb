/**
 * What the modules of a text encoder are called: transformers' names with `text_model`, which are the normal form, and
 * those of OpenCLIP and of the first converters.
 * https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py
 */
import { within, type Pair } from './renamer';

/** Layers of a text encoder with any names, without prefix. Numbers above 999 are ignored: each makes pairs. */
export function layersOf(names: Iterable<string>): number {
  let layers = 0;
  for (const name of names) {
    const layer = /(?:^|\.)(?:layers|resblocks)\.(\d{1,3})\./.exec(name)?.[1];
    layers = Math.max(layers, Number(layer ?? -1) + 1);
  }
  return layers;
}

/** Of a text encoder's layer, and of a vision tower's. */
export const LAYER: readonly Pair[] = [
  // OpenCLIP, with queries, keys and values in one matrix.
  ['layer_norm1', 'ln_1'],
  ['layer_norm2', 'ln_2'],
  ['self_attn', 'attn'],
  ['mlp.fc1', 'mlp.c_fc'],
  ['mlp.fc2', 'mlp.c_proj'],
  // LoRAs of the first diffusers
  ['self_attn.q_proj', 'self_attn.to_q'],
  ['self_attn.k_proj', 'self_attn.to_k'],
  ['self_attn.v_proj', 'self_attn.to_v'],
  ['self_attn.out_proj', 'self_attn.to_out'],
];

/** All modules of a text encoder for which other programs have other names. */
export function textPairs(layers: number): Pair[] {
  const pairs: Pair[] = [
    ['text_model.embeddings', 'embeddings'],
    ['text_model.final_layer_norm', 'final_layer_norm'],
    ['text_model.embeddings.token_embedding', 'token_embedding'],
    ['text_model.embeddings.position_embedding.weight', 'positional_embedding'],
    ['text_model.embeddings.position_embedding.weight', 'positional_embedding.weight'],
    ['text_model.final_layer_norm', 'ln_final'],
    ['text_projection', 'text_model.text_projection'],
  ];
  for (let i = 0; i < layers; i++) {
    const own = `text_model.encoder.layers.${i}`;
    for (const theirs of [own, `encoder.layers.${i}`, `transformer.resblocks.${i}`]) {
      pairs.push([own, theirs], ...within([own, theirs], LAYER));
    }
  }
  return pairs;
}
