/**
 * CLIP's text model, as transformers' CLIPTextModel names it.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py
 */
import type { Var } from '../graph/graph';
import { add, attention, causalMask, embedding, gelu, layerNorm, linear, quickGelu } from '../graph/nn';
import type { Scope } from '../graph/scope';
import { tower, type ClipConfig, type TextEncoding } from './tower';

/**
 * p: `text_model`. ids: [N, 77] of i32.
 * @param end [N, 77]: 1 at the end mark, else 0; given where the prompt as a whole is asked for.
 * @param projection `text_projection`, which stands beside `text_model` in CLIPTextModelWithProjection.
 */
export function clipText(
  ids: Var,
  end: Var | null,
  p: Scope,
  projection: Scope,
  config: ClipConfig,
): TextEncoding {
  const x = add(
    embedding(ids, p('embeddings.token_embedding').tensor('weight')),
    p('embeddings.position_embedding').tensor('weight'),
  );
  const mask = causalMask(ids.shape[1]!, x);
  return tower(
    x,
    end,
    {
      layers: p('encoder.layers').children(),
      layer: (h, layer) => encoderLayer(h, mask, layer, config),
      norm: p('final_layer_norm'),
      project: (h) => linear(h, projection),
    },
    config,
  );
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
