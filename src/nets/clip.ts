/**
 * CLIP's text model, as transformers' CLIPTextModel names it.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py
 */
import type { Var } from '../graph/graph';
import { add, attention, causalMask, embedding, gelu, layerNorm, linear, quickGelu } from '../graph/nn';
import type { Scope } from '../graph/scope';

export interface ClipConfig {
  readonly heads: number;
  readonly activation: 'quick_gelu' | 'gelu';
  /** Layers at the end that the UNet was not trained on: it takes what goes into them. */
  readonly skip: number;
  /** Whether the norm that follows the last layer follows all the same. */
  readonly finalNorm: boolean;
}

/** p: `text_model`. ids: [N, 77] of i32 → hidden states [N, 77, width]. */
export function clipText(ids: Var, p: Scope, config: ClipConfig): Var {
  let x = add(
    embedding(ids, p('embeddings.token_embedding').tensor('weight')),
    p('embeddings.position_embedding').tensor('weight'),
  );
  const mask = causalMask(ids.shape[1]!, x);
  const layers = p('encoder.layers').children();
  for (const layer of layers.slice(0, layers.length - config.skip)) x = encoderLayer(x, mask, layer, config);
  return config.finalNorm ? layerNorm(x, p('final_layer_norm')) : x;
}

function encoderLayer(x: Var, mask: Var, p: Scope, config: ClipConfig): Var {
  x = add(x, selfAttention(layerNorm(x, p('layer_norm1')), mask, p('self_attn'), config.heads));
  return add(x, mlp(layerNorm(x, p('layer_norm2')), p('mlp'), config));
}

function selfAttention(x: Var, mask: Var, p: Scope, heads: number): Var {
  const [q, k, v] = [linear(x, p('q_proj')), linear(x, p('k_proj')), linear(x, p('v_proj'))];
  return linear(attention(q, k, v, heads, mask), p('out_proj'));
}

function mlp(x: Var, p: Scope, config: ClipConfig): Var {
  const activate = config.activation === 'quick_gelu' ? quickGelu : gelu;
  return linear(activate(linear(x, p('fc1'))), p('fc2'));
}
