/** 3 × 3 convolutions Winograd's way, where that is quicker than ONNX Runtime's kernel. */
import { dims } from '../feature-map';
import { bytesPer, constant, op, type Var } from '../graph';
import { shapeOf, type Scope } from '../scope';
import { reshape, transpose } from '../shapes';
import { alongBoth, four, two, type Filter } from './filters';
import { filteredNchw } from './nchw';
import { filteredNhwc } from './nhwc';

/** Most bytes of transformed kernels: 1280 to 1280 channels take 236 MB in squares of 4, 2560 to 1280 take 210 MB in squares of 2. */
const MOST_KERNEL_BYTES = 2 ** 28;

/**
 * On WebGPU, most bytes of transformed kernels, of transformed pixels and of products, as every adapter binds so many. (On the CPU
 * larger feature maps are cut into bands of rows.)
 */
const MOST_BOUND_BYTES = 2 ** 27;

/** The quickest filter for a 3 × 3 convolution of this map to so many channels; null: ONNX Runtime's kernel is quicker. */
export function filterFor(x: Var, outer: number): Filter | null {
  const { winograd, layout } = x.target;
  if (!winograd || x.dtype !== 'f32') return null;
  const [n, inner, h, w] = dims(x);
  if ((inner * outer) / (inner + outer) < winograd.channels) return null;
  const { tiles, tilesEveryRun = tiles } = winograd;
  const least = winograd.once ? tiles : tilesEveryRun;
  const cards = layout === 'nhwc';
  const pays = ({ side }: Filter): boolean => {
    if (h % side > 0 || w % side > 0) return false;
    const squares = ((cards ? n : 1) * h * w) / side ** 2;
    const bytes = (numbers: number): number => numbers * (side + 2) ** 2 * bytesPer.f32;
    const fits = cards
      ? Math.max(bytes(inner * outer), bytes(squares * Math.max(inner, outer))) <= MOST_BOUND_BYTES
      : bytes(inner * outer) <= MOST_KERNEL_BYTES;
    return fits && squares >= least[side];
  };
  return [four, two].find(pays) ?? null;
}

/** nn.Conv2d with 3 × 3 kernels and a padding of 1; x: a feature map in whole squares of the filter. */
export function winograd(x: Var, p: Scope, filter: Filter): Var {
  const [outer, inner] = shapeOf(p, 'weight', 4);
  const nhwc = x.target.layout === 'nhwc';
  const kernels = kernelsOf(p, [outer, inner], filter);
  const y = nhwc ? filteredNhwc(x, kernels, filter) : filteredNchw(x, kernels, filter);
  const bias = (): Var => p.tensor('bias', { shape: nhwc ? [outer] : [outer, 1, 1] });
  return p.has('bias') ? op('Add', [y, bias()], y.shape) : y;
}

/**
 * The kernels, transformed: [sums, in, out] for feature maps of [N, H, W, C], [sums, out, in] for [N, C, H, W]. What is
 * transformed once, ONNX Runtime transforms on the CPU; for WebGPU it is done as they are read, as they would otherwise all lie in
 * WebAssembly's memory first.
 */
function kernelsOf(
  p: Scope,
  [outer, inner]: readonly [outer: number, inner: number],
  { side, G }: Filter,
): Var {
  const { winograd, layout } = p.target;
  const sums = G.length ** 2;
  if (layout === 'nhwc' && winograd?.once)
    return p.kernels('weight', { part: 'kernels', side }, [sums, inner, outer]);
  const by = constant(alongBoth(G), [sums, 1, 9], p.target, { open: !winograd?.once });
  if (layout === 'nhwc') {
    const each = p.tensor('weight', { shape: [outer * inner, 9] });
    const made = op('Gemm', [reshape(by, sums, 9), each, null], [sums, outer * inner], { transB: 1 });
    return transpose(reshape(made, sums, outer, inner), 0, 2, 1);
  }
  // In the file kernels follow each other, nine numbers each: a convolution along that line, in steps of nine, transforms them.
  const line = p.tensor('weight', { shape: [1, 1, 9 * outer * inner] });
  const stepping = { kernel_shape: [9], strides: [9], pads: [0, 0] };
  return reshape(op('Conv', [line, by], [1, sums, outer * inner], stepping), sums, outer, inner);
}
