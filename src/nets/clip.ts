/**
 * CLIP's text model, as transformers' CLIPTextModel names it.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py
 */
import { tuple } from '../checked';
import type { Var } from '../graph/graph';
import { add, attention, causalMask, gelu, layerNorm, linear, matmul, quickGelu, reshape } from '../graph/nn';
import type { Scope } from '../graph/scope';

/** What the weights of a text encoder do not tell. */
export interface ClipConfig {
  readonly heads: number;
  readonly activation: 'quick_gelu' | 'gelu';
  /** Layers at the end that are left out, as the UNet was trained on the input of the first of them. */
  readonly skip: number;
  /** Whether the final norm is applied even if layers are left out. */
  readonly finalNorm: boolean;
  /** Whether the pooled prompt goes through the projection. */
  readonly projected: boolean;
}

/** What a text encoder makes of N windows of 77 tokens. */
export interface TextEncoding {
  /** [N, 77, width] */
  readonly hidden: Var;
  /** The pooled prompt [N, projection]; null if it was not asked for. */
  readonly pooled: Var | null;
}

/**
 * Runs the layers that are needed.
 * @param tokens [N, 77, width]: the rows of `tokenTable`, or what stands in their place.
 * @param end [N, 77]: 1 at the end mark, else 0; given if the pooled prompt is asked for.
 * @param p `text_model`, with `text_projection` beside it if the pooled prompt is projected.
 */
export function clipText(tokens: Var, end: Var | null, p: Scope, config: ClipConfig): TextEncoding {
  const { skip, finalNorm, projected } = config;
  const model = p('text_model');
  const norm = model('final_layer_norm');
  let x = add(tokens, model('embeddings.position_embedding').tensor('weight'));
  const mask = causalMask(tokens.shape[1]!, x);
  const layers = model('encoder.layers').children();
  let hidden = x;
  for (const [i, layer] of layers.entries()) {
    if (i === layers.length - skip && !end) break;
    x = encoderLayer(x, mask, layer, config);
    if (i === layers.length - skip - 1) hidden = x;
  }
  const whole = end && marked(layerNorm(x, norm), end);
  const pooled = whole && (projected ? linear(whole, p('text_projection'), { exact: true }) : whole);
  return {
    hidden: finalNorm ? layerNorm(hidden, norm) : hidden,
    pooled: pooled && reshape(pooled, pooled.shape[0]!, pooled.shape[2]!),
  };
}

/** The state of the end mark, which has seen all words: [N, 77, width] → [N, 1, width]. */
function marked(x: Var, end: Var): Var {
  const [n, length] = tuple(end.shape, 2);
  return matmul(reshape(end, n, 1, length), x);
}

/** A layer of the text model, and of the vision tower, which has no mask. @param mask see `attention`. */
export function encoderLayer(
  x: Var,
  mask: Var | undefined,
  p: Scope,
  config: Pick<ClipConfig, 'heads' | 'activation'>,
): Var {
  x = add(x, selfAttention(layerNorm(x, p('layer_norm1')), mask, p('self_attn'), config.heads));
  return add(x, mlp(layerNorm(x, p('layer_norm2')), p('mlp'), config));
}

function selfAttention(x: Var, mask: Var | undefined, p: Scope, heads: number): Var {
  const [q, k, v] = [linear(x, p('q_proj')), linear(x, p('k_proj')), linear(x, p('v_proj'))];
  return linear(attention(q, k, v, heads, mask), p('out_proj'));
}

function mlp(x: Var, p: Scope, config: Pick<ClipConfig, 'activation'>): Var {
  const activate = config.activation === 'quick_gelu' ? quickGelu : gelu;
  return linear(activate(linear(x, p('fc1'))), p('fc2'));
}
