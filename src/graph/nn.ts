/**
 * torch.nn, as graph values. The nets are written with these words alone and do not know how feature maps lie in
 * memory or which kernels a backend has: a feature map is [N, H, W, C] on WebGPU and [N, C, H, W] elsewhere.
 */
import { lastOf, tuple } from '../checked';
import { DrobeError } from '../errors';
import { add, cast, chunk, gelu, mul, relu, scaled, silu } from './arithmetic';
import { axes, dims, fromImage, toImage, toTokens } from './feature-map';
import { constant, op, sizeOf, type Bits, type Var } from './graph';
import { BLOCK, canBePacked } from './packed';
import { shapeOf, type Scope } from './scope';
import { concat, padAxis, pixelUnshuffle, reshape, rowsOf, slice, transpose } from './shapes';
import { filterFor, winograd } from './winograd/conv';

export * from './arithmetic';
export * from './attention';
export * from './feature-map';
export { concat, pixelUnshuffle, reshape, rowsOf, slice, transpose };

const ms = { domain: 'com.microsoft' } as const;

/**
 * nn.Linear, or a 1×1 convolution of tokens: the same bytes. x·Wᵀ + b in x's dtype; x: [..., in] → [..., out].
 * @param delicate its output reaches the end past all later layers: its weight is not packed into fewer than 8 bits.
 * @param exact its weight is not packed at all.
 * @param biased whether its bias is added; by default, where it has one.
 */
export function linear(
  x: Var,
  p: Scope,
  { delicate = false, exact = false, biased = p.has('bias') } = {},
): Var {
  const dtype = x.dtype === 'f16' ? 'f16' : 'f32';
  const inner = lastOf(x.shape);
  const rows = sizeOf(x.shape) / inner;
  const outer = p.tensor('weight').shape[0]!;
  const bias = biased ? p.tensor('bias', { dtype }) : null;
  const flat = reshape(x, rows, inner);
  const { bits } = x.target;
  const y =
    bits && !exact && canBePacked(inner)
      ? packedProduct(flat, p, outer, bias, delicate ? 8 : bits)
      : op('Gemm', [flat, p.tensor('weight', { shape: [outer, inner], dtype }), bias], [rows, outer], {
          transB: 1,
        });
  return reshape(y, ...x.shape.slice(0, -1), outer);
}

/** x [rows, in] · weightᵀ + bias → [rows, out], with the weight of a module packed. */
function packedProduct(x: Var, p: Scope, outer: number, bias: Var | null, bits: Bits): Var {
  const [rows, inner] = tuple(x.shape, 2);
  const scaleType = x.dtype === 'f16' ? 'f16' : 'f32';
  const blocks = inner / BLOCK;
  const codes = p.packed('weight', { bits, scaleType, part: 'codes' }, [outer, blocks, (BLOCK * bits) / 8]);
  const scales = p.packed('weight', { bits, scaleType, part: 'scales' }, [outer, blocks]);
  return op(
    'MatMulNBits',
    [x, codes, scales, null, null, bias],
    [rows, outer],
    { K: inner, N: outer, bits, block_size: BLOCK },
    ms,
  );
}

/** The widths that ONNX Runtime's kernel takes: those of Stable Diffusion. Others are split beforehand. */
const SPLIT_GELU = [2560, 5120, 10240];

/**
 * GEGLU (https://arxiv.org/abs/2002.05202): a linear layer, the first half of its output multiplied by gelu of the second.
 */
export function geglu(x: Var, p: Scope): Var {
  const [outer] = shapeOf(p, 'weight', 2);
  if (x.target.layout === 'nhwc' && p.has('bias') && SPLIT_GELU.includes(outer)) {
    const bias = p.tensor('bias', { dtype: x.dtype === 'f16' ? 'f16' : 'f32' });
    const y = linear(x, p, { biased: false });
    return op('BiasSplitGelu', [y, bias], y.shape.with(-1, outer / 2), {}, ms);
  }
  const [h, gate] = tuple(chunk(linear(x, p), 2), 2);
  return mul(h, gelu(gate));
}

/**
 * nn.Conv2d of a feature map. Kernel size and channels come from the weight.
 * @throws DrobeError 'bad-weight' for one that takes other channels.
 * @param pad pixels added [top, left, bottom, right]; half the kernel by default.
 */
export function conv(
  x: Var,
  p: Scope,
  { stride = 1, pad }: { stride?: number; pad?: [number, number, number, number] } = {},
): Var {
  const weight = p.tensor('weight');
  const [outer, inner, kh, kw] = shapeOf(p, 'weight', 4);
  const [n, channels, h, w] = dims(x);
  if (inner !== channels) {
    const reason = `shape [${weight.shape.join(', ')}] does not fit ${channels} channels`;
    throw new DrobeError('bad-weight', { key: `${p.path}.weight`, reason });
  }
  if (kh === 1 && kw === 1 && stride === 1 && x.target.layout === 'nhwc')
    return linear(x, p, { delicate: true });
  // ONNX Runtime's NHWC kernel is wrong for 6, 9, 15 … input channels: zeros make them a multiple of four.
  const missing = x.target.layout === 'nhwc' && inner > 3 && inner % 3 === 0 ? -inner & 3 : 0;
  const [top, left, bottom, right] = pad ?? [kh >> 1, kw >> 1, kh >> 1, kw >> 1];
  const oh = Math.floor((h + top + bottom - kh) / stride) + 1;
  const ow = Math.floor((w + left + right - kw) / stride) + 1;
  const attributes = { kernel_shape: [kh, kw], strides: [stride, stride], pads: [top, left, bottom, right] };
  const filter = kh === 3 && kw === 3 && stride === 1 && !pad ? filterFor(x, outer) : null;
  if (filter) return winograd(x, p, filter);
  const bias = p.has('bias') ? p.tensor('bias') : null;
  // On WebGPU ONNX Runtime rewrites Conv to NHWC and cancels its own transposes against these two.
  const operands = [padAxis(toImage(x), 1, missing), padAxis(weight, 1, missing), bias] as const;
  return fromImage(op('Conv', operands, [n, outer, oh, ow], attributes));
}

/** nn.PReLU of a feature map: below zero each channel has a slope of its own. */
export function prelu(x: Var, p: Scope): Var {
  const slope = p.tensor('weight', { shape: x.target.layout === 'nhwc' ? [dims(x)[1]] : [dims(x)[1], 1, 1] });
  if (x.target.layout === 'nchw') return op('PRelu', [x, slope], x.shape);
  // WebGPU has no such kernel.
  return add(relu(x), mul(slope, scaled(relu(scaled(x, -1)), -1)));
}

/**
 * nn.GroupNorm of a feature map with what usually stands around it.
 * @param shift [N, C], added to x before the norm (the time embedding of a ResBlock).
 * @param activation apply SiLU after the norm.
 */
export function groupNorm(
  x: Var,
  p: Scope,
  {
    eps = 1e-5,
    groups = 32,
    activation = false,
    shift,
  }: { eps?: number; groups?: number; activation?: boolean; shift?: Var } = {},
): Var {
  const [n, c, h, w] = dims(x);
  if (x.target.layout === 'nhwc') {
    const affine = [p.tensor('weight', { dtype: 'f32' }), p.tensor('bias', { dtype: 'f32' })] as const;
    const attributes = {
      epsilon: { float: eps },
      groups,
      activation: activation ? 1 : 0,
      channels_last: 1,
    };
    if (shift) return op('SkipGroupNorm', [x, ...affine, shift], x.shape, attributes, ms);
    return op('GroupNorm', [x, ...affine], x.shape, attributes, ms);
  }
  // The wasm backend has no GroupNorm kernel: instance norm of the groups, then the affine part.
  const shifted = shift ? add(x, reshape(shift, n, c, 1, 1)) : x;
  const ones = constant(new Float32Array(groups).fill(1), [groups], x.target);
  const zeros = constant(new Float32Array(groups), [groups], x.target);
  const grouped = reshape(shifted, n, groups, (c / groups) * h * w);
  const normed = op('InstanceNormalization', [grouped, ones, zeros], grouped.shape, {
    epsilon: { float: eps },
  });
  const scaled = mul(reshape(normed, n, c, h, w), p.tensor('weight', { shape: [c, 1, 1] }));
  const y = add(scaled, p.tensor('bias', { shape: [c, 1, 1] }));
  return activation ? silu(y) : y;
}

/** nn.LayerNorm over the last axis. */
export function layerNorm(x: Var, p: Scope, eps = 1e-5): Var {
  return op('LayerNormalization', [x, p.tensor('weight'), p.tensor('bias')], x.shape, {
    axis: -1,
    epsilon: { float: eps },
  });
}

/** Mean 0 and deviation 1 over the last axis: nn.LayerNorm without weights. */
export function normed(x: Var, eps = 1e-6): Var {
  const width = lastOf(x.shape);
  const ones = constant(new Float32Array(width).fill(1), [width], x.target);
  const scale = x.dtype === 'f16' ? cast(ones, 'f16') : ones;
  return op('LayerNormalization', [x, scale], x.shape, { axis: -1, epsilon: { float: eps } });
}

/** nn.RMSNorm over the last axis (https://arxiv.org/abs/1910.07467), in x's dtype. */
export function rmsNorm(x: Var, p: Scope, eps = 1e-6): Var {
  const scale = p.tensor('weight', { dtype: x.dtype === 'f16' ? 'f16' : 'f32' });
  return op('SimplifiedLayerNormalization', [x, scale], x.shape, { axis: -1, epsilon: { float: eps } });
}

/** Nearest-neighbour enlargement of a feature map to so many times its size. */
export function upsample(x: Var, times: number): Var {
  const [n, c, h, w] = dims(x);
  if (times === 1) return x;
  if (x.target.layout === 'nhwc') {
    // Every pixel repeated along two new axes: one Expand, where Resize would need the other layout.
    const to = [n * h, times, w, times, c];
    const shape = constant(BigInt64Array.from(to, BigInt), [5], x.target);
    return reshape(op('Expand', [reshape(x, n * h, 1, w, 1, c), shape], to), n, times * h, times * w, c);
  }
  const scales = constant(Float32Array.of(1, 1, times, times), [4], x.target);
  return op('Resize', [x, null, scales], [n, c, times * h, times * w]);
}
export const upsample2x = (x: Var): Var => upsample(x, 2);

/** nn.PixelShuffle of a feature map: channels [C·r², H, W] become pixels [C, r·H, r·W]. */
export function pixelShuffle(x: Var, r: number): Var {
  const [n, channels, h, w] = dims(x);
  const c = channels / r ** 2;
  if (r === 1) return x;
  if (x.target.layout === 'nhwc')
    return reshape(transpose(reshape(x, n * h, w, c, r, r), 0, 3, 1, 4, 2), n, r * h, r * w, c);
  return reshape(transpose(reshape(x, n * c, r, r, h, w), 0, 3, 1, 4, 2), n, c, r * h, r * w);
}

/** nn.AvgPool2d(2, ceil_mode=True) of a feature map: at an odd edge of the pixels that there are. */
export function averagePool2x(x: Var): Var {
  const [n, c, h, w] = dims(x);
  const at = axes(x);
  const even = [at.h, at.w].reduce((y, axis) => {
    const last = y.shape[axis]!;
    return last % 2 === 0 ? y : concat(axis, y, slice(y, axis, last - 1, last));
  }, x);
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
  const shape = [n, c, Math.ceil(h / 2), Math.ceil(w / 2)];
  return fromImage(op('AveragePool', [toImage(even)], shape, attributes));
}

/** The mean of all pixels of a feature map, [N, C]: torch's x.mean(dim=(2, 3)). */
export function spatialMean(x: Var): Var {
  const [n, c] = dims(x);
  const axis = constant(BigInt64Array.of(1n), [1], x.target);
  return op('ReduceMean', [toTokens(x), axis], [n, c], { keepdims: 0 });
}

/** [N, C] → a feature map of one pixel, which others broadcast. */
export const onePixel = (x: Var): Var => fromImage(reshape(x, x.shape[0]!, x.shape[1]!, 1, 1)); // it has two axes

/** A feature map with the mean of all pixels in each. */
export function levelled(x: Var): Var {
  const shape = constant(BigInt64Array.from(x.shape, BigInt), [x.shape.length], x.target);
  return op('Expand', [onePixel(spatialMean(x)), shape], x.shape);
}

/** Tokens [N, h·w, side·side·C], patches of an image with their channels last → [N, C, h·side, w·side]. */
export function fromPatches(x: Var, h: number, w: number, side: number): Var {
  const [n, , size] = tuple(x.shape, 3);
  const c = size / side ** 2;
  const pixels = transpose(reshape(x, n, h, w, side, side, c), 0, 5, 1, 3, 2, 4);
  return reshape(pixels, n, c, h * side, w * side);
}

/** The top left h × w of a feature map. */
export function crop(x: Var, h: number, w: number): Var {
  const at = axes(x);
  const rows = x.shape[at.h] === h ? x : slice(x, at.h, 0, h);
  return rows.shape[at.w] === w ? rows : slice(rows, at.w, 0, w);
}
