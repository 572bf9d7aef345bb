/** 3 × 3 kernels as Winograd's way takes them: spread over 4 × 4 by G·g·Gᵀ (see `graph/winograd.ts`). */

/** G: [4, 3]. */
const G = [
  [1, 0, 0],
  [1 / 2, 1 / 2, 1 / 2],
  [1 / 2, -1 / 2, 1 / 2],
  [0, 0, 1],
] as const;

/** A kernel's nine numbers → its sixteen: [16, 9]. */
const SPREAD = G.flatMap((row) => G.map((column) => row.flatMap((a) => column.map((b) => a * b))));

/** @param kernels one after the other, nine numbers each → sixteen planes, in each a number of every kernel. */
export function spreadKernels(kernels: Float32Array): Float32Array<ArrayBuffer> {
  const count = kernels.length / 9;
  const spread = new Float32Array(16 * count);
  for (const [place, by] of SPREAD.entries()) {
    const plane = spread.subarray(place * count, (place + 1) * count);
    for (const [i, factor] of by.entries()) {
      if (factor !== 0) for (let n = 0; n < count; n++) plane[n]! += factor * kernels[9 * n + i]!;
    }
  }
  return spread;
}
