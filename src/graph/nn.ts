/**
 * torch.nn, as graph values. The nets are written with these words alone and do not know how feature maps lie in
 * memory or which kernels a backend has: a feature map is [N, H, W, C] on WebGPU and [N, C, H, W] elsewhere.
 */
import { DrobeError } from '../errors';
import { constant, op, sizeOf, type Bits, type Shape, type Var } from './graph';
import { BLOCK, canBePacked } from './packed';
import type { Scope } from './scope';
import { concat, padAxis, pixelUnshuffle, reshape, rowsOf, slice, transpose } from './shapes';
import { winograd, winogradPays } from './winograd';

export { concat, pixelUnshuffle, reshape, rowsOf, slice, transpose };

const ms = { domain: 'com.microsoft' } as const;

// --- feature maps --------------------------------------------------------------------------------------------

/** Where N, C, H and W of a feature map stand. */
export function axes(x: Var): { n: number; c: number; h: number; w: number } {
  return x.target.layout === 'nhwc' ? { n: 0, h: 1, w: 2, c: 3 } : { n: 0, c: 1, h: 2, w: 3 };
}

/** A feature map's size as [N, C, H, W], whatever its layout. */
export function dims(x: Var): [n: number, c: number, h: number, w: number] {
  const { n, c, h, w } = axes(x);
  return [x.shape[n]!, x.shape[c]!, x.shape[h]!, x.shape[w]!];
}

/** [N, C, H, W] as the outside gives it → a feature map. */
export function fromImage(x: Var): Var {
  return x.target.layout === 'nhwc' ? transpose(x, 0, 2, 3, 1) : x;
}

/** A feature map → [N, C, H, W] as the outside takes it. */
export function toImage(x: Var): Var {
  return x.target.layout === 'nhwc' ? transpose(x, 0, 3, 1, 2) : x;
}

/** Feature maps side by side in their channels: torch.cat([x, y], dim=1). */
export function concatChannels(x: Var, y: Var): Var {
  return concat(axes(x).c, x, y);
}

/** Feature map → tokens [N, H·W, C]. */
export function toTokens(x: Var): Var {
  const [n, c, h, w] = dims(x);
  if (x.target.layout === 'nhwc') return reshape(x, n, h * w, c);
  return transpose(reshape(x, n, c, h * w), 0, 2, 1);
}

/** Tokens [N, H·W, C] → feature map of the size of `like`. */
export function fromTokens(x: Var, like: Var): Var {
  const [n, , h, w] = dims(like);
  const c = x.shape[2]!;
  if (x.target.layout === 'nhwc') return reshape(x, n, h, w, c);
  return reshape(transpose(x, 0, 2, 1), n, c, h, w);
}

// --- arithmetic ----------------------------------------------------------------------------------------------

/** Broadcasting as NumPy does. */
function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1),
  );
}
export const add = (x: Var, y: Var): Var => op('Add', [x, y], broadcast(x.shape, y.shape));
export const mul = (x: Var, y: Var): Var => op('Mul', [x, y], broadcast(x.shape, y.shape));
export const cast = (x: Var, to: 'f32' | 'f16'): Var =>
  x.dtype === to ? x : op('Cast', [x], x.shape, { to: to === 'f32' ? 1 : 10 }, { dtype: to });

function scalar(value: number, like: Var): Var {
  const v = constant(Float32Array.of(value), [1], like.target);
  return like.dtype === 'f16' ? cast(v, 'f16') : v; // one number: ONNX Runtime folds the Cast
}

/** x times a number. */
export const scaled = (x: Var, by: number): Var => mul(x, scalar(by, x));
/** x plus a number. */
export const shifted = (x: Var, by: number): Var => add(x, scalar(by, x));
export const relu = (x: Var): Var => op('Relu', [x], x.shape);
export const sigmoid = (x: Var): Var => op('Sigmoid', [x], x.shape);
export const tanh = (x: Var): Var => op('Tanh', [x], x.shape);
export const sqrt = (x: Var): Var => op('Sqrt', [x], x.shape);
/** x, and below zero so much of it. */
export const leakyRelu = (x: Var, slope: number): Var =>
  op('LeakyRelu', [x], x.shape, { alpha: { float: slope } });

/** x·sigmoid(x). QuickGelu with alpha 1 is SiLU in one kernel, on both backends. */
export const silu = (x: Var): Var => op('QuickGelu', [x], x.shape, { alpha: { float: 1 } }, ms);
/** x·sigmoid(1.702 x): https://github.com/openai/CLIP/blob/main/clip/model.py */
export const quickGelu = (x: Var): Var => op('QuickGelu', [x], x.shape, { alpha: { float: 1.702 } }, ms);
export const gelu = (x: Var): Var => op('Gelu', [x], x.shape);
/** gelu by tanh, which is a little off: torch's nn.GELU(approximate="tanh"). */
export const tanhGelu = (x: Var): Var => op('FastGelu', [x], x.shape, {}, ms);

/** The largest number of half precision in the place of what is beyond. */
export function bounded(x: Var): Var {
  if (x.dtype !== 'f16') return x;
  const end = (value: number): Var => cast(constant(Float32Array.of(value), [], x.target), 'f16');
  return op('Clip', [x, end(-65504), end(65504)], x.shape);
}

/** torch's x.chunk(count, dim=-1). */
export function chunk(x: Var, count: number): Var[] {
  const last = x.shape.length - 1;
  const part = x.shape[last]! / count;
  return Array.from({ length: count }, (_, i) => slice(x, last, i * part, (i + 1) * part));
}

/** [.., m, k] · [.., k, n] → [.., m, n]; where y is a matrix, it is the same for all of x. */
export const matmul = (x: Var, y: Var): Var => op('MatMul', [x, y], x.shape.with(-1, y.shape.at(-1)!));

// --- modules -------------------------------------------------------------------------------------------------

/**
 * nn.Linear, or a 1×1 convolution of tokens: the same bytes. x·Wᵀ + b in x's dtype; x: [..., in] → [..., out].
 * @param delicate what it gives goes past all later layers to the end: its weight is not packed into fewer than 8 bits.
 * @param biased whether its bias is added; by default, where it has one.
 */
export function linear(x: Var, p: Scope, { delicate = false, biased = p.has('bias') } = {}): Var {
  const dtype = x.dtype === 'f16' ? 'f16' : 'f32';
  const inner = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / inner;
  const outer = p.tensor('weight').shape[0]!;
  const bias = biased ? p.tensor('bias', { dtype }) : null;
  const flat = reshape(x, rows, inner);
  const { bits } = x.target;
  const y =
    bits && canBePacked(inner)
      ? packedProduct(flat, p, outer, bias, delicate ? 8 : bits)
      : op('Gemm', [flat, p.tensor('weight', { shape: [outer, inner], dtype }), bias], [rows, outer], {
          transB: 1,
        });
  return reshape(y, ...x.shape.slice(0, -1), outer);
}

/** x [rows, in] · weightᵀ + bias → [rows, out], with the weight of a module packed. */
function packedProduct(x: Var, p: Scope, outer: number, bias: Var | null, bits: Bits): Var {
  const [rows, inner] = x.shape as [number, number];
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

/** What ONNX Runtime's kernel for it takes: the widths of Stable Diffusion. Others are cut in two before. */
const SPLIT_GELU = [2560, 5120, 10240];

/** A linear layer, of whose output the first half is let through by gelu of the second: GEGLU (https://arxiv.org/abs/2002.05202). */
export function geglu(x: Var, p: Scope): Var {
  const [outer] = p.shape('weight') as [number];
  if (x.target.layout === 'nhwc' && p.has('bias') && SPLIT_GELU.includes(outer)) {
    const bias = p.tensor('bias', { dtype: x.dtype === 'f16' ? 'f16' : 'f32' });
    const y = linear(x, p, { biased: false });
    return op('BiasSplitGelu', [y, bias], y.shape.with(-1, outer / 2), {}, ms);
  }
  const [h, gate] = chunk(linear(x, p), 2) as [Var, Var];
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
  const [outer, inner, kh, kw] = weight.shape as [number, number, number, number];
  const [n, channels, h, w] = dims(x);
  if (weight.shape.length !== 4 || inner !== channels) {
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
  if (kh === 3 && kw === 3 && stride === 1 && !pad && winogradPays(x, outer)) return winograd(x, p);
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
  const width = x.shape.at(-1)!;
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
  const [n, , size] = x.shape as [number, number, number];
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

/**
 * ONNX Runtime's CPU kernel counts what a head multiplies, 2·S·L·d, in 32 bits where it is WebAssembly, and fails beyond:
 * at 512 pixels in the VAE. Half of what it can bear, as slices are not all of one size.
 */
const MAX_COUNT = 2 ** 29;

/**
 * softmax(q·kᵀ/√d)·v with the heads side by side in the last axis, as nn.MultiheadAttention has them.
 * q: [N, S, heads·d]; k, v: [N, L, heads·d] → [N, S, heads·d]
 * @param mask [S, L] or broadcastable, added to the scores.
 * @param scale of q·kᵀ, where it is not 1/√d.
 */
export function attention(q: Var, k: Var, v: Var, heads: number, mask?: Var, scale?: number): Var {
  const [n, s, width] = q.shape as [number, number, number];
  const scores = s * k.shape[1]!;
  const room = Math.ceil((n * heads * scores * 4) / q.target.maxScoreBytes);
  const count = q.target.layout === 'nchw' ? Math.ceil((scores * (width / heads)) / MAX_COUNT) : 1;
  const slices = Math.min(s, Math.max(room, count));
  if (slices > 1 && !mask) {
    const rows = Math.ceil(s / slices);
    const parts: Var[] = [];
    for (let from = 0; from < s; from += rows) {
      parts.push(attentionOnce(slice(q, 1, from, Math.min(s, from + rows)), k, v, heads));
    }
    const [first, ...rest] = parts as [Var, ...Var[]];
    return concat(1, first, ...rest);
  }
  return attentionOnce(q, k, v, heads, mask, scale);
}

function attentionOnce(q: Var, k: Var, v: Var, heads: number, mask?: Var, scale?: number): Var {
  const [n, s, width] = q.shape as [number, number, number];
  const l = k.shape[1]!;
  const d = width / heads;
  if (q.target.fusedAttention && !mask) {
    return op('MultiHeadAttention', [q, k, v], q.shape, { num_heads: heads }, ms);
  }
  const split = (x: Var, length: number, ...perm: number[]): Var =>
    transpose(reshape(x, n, length, heads, d), ...perm);
  const scores = op(
    'MatMul',
    [split(scaled(q, scale ?? d ** -0.5), s, 0, 2, 1, 3), split(k, l, 0, 2, 3, 1)],
    [n, heads, s, l],
  );
  const biased = mask ? add(scores, mask) : scores;
  const weights = op('Softmax', [biased], biased.shape, { axis: -1 });
  const mixed = op('MatMul', [weights, split(v, l, 0, 2, 1, 3)], [n, heads, s, d]);
  return reshape(transpose(mixed, 0, 2, 1, 3), n, s, width);
}

/** [length, length], −∞-like above the diagonal: a token sees itself and what came before. */
export function causalMask(length: number, like: Var): Var {
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data.fill(-65504, i * length + i + 1, (i + 1) * length);
  return cast(constant(data, [length, length], like.target), like.dtype === 'f16' ? 'f16' : 'f32');
}
