/**
 * 3 × 3 convolutions by Winograd's minimal filtering F(2 × 2, 3 × 3): four pixels at a time take 16 products for each pair of
 * channels instead of 36. Lavin and Gray (2015), arXiv 1509.09308, section 4.1, whose names for matrices these are.
 */
import { bytesPer, constant, op, type Var } from './graph';
import type { Scope } from './scope';
import { reshape, transpose } from './shapes';

/** Bᵀ: [4, 4], by which pixels are added up before. */
const B = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
] as const;

/** G: [4, 3], by which kernels are spread. */
const G = [
  [1, 0, 0],
  [1 / 2, 1 / 2, 1 / 2],
  [1 / 2, -1 / 2, 1 / 2],
  [0, 0, 1],
] as const;

/** Aᵀ: [2, 4], by which products are added up after. */
const A = [
  [1, 1, 1, 0],
  [0, 1, -1, -1],
] as const;

/** What a matrix does to the rows and then to the columns of a square, as one matrix: its Kronecker product with itself. */
const alongBoth = (matrix: readonly (readonly number[])[]): Float32Array =>
  Float32Array.from(matrix.flatMap((a) => matrix.flatMap((b) => a.flatMap((u) => b.map((v) => u * v)))));

/** Worked out once: a UNet has dozens of convolutions, and is authored for every size of a picture. */
const [FORWARD, SPREADING, BACK] = [alongBoth(B), alongBoth(G), alongBoth(A)];

/** Of what stands between the steps, four times a feature map: WebAssembly has 4 GB for everything. */
const MOST_BYTES = 2 ** 27;
/** Of spread kernels: those of 2560 channels to 1280 take 210 MB. */
const MOST_SPREAD_BYTES = 2 ** 28;

/** Whether a 3 × 3 convolution of this feature map to so many channels is quicker this way. */
export function winogradPays(x: Var, outer: number): boolean {
  const { winograd, layout } = x.target;
  if (!winograd || layout !== 'nchw' || x.dtype !== 'f32') return false;
  const [n, inner, h, w] = x.shape as [number, number, number, number];
  if (h % 2 !== 0 || w % 2 !== 0) return false;
  const tiles = (h * w) / 4;
  const bytes = (numbers: number): number => numbers * 16 * bytesPer.f32;
  if (bytes(n * Math.max(inner, outer) * tiles) > MOST_BYTES || bytes(inner * outer) > MOST_SPREAD_BYTES)
    return false;
  return tiles >= winograd.tiles && (inner * outer) / (inner + outer) >= winograd.channels;
}

/** nn.Conv2d with 3 × 3 kernels and a padding of 1; x: [N, C, H, W] with even H and W. */
export function winograd(x: Var, p: Scope): Var {
  const [n, inner, h, w] = x.shape as [number, number, number, number];
  const [outer] = p.shape('weight') as [number];
  const tiles = (h / 2) * (w / 2);
  const kernels = reshape(spread(p, outer, inner), 16, 1, outer, inner);
  const forward = constant(FORWARD, [16, 1, 1, 4, 4], x.target);
  // Channels are an axis along which nothing is added up: so the sixteen sums come to stand outermost, where products want them.
  const overlapping = { kernel_shape: [1, 4, 4], strides: [1, 2, 2], pads: [0, 1, 1, 0, 1, 1] };
  const image = reshape(x, 1, 1, n * inner, h, w);
  const summed = op('Conv', [image, forward], [1, 16, n * inner, h / 2, w / 2], overlapping);
  const apart = reshape(summed, 16, n, inner, tiles);
  const products = op('MatMul', [kernels, apart], [16, n, outer, tiles]);
  const back = constant(BACK, [4, 16], x.target);
  const each = n * outer * tiles;
  const pixels = op('MatMul', [back, reshape(products, 16, each)], [4, each]);
  const placed = transpose(reshape(pixels, 2, 2, n, outer, h / 2, w / 2), 2, 3, 4, 0, 5, 1);
  const whole = reshape(placed, n, outer, h, w);
  return p.has('bias') ? op('Add', [whole, p.tensor('bias', { shape: [outer, 1, 1] })], whole.shape) : whole;
}

/** 3 × 3 kernels, spread over 4 × 4 by G·g·Gᵀ: [1, 16, outer · inner]. */
function spread(p: Scope, outer: number, inner: number): Var {
  const { winograd } = p.target;
  const by = constant(SPREADING, [16, 1, 9], p.target, { open: winograd?.sparing ?? false });
  // In the file they stand one behind the other, nine numbers each: a line, along which they are convolved themselves.
  const line = p.tensor('weight', { shape: [1, 1, 9 * outer * inner] });
  const stepping = { kernel_shape: [9], strides: [9], pads: [0, 0] };
  return op('Conv', [line, by], [1, 16, outer * inner], stepping);
}
