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
  reshape,
} from '../graph/nn';
import type { Scope } from '../graph/scope';
import type { ClipConfig } from './clip';

/**
 * p: `model`. ids: [N, 77] of i32.
 * @param end [N, 77]: 1 at the end mark, else 0; given where the prompt as a whole is asked for.
 * @returns hidden states [N, 77, width], and with `end` the prompt as a whole, projected [N, projection].
 */
export function openClipText(
  ids: Var,
  end: Var | null,
  p: Scope,
  config: ClipConfig,
): { hidden: Var; pooled: Var | null } {
  const tokens = embedding(ids, p('token_embedding').tensor('weight'));
  let x = add(tokens, p.tensor('positional_embedding'));
  let hidden = x;
  const mask = causalMask(ids.shape[1]!, x);
  const blocks = p('transformer.resblocks').children();
  for (const [i, block] of blocks.entries()) {
    if (i === blocks.length - config.skip && !end) break;
    x = residualBlock(x, mask, block, config);
    if (i === blocks.length - config.skip - 1) hidden = x;
  }
  if (config.finalNorm) hidden = layerNorm(hidden, p('ln_final'));
  return { hidden, pooled: end && pool(layerNorm(x, p('ln_final')), end, p) };
}

/** What the end mark has gathered of all words, in the space that pictures share. */
function pool(x: Var, end: Var, p: Scope): Var {
  const [n, length] = end.shape as [number, number];
  const projection = p.tensor('text_projection'); // [width, projection], multiplied from the right
  const marked = matmul(reshape(end, n, 1, length), x);
  return reshape(matmul(marked, projection), n, projection.shape[1]!);
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
