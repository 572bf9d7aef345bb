/**
 * Depth Anything: how near things are, from DINOv2's features, combined by DPT's head. Yang et al. (2024), arXiv
 * 2401.10891 and 2406.09414; Ranftl et al. (2021), arXiv 2103.13413. Named as transformers' DepthAnythingForDepthEstimation.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/depth_anything/modeling_depth_anything.py
 */
import { defined, tuple } from '../../checked';
import { DrobeError } from '../../errors';
import type { Var } from '../../graph/graph';
import { add, conv, dims, fromTokens, relu, slice, toImage } from '../../graph/nn';
import type { Scope } from '../../graph/scope';
import { convTranspose, interpolated } from '../../graph/spatial';
import { dinov2, patchOf } from './dinov2';

/** Which layers of DINOv2 the head reads: the last four, or (version 2) four from all of its depth. No weight tells. */
export type DepthVersion = 1 | 2;

/** How many feature maps the head reads. */
const LEVELS = 4;

function layersRead(layers: number, version: DepthVersion): number[] {
  if (version === 2 && layers === 24) return [4, 11, 17, 23];
  const step = version === 1 ? 1 : Math.floor(layers / LEVELS);
  return Array.from({ length: LEVELS }, (_, i) => layers - 1 - (LEVELS - 1 - i) * step);
}

/**
 * @param image [1, 3, H, W], of mean 0 and deviation 1; both sides multiples of 14.
 * @returns [1, 1, H, W], 0 or more, larger for nearer things.
 */
export function depthAnything(image: Var, p: Scope, version: DepthVersion): Var {
  const backbone = p('backbone');
  const [, , h, w] = tuple(image.shape, 4);
  const patch = patchOf(backbone);
  if (h % patch !== 0 || w % patch !== 0)
    throw new DrobeError('unsupported-model', {
      found: `a vision transformer with patches of ${patch} pixels`,
    });
  const grid = { h: h / patch, w: w / patch };
  const layers = layersRead(backbone('encoder.layer').children().length, version);
  const maps = dinov2(image, backbone, layers).map((tokens, i) => reassembled(tokens, grid, p('neck'), i));
  return headed(fused(maps, p('neck.fusion_stage')), { h, w }, p('head'));
}

/** Tokens as a feature map, 4, 2, 1 and ½ times the size of their grid. */
function reassembled(tokens: Var, { h, w }: { h: number; w: number }, p: Scope, i: number): Var {
  const stage = p('reassemble_stage.layers', i);
  const [n, count, width] = tuple(tokens.shape, 3);
  const nhwc = tokens.target.layout === 'nhwc';
  const like = { ...tokens, shape: nhwc ? [n, h, w, width] : [n, width, h, w] };
  const map = conv(fromTokens(slice(tokens, 1, 1, count), like), stage('projection'));
  const resized = [
    () => convTranspose(map, stage('resize'), { stride: 4 }),
    () => convTranspose(map, stage('resize'), { stride: 2 }),
    () => map,
    () => conv(map, stage('resize'), { stride: 2 }),
  ][i]!(); // four levels
  return conv(resized, p('convs', i));
}

/** From the coarsest to the finest, each doubled and added to the next. */
function fused(maps: readonly Var[], p: Scope): Var {
  const [first, ...finer] = maps.toReversed();
  const levels = p('layers').children();
  return [undefined, ...finer].reduce<Var>((h, map, i) => {
    const level = levels[i] ?? p('layers', i);
    const both = map ? add(h, residual(map, level('residual_layer1'))) : h;
    const [, , rows, columns] = dims(both);
    const [, , toRows, toColumns] = finer[i] ? dims(finer[i]) : [0, 0, 2 * rows, 2 * columns];
    const larger = interpolated(
      residual(both, level('residual_layer2')),
      toRows,
      toColumns,
      'bilinear aligned',
    );
    return conv(larger, level('projection'));
  }, defined(first));
}

function residual(x: Var, p: Scope): Var {
  return add(conv(relu(conv(relu(x), p('convolution1'))), p('convolution2')), x);
}

function headed(x: Var, { h, w }: { h: number; w: number }, p: Scope): Var {
  const larger = interpolated(conv(x, p('conv1')), h, w, 'bilinear aligned');
  return toImage(relu(conv(relu(conv(larger, p('conv2'))), p('conv3'))));
}
