/** Lines and soft edges, by filters alone. */
import type { Pixels } from '../pixels';
import { smoothed } from './gauss';
import { median } from './numbers';
import { greyOf, planesOf } from './planes';

/**
 * A scribble (white on black): pixels that are darker than their surroundings, by the difference of two blurs (Winnemöller, 2011,
 * "XDoG"; without its soft threshold).
 * @param threshold twice the difference must be above this. A higher one gives fewer lines.
 */
export function scribble(picture: Pixels, threshold: number): Pixels {
  const planes = planesOf(picture);
  const darker = leastOf(smoothed(planes, picture, 5), smoothed(planes, picture, 0.5));
  return greyOf(
    darker.map((by) => (2 * Math.ceil(by) > threshold ? 255 : 0)),
    picture,
  );
}

/** Line art (white on black) of dark lines on a light ground: how much darker each pixel is than its surroundings. */
export function lineArt(picture: Pixels): Pixels {
  const planes = planesOf(picture);
  const darker = leastOf(smoothed(planes, picture, 6), planes).map((by) => Math.min(Math.max(by, 0), 255));
  const lines = darker.filter((by) => by > 8);
  const usual = Math.max(16, lines.length > 0 ? median(lines) : 0);
  return greyOf(
    darker.map((by) => Math.floor((127 * by) / usual)),
    picture,
  );
}

/** The least difference a - b of the three colours: [3, h, w] each → [h, w]. */
function leastOf(a: Float32Array, b: Float32Array): Float32Array {
  const area = a.length / 3;
  return Float32Array.from({ length: area }, (_, i) =>
    Math.min(a[i]! - b[i]!, a[i + area]! - b[i + area]!, a[i + 2 * area]! - b[i + 2 * area]!),
  );
}

/**
 * Soft edges (white on black), a substitute for HED and PiDiNet: the sum of the gradients of a fine and a coarse blur, with the
 * strongest hundredth white. No net looks at the picture, so texture counts as much as outlines do.
 * @param softness width of the fine blur in pixels; the coarse one is three times as wide.
 */
export function softEdges(picture: Pixels, softness: number): Pixels {
  const planes = planesOf(picture);
  const slopesAt = (sigma: number): Float32Array =>
    slopes(smoothed(planes, picture, sigma), picture.width, sigma);
  const [fine, coarse] = [slopesAt(softness), slopesAt(3 * softness)];
  const edges = fine.map((slope, i) => slope + coarse[i]!);
  const sorted = edges.slice().sort();
  // In a picture of almost one colour nothing is an edge, however faint the strongest slope is.
  const most = Math.max(16, sorted[Math.floor(0.99 * (sorted.length - 1))]!);
  return greyOf(
    edges.map((edge) => (255 * edge) / most),
    picture,
  );
}

/** The steepest slope of the three colours: [3, h, w] → [h, w], times the width of the blur, which made it less steep. */
function slopes(planes: Float32Array, width: number, sigma: number): Float32Array {
  const area = planes.length / 3;
  const height = area / width;
  const out = new Float32Array(area);
  for (let plane = 0; plane < planes.length; plane += area) {
    for (let i = 0; i < area; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const across = planes[plane + i + (x + 1 < width ? 1 : 0)]! - planes[plane + i - (x > 0 ? 1 : 0)]!;
      const down =
        planes[plane + i + (y + 1 < height ? width : 0)]! - planes[plane + i - (y > 0 ? width : 0)]!;
      out[i] = Math.max(out[i]!, sigma * Math.sqrt(across * across + down * down));
    }
  }
  return out;
}
