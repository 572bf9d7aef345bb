/** Which weights can be packed into 8 or 4 bits a number, and in what blocks: as ONNX Runtime's MatMulNBits has them. */
import { sizeOf, type Packed, type Shape } from './graph';

/** Numbers that share a scale: the only block that ONNX Runtime has a fast WebGPU kernel for where there are many rows. */
export const BLOCK = 32;

/** A block does not go on into the next row. @param inner the numbers of a row. */
export const canBePacked = (inner: number): boolean => inner % BLOCK === 0;

/** How many numbers are in a weight, or in that which this is a part of. */
export function countIn(shape: Shape, packed?: Packed): number {
  if (!packed) return sizeOf(shape);
  return packed.part === 'scales' ? sizeOf(shape) * BLOCK : (sizeOf(shape) * 8) / packed.bits;
}
