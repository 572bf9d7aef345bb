/** Which weights can be packed into 8 or 4 bits a number, and in what blocks: as ONNX Runtime's MatMulNBits has them. */
import { sizeOf, type Packed, type Shape } from './graph';

/** How many numbers share a scale. For many rows, ONNX Runtime has a fast WebGPU kernel for this block size only. */
export const BLOCK = 32;

/** Whether rows consist of whole blocks. @param inner numbers in a row. */
export const canBePacked = (inner: number): boolean => inner % BLOCK === 0;

/** How many numbers a weight has; of a packed one, those it was packed from. */
export function countIn(shape: Shape, packed?: Packed): number {
  if (!packed) return sizeOf(shape);
  return packed.part === 'scales' ? sizeOf(shape) * BLOCK : (sizeOf(shape) * 8) / packed.bits;
}
