/** Fills a hole with colours from around it. */
import { lastOf } from '../checked';
import type { Mask, Pixels } from './pixels';

/** A picture as [r, g, b, weight] with premultiplied colours. */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/**
 * Pull-push (Gortler et al., 1996, "The Lumigraph", section 3.4): what is known is averaged in ever smaller pictures,
 * and from the smallest back to the largest each hole takes the colours of the level below.
 * @param hole of the picture's size; where it is grey, known and filled colours are mixed.
 */
export function filled(picture: Pixels, hole: Mask): Pixels {
  const levels: Level[] = [known(picture, hole)];
  for (let level = levels[0]!; level.width > 1 || level.height > 1;) levels.push((level = pulled(level)));
  complete(lastOf(levels).data);
  for (let i = levels.length - 1; i > 0; i--) push(levels[i]!, levels[i - 1]!);

  const { data } = levels[0]!;
  const rgba = picture.rgba.slice();
  for (let i = 0; i < hole.alpha.length; i++) {
    if (hole.alpha[i] === 0) continue; // its bytes are kept
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[4 * i + c]!;
  }
  return { width: picture.width, height: picture.height, rgba };
}

function known({ width, height, rgba }: Pixels, { alpha }: Mask): Level {
  const data = new Float32Array(4 * width * height);
  for (let i = 0; i < alpha.length; i++) {
    const weight = 1 - alpha[i]! / 255;
    for (let c = 0; c < 3; c++) data[4 * i + c] = rgba[4 * i + c]! * weight;
    data[4 * i + 3] = weight;
  }
  return { width, height, data };
}

/** Halves the size: four pixels become one, which is fully known once their weights sum to 1. */
function pulled(fine: Level): Level {
  const [width, height] = [(fine.width + 1) >> 1, (fine.height + 1) >> 1];
  const data = new Float32Array(4 * width * height);
  for (let y = 0; y < fine.height; y++) {
    for (let x = 0; x < fine.width; x++) {
      const from = 4 * (y * fine.width + x);
      const to = 4 * ((y >> 1) * width + (x >> 1));
      for (let c = 0; c < 4; c++) data[to + c] = data[to + c]! + fine.data[from + c]!;
    }
  }
  for (let i = 0; i < data.length; i += 4) {
    const weight = Math.max(data[i + 3]!, 1);
    for (let c = 0; c < 4; c++) data[i + c] = data[i + c]! / weight;
  }
  return { width, height, data };
}

/** Completes the one pixel of the smallest level; grey where nothing is known at all. */
function complete(data: Float32Array): void {
  const weight = data[3]!;
  for (let c = 0; c < 3; c++) data[c] = weight > 0 ? data[c]! / weight : 127.5;
}

/** Fills what is missing in `fine` from `coarse`, bilinearly. */
function push(coarse: Level, fine: Level): void {
  for (let y = 0; y < fine.height; y++) {
    const [above, below, down] = between(y, coarse.height);
    for (let x = 0; x < fine.width; x++) {
      const at = 4 * (y * fine.width + x);
      const missing = 1 - fine.data[at + 3]!;
      if (missing <= 0) continue;
      const [left, right, along] = between(x, coarse.width);
      const colour = (row: number, column: number, c: number): number =>
        coarse.data[4 * (row * coarse.width + column) + c]!;
      for (let c = 0; c < 3; c++) {
        const upper = colour(above, left, c) * (1 - along) + colour(above, right, c) * along;
        const lower = colour(below, left, c) * (1 - along) + colour(below, right, c) * along;
        fine.data[at + c] = fine.data[at + c]! + missing * (upper * (1 - down) + lower * down);
      }
    }
  }
}

/** The two coarse pixels around a fine one, and how far it lies towards the second. */
function between(fine: number, length: number): [first: number, second: number, share: number] {
  const at = Math.min(Math.max((fine - 0.5) / 2, 0), length - 1);
  const first = Math.floor(at);
  return [first, Math.min(first + 1, length - 1), at - first];
}
