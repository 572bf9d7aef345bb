/** Coarser pictures: smaller, or in large squares of one colour. */
import type { Size } from '../crop';
import type { Pixels } from '../pixels';
import { scaled } from './planes';

/** A picture this many times smaller, each pixel the mean of those it covers; below 1.1 times, the picture itself. */
export function downsampled(picture: Pixels, times: number): Pixels {
  return times < 1.1 ? picture : scaled(picture, partOf(picture, times), 'area');
}

/** The colours of squares of 64 pixels, as T2I-Adapter's colour net was trained on. */
export const colourGrid = (picture: Pixels): Pixels =>
  scaled(scaled(picture, partOf(picture, 64), 'bicubic'), picture, 'nearest');

const partOf = ({ width, height }: Size, times: number): Size => ({
  width: Math.max(1, Math.floor(width / times)),
  height: Math.max(1, Math.floor(height / times)),
});
