/**
 * DINOv2's vision transformer, as transformers' Dinov2Model names it. Oquab et al. (2023), arXiv 2304.07193.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/dinov2/modeling_dinov2.py
 */
import { lastOf, tuple } from '../../checked';
import { DrobeError } from '../../errors';
import type { Var } from '../../graph/graph';
import {
  add,
  attention,
  concat,
  conv,
  dims,
  fromImage,
  gelu,
  layerNorm,
  linear,
  mul,
  reshape,
  slice,
  toTokens,
} from '../../graph/nn';
import { shapeOf, type Scope } from '../../graph/scope';
import { transpose } from '../../graph/shapes';
import { interpolated } from '../../graph/spatial';

/** Channels of a head, in all sizes that there are. */
const HEAD = 64;
const EPS = 1e-6;

/** Pixels on a side of a token's patch. */
export const patchOf = (p: Scope): number => p('embeddings.patch_embeddings.projection').shape('weight')[2]!; // a kernel

/**
 * The outputs of layers, each after the final norm: [1, 1 + h·w, width]; the first token stands for the whole picture.
 * @param image [1, 3, H, W], both sides multiples of a patch's. @param layers which, by their numbers.
 */
export function dinov2(image: Var, p: Scope, layers: readonly number[]): Var[] {
  let x = embedded(image, p('embeddings'));
  const given: Var[] = [];
  for (const [i, layer] of p('encoder.layer').children().entries()) {
    x = encoderLayer(x, layer);
    if (layers.includes(i)) given.push(layerNorm(x, p('layernorm'), EPS));
  }
  return given;
}

function embedded(image: Var, p: Scope): Var {
  const projection = p('patch_embeddings.projection');
  const [width, , stride] = shapeOf(projection, 'weight', 4);
  const map = conv(fromImage(image), projection, { stride, pad: [0, 0, 0, 0] });
  const positions = p.tensor('position_embeddings', {
    shape: [1, p.shape('position_embeddings')[1] ?? 0, width],
  });
  const whole = add(p.tensor('cls_token', { shape: [1, 1, width] }), slice(positions, 1, 0, 1));
  return concat(1, whole, add(toTokens(map), placesOf(positions, map)));
}

/** The position of each patch: learned for a square, and stretched to the picture. [1, h·w, width] */
function placesOf(positions: Var, map: Var): Var {
  const [, tokens, width] = tuple(positions.shape, 3);
  const [, , h, w] = dims(map);
  const side = Math.round(Math.sqrt(tokens - 1));
  const square = reshape(slice(positions, 1, 1, tokens), 1, side, side, width);
  const image = map.target.layout === 'nhwc' ? square : transpose(square, 0, 3, 1, 2);
  return toTokens(interpolated(image, h, w, 'bicubic'));
}

function encoderLayer(x: Var, p: Scope): Var {
  const attended = selfAttention(layerNorm(x, p('norm1'), EPS), p('attention'));
  x = add(x, mul(attended, p('layer_scale1').tensor('lambda1')));
  const mixed = mlp(layerNorm(x, p('norm2'), EPS), p('mlp'));
  return add(x, mul(mixed, p('layer_scale2').tensor('lambda1')));
}

function selfAttention(x: Var, p: Scope): Var {
  const projected = (name: 'query' | 'key' | 'value'): Var => linear(x, p('attention', name));
  const found = attention(projected('query'), projected('key'), projected('value'), headsOf(x));
  return linear(found, p('output.dense'));
}

function headsOf(x: Var): number {
  const width = lastOf(x.shape);
  if (width % HEAD !== 0)
    throw new DrobeError('unsupported-model', { found: `a vision transformer that is ${width} wide` });
  return width / HEAD;
}

const mlp = (x: Var, p: Scope): Var => linear(gelu(linear(x, p('fc1'))), p('fc2'));
