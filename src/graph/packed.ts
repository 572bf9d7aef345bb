/** Which weights can be packed into 8 or 4 bits a number, and in what blocks: as ONNX Runtime's MatMulNBits has them. */
import { op, sizeOf } from './graph';
import type { Scope } from './scope';
import type { Bits, Packed, Shape, Var } from './var';

/** Numbers that share a scale: the only block that ONNX Runtime has a fast WebGPU kernel for where there are many rows. */
export const BLOCK = 32;

/** A block does not go on into the next row. @param inner the numbers of a row. */
export const canBePacked = (inner: number): boolean => inner % BLOCK === 0;

/** How many numbers are in a weight, or in that which this is a part of. */
export function countIn(shape: Shape, packed?: Packed): number {
  if (!packed) return sizeOf(shape);
  return packed.part === 'scales' ? sizeOf(shape) * BLOCK : (sizeOf(shape) * 8) / packed.bits;
}

/** x [rows, in] · weightᵀ + bias → [rows, out], with the weight of a module packed. */
export function packedProduct(x: Var, p: Scope, outer: number, bias: Var | null, bits: Bits): Var {
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
    { domain: 'com.microsoft' },
  );
}
