/** A hint as a net is shown it: planar floats in 0…1. */
import { resized } from '../../canvas/hints/resize';
import type { Size } from '../../canvas/crop';
import type { Pixels } from '../job';

/** What is to be drawn anew, to a net for inpainting. */
const MASKED = -1;
const OPAQUE = 128;

/** RGBA → [channels, height, width] of what is drawn, one channel in shades of grey; −1 where a pixel is clear. */
export function hintPlanes(hint: Pixels, size: Size, channels: number): Float32Array {
  const isRight = hint.width === size.width && hint.height === size.height;
  const { rgba } = isRight ? hint : resized(hint, size, 'stretch');
  const area = size.width * size.height;
  const planes = new Float32Array(channels * area);
  for (let i = 0; i < area; i++) {
    const [r, g, b, a] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!, rgba[4 * i + 3]!];
    const colours = channels === 1 ? [luma(r, g, b)] : [r, g, b];
    for (const [c, value] of colours.entries()) planes[c * area + i] = a < OPAQUE ? MASKED : value / 255;
  }
  return planes;
}

/** ITU-R 601, as Pillow's "L". */
const luma = (r: number, g: number, b: number): number => Math.round((299 * r + 587 * g + 114 * b) / 1000);
