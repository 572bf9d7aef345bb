/**
 * OpenCLIP's text model, under its own names: SD 2.x's text encoder and SDXL's second one.
 * https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py
 */
import type { Var } from '../graph/graph';
import {
  add,
  attention,
  causalMask,
  chunk,
  embedding,
  gelu,
  layerNorm,
  linear,
  linearOf,
  matmul,
  quickGelu,
} from '../graph/nn';
import type { Scope } from '../graph/scope';
import { tower, type ClipConfig, type TextEncoding } from './tower';

/**
 * p: `model`. ids: [N, 77] of i32.
 * @param end [N, 77]: 1 at the end mark, else 0; given where the prompt as a whole is asked for.
 */
export function openClipText(ids: Var, end: Var | null, p: Scope, config: ClipConfig): TextEncoding {
  const tokens = embedding(ids, p('token_embedding').tensor('weight'));
  const x = add(tokens, p.tensor('positional_embedding'));
  const mask = causalMask(ids.shape[1]!, x);
  return tower(
    x,
    end,
    {
      layers: p('transformer.resblocks').children(),
      layer: (h, block) => residualBlock(h, mask, block, config),
      norm: p('ln_final'),
      project: (h) => matmul(h, p.tensor('text_projection')), // [width, projection], multiplied from the right
    },
    config,
  );
}

function residualBlock(x: Var, mask: Var, p: Scope, config: ClipConfig): Var {
  x = add(x, selfAttention(layerNorm(x, p('ln_1')), mask, p('attn'), config.heads));
  const activate = config.activation === 'quick_gelu' ? quickGelu : gelu;
  return add(x, linear(activate(linear(layerNorm(x, p('ln_2')), p('mlp.c_fc'))), p('mlp.c_proj')));
}

/** nn.MultiheadAttention: one matrix for queries, keys and values. */
function selfAttention(x: Var, mask: Var, p: Scope, heads: number): Var {
  const packed = linearOf(x, p.tensor('in_proj_weight'), p.tensor('in_proj_bias'));
  const [q, k, v] = chunk(packed, 3) as [Var, Var, Var];
  return linear(attention(q, k, v, heads, mask), p('out_proj'));
}
