/**
 * Which weights can be packed into 8 or 4 bits a number, and in what blocks, as ONNX Runtime's MatMulNBits has them; and of how many
 * stored numbers any form of a weight is made.
 */
import { sizeOf, type Kernels, type Packed, type Shape } from './graph';

/** How many numbers share a scale. For many rows, ONNX Runtime has a fast WebGPU kernel for this block size only. */
export const BLOCK = 32;

/** Whether rows consist of whole blocks. @param inner numbers in a row. */
export const canBePacked = (inner: number): boolean => inner % BLOCK === 0;

/** How many numbers a weight of this shape is made of, as it is stored. */
export function countIn(shape: Shape, form?: Packed | Kernels): number {
  const count = sizeOf(shape);
  if (!form) return count;
  if (form.part === 'kernels') return (count * 9) / (form.side + 2) ** 2;
  return form.part === 'scales' ? count * BLOCK : (count * 8) / form.bits;
}
