/** ControlNet's content shuffle: keeps a picture's colours and warps its shapes. */
import { MersenneTwister } from '../../sampling/mersenne';
import type { Size } from '../crop';
import type { Pixels } from '../pixels';
import { resample } from '../resample';
import { pictureOf, planesOf } from './planes';

/** The distance between the flow's random values, in pixels; between them it is smooth. */
const GRAIN = 256;

/**
 * Takes each pixel from elsewhere, and neighbours from neighbouring places, by two smooth random fields. The same as ControlNet's
 * ContentShuffleDetector after numpy.random.seed(seed).
 */
export function shuffled(picture: Pixels, seed: number): Pixels {
  const { width, height } = picture;
  const random = new MersenneTwister(seed);
  const across = field(picture, random);
  const down = field(picture, random);
  const area = width * height;
  const planes = planesOf(picture);
  const out = new Float32Array(planes.length);
  for (let i = 0; i < area; i++) {
    const [x, y] = [across[i]! * (width - 1), down[i]! * (height - 1)];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, below] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
    const [along, under] = [x - left, y - top];
    for (let plane = 0; plane < out.length; plane += area) {
      const at = (column: number, row: number): number => planes[plane + row * width + column]!;
      const upper = at(left, top) * (1 - along) + at(right, top) * along;
      const lower = at(left, below) * (1 - along) + at(right, below) * along;
      out[plane + i] = upper * (1 - under) + lower * under;
    }
  }
  return pictureOf(out, picture);
}

/** A number for every pixel, smooth over GRAIN pixels; the least is 0 and the greatest 1. */
function field({ width, height }: Size, random: MersenneTwister): Float32Array {
  const from = { h: Math.floor(height / GRAIN) + 2, w: Math.floor(width / GRAIN) + 2 };
  const to = { h: height + 2 * GRAIN, w: width + 2 * GRAIN };
  const noise = Float32Array.from({ length: from.h * from.w }, () => uniform(random));
  const wide = resample(noise, from, to, 'bicubic');
  const middle = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (y + GRAIN) * to.w + GRAIN;
    middle.set(wide.subarray(row, row + width), y * width);
  }
  const [least, most] = middle.reduce(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Infinity, -Infinity],
  );
  const range = most > least ? most - least : 1;
  return middle.map((v) => (v - least) / range);
}

/** numpy's uniform numbers from 0 to below 1: 53 bits from two draws. */
function uniform(random: MersenneTwister): number {
  const high = random.uint32() >>> 5;
  return (high * 2 ** 26 + (random.uint32() >>> 6)) / 2 ** 53;
}
