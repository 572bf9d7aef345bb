/** What drawing a hint by hand begins with. */
import type { Size } from '../../../canvas/crop';
import type { Mask, Pixels } from '../../../canvas/pixels';

/** A hint's brightness as a mask; empty where there is no hint of this size, or one in colours. */
export function linesOf(hint: Pixels | null, { width, height }: Size): Mask {
  const alpha = new Uint8Array(width * height);
  if (hint?.width !== width || hint.height !== height) return { width, height, alpha };
  const { rgba } = hint;
  for (let i = 0; i < alpha.length; i++) {
    const grey = rgba[4 * i]!; // four bytes a pixel
    if (rgba[4 * i + 1] !== grey || rgba[4 * i + 2] !== grey) return { width, height, alpha: alpha.fill(0) };
    alpha[i] = grey;
  }
  return { width, height, alpha };
}
