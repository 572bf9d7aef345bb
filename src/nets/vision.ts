/**
 * CLIP's vision tower, as transformers' CLIPVisionModelWithProjection names it: an IP-Adapter reads pictures through it.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py
 */
import { tuple } from '../checked';
import { build, input, SHAPES_ONLY, type Graph, type Target, type Var } from '../graph/graph';
import { add, cast, concat, conv, fromImage, layerNorm, linear, reshape, slice, toTokens } from '../graph/nn';
import { scope, type Scope, type StateDict, shapeOf } from '../graph/scope';
import { encoderLayer, type ClipConfig } from './clip';
import { visionForm } from './names/vision';
import type { Tensor } from './names/views';

/** A tower, as its weights describe it. */
export interface VisionTower extends Pick<ClipConfig, 'heads' | 'activation'> {
  /** Width of a token. */
  readonly width: number;
  /** Width of the embedding of a whole picture. */
  readonly projection: number;
  /** The side of its input pictures, in pixels. */
  readonly side: number;
  /** Patches, and one token for the whole. */
  readonly tokens: number;
}

/** Which output of a tower is used: the embedding of the whole picture, or all tokens, as they enter the last layer. */
export type Seen = 'embedding' | 'states';

/** Channels of a head in ViT-bigG, -g and -H; all smaller towers have 64. */
const HEADS = [104, 88, 80, 64];

/** @param tensors in normal form (see `names/vision`). @throws DrobeError 'missing-weight' */
export function visionTower(tensors: StateDict): VisionTower {
  const p = scope(tensors, SHAPES_ONLY);
  const [width, , patch] = shapeOf(p('vision_model.embeddings.patch_embedding'), 'weight', 4);
  const [tokens] = shapeOf(p('vision_model.embeddings.position_embedding'), 'weight', 2);
  const [projection] = shapeOf(p('visual_projection'), 'weight', 2);
  const each = HEADS.find((channels) => width % channels === 0) ?? width;
  return {
    width,
    projection,
    side: Math.round(Math.sqrt(tokens - 1)) * patch,
    tokens,
    heads: width / each,
    // Towers with heads of 64 are OpenAI's, the larger ones OpenCLIP's.
    activation: each === 64 ? 'quick_gelu' : 'gelu',
  };
}

/** Whether this is a tower as a file has it, alone or beside CLIP's text model. @param file its tensors by the names in it. */
export function isImageEncoder(file: ReadonlyMap<string, Tensor>): boolean {
  const tensors = visionForm(file);
  const own = ['patch_embedding.weight', 'position_embedding.weight', 'class_embedding'];
  return (
    own.every((name) => tensors.has(`vision_model.embeddings.${name}`)) &&
    tensors.has('visual_projection.weight')
  );
}

/**
 * @param image [1, 3, side, side], of mean 0 and deviation 1 (see `canvas/clip-view`).
 * @param p `vision_model`, and `visual_projection` beside it.
 * @returns the embedding [1, projection], or the states [1, tokens, width].
 */
function clipVision(
  image: Var,
  p: Scope,
  seen: Seen,
  config: Pick<VisionTower, 'heads' | 'activation'>,
): Var {
  const model = p('vision_model');
  const layers = model('encoder.layers').children();
  let x = layerNorm(embedded(image, model('embeddings')), model('pre_layrnorm'));
  for (const layer of seen === 'states' ? layers.slice(0, -1) : layers)
    x = encoderLayer(x, undefined, layer, config);
  if (seen === 'states') return x;
  const [n, , width] = tuple(x.shape, 3);
  const whole = reshape(slice(x, 1, 0, 1), n, width);
  return linear(layerNorm(whole, model('post_layernorm')), p('visual_projection'));
}

/** A token for the whole picture, then one for each patch. */
function embedded(image: Var, p: Scope): Var {
  const patch = p('patch_embedding');
  const [width, , stride] = shapeOf(patch, 'weight', 4);
  const patches = toTokens(conv(fromImage(image), patch, { stride, pad: [0, 0, 0, 0] }));
  const whole = p.tensor('class_embedding', { shape: [1, 1, width] });
  return add(concat(1, whole, patches), p('position_embedding').tensor('weight'));
}

/** `image` [1, 3, side, side] → `seen` [1, projection] or [1, tokens, width]. @param tensors in normal form. */
export function visionGraph(
  tensors: StateDict,
  target: Target,
  { seen, tower }: { seen: Seen; tower: VisionTower },
  used?: Set<string>,
): Graph {
  const { side } = tower;
  const image = cast(input('image', [1, 3, side, side], target), target.dtype);
  return build({ seen: cast(clipVision(image, scope(tensors, target, used), seen, tower), 'f32') });
}
