/**
 * The extra modules of a ControlNet for several kinds of picture (ControlNet++, "Union"); module by
 * module as in https://github.com/xinsir6/ControlNetPlus/blob/main/models/controlnet_union.py
 */
import { constant, type Var } from '../graph/graph';
import {
  add,
  cast,
  layerNorm,
  linear,
  matmul,
  mul,
  onePixel,
  quickGelu,
  reshape,
  silu,
  spatialMean,
} from '../graph/nn';
import type { Scope } from '../graph/scope';
import { timestepEmbedding } from './unet';

/** The embedding of the kind, for all blocks: each kind is a timestep of 1 or 0. @returns [1, channels]. */
export function kindEmbedding(kind: Var, p: Scope): Var {
  const layers = p('control_add_embedding');
  const kinds = kind.shape[1]!; // it has two axes
  const width = layers('linear_1').shape('weight')[1]! / kinds;
  const [no, yes] = [timestepEmbedding(0, width), timestepEmbedding(1, width)];
  const more = constant(
    yes.map((x, i) => x - no[i]!), // as many
    [1, 1, width],
    kind.target,
  );
  const each = add(constant(no, [1, 1, width], kind.target), mul(reshape(kind, 1, kinds, 1), more));
  const told = reshape(each, 1, kinds * width);
  return linear(silu(linear(told, layers('linear_1'))), layers('linear_2'));
}

/** Shifts each channel of a picture's feature map by the picture's kind. @param seen the feature map. */
export function seenAs(kind: Var, seen: Var, p: Scope): Var {
  const task = matmul(cast(kind, seen.dtype === 'f16' ? 'f16' : 'f32'), p.tensor('task_embedding'));
  let token = add(spatialMean(seen), task);
  for (const block of p('transformer_layes').children()) token = residualAttention(token, block); // so it is called there
  return add(seen, onePixel(linear(token, p('spatial_ch_projs'))));
}

/**
 * ResidualAttentionBlock. Its nn.MultiheadAttention attends along the first axis, the batch: not from token to token, but
 * from a picture to itself alone, so that the result is the value of the token.
 */
function residualAttention(x: Var, p: Scope): Var {
  const own = linear(layerNorm(x, p('ln_1')), p('self_attn.v_proj'));
  x = add(x, linear(own, p('attn.out_proj')));
  const h = quickGelu(linear(layerNorm(x, p('ln_2')), p('mlp.c_fc')));
  return add(x, linear(h, p('mlp.c_proj')));
}
