/** A1111's variations of a seed: its noise turned towards another seed's, or laid into a picture of another size. */
import type { Latent } from './latent';

interface Shape {
  readonly channels: number;
  readonly h: number;
  readonly w: number;
}

/** Columns whose angle's cosine is more than this on average are taken for parallel. */
const PARALLEL = 0.9995;

/**
 * Spherical interpolation (Shoemake, 1985) of every column of every channel by itself: A1111 takes norms over the
 * height alone. Between noises that are nearly parallel it is linear, with the shares swapped: a slip of the original
 * that pictures depend on.
 *
 * @param share of the variation, 0 to 1.
 */
export function slerp(share: number, noise: Latent, variation: Latent, shape: Shape): Latent {
  const { channels, h, w } = shape;
  const columns = Array.from({ length: channels * w }, (_, column) => {
    const first = Math.floor(column / w) * h * w + (column % w);
    const places = Array.from({ length: h }, (_, y) => first + y * w);
    const unitColumn = (of: Latent): Latent => unit(places.map((at) => of[at]!));
    return { places, cosine: dot(unitColumn(noise), unitColumn(variation)) };
  });
  const mean = columns.reduce((sum, { cosine }) => sum + cosine, 0) / columns.length;
  if (mean > PARALLEL) return noise.map((v, i) => share * v + (1 - share) * variation[i]!);

  const out = new Float32Array(noise.length);
  for (const { places, cosine } of columns) {
    const angle = f32(Math.acos(cosine));
    const sine = f32(Math.sin(angle));
    const weight = (part: number): number => f32(f32(Math.sin(f32(part * angle))) / sine);
    const [a, b] = [weight(1 - share), weight(share)];
    for (const at of places) out[at] = f32(a * noise[at]!) + f32(b * variation[at]!);
  }
  return out;
}

// In single precision, as there: where a column is short, angles are often near 0 or π, and depend on it.
const f32 = Math.fround;

const dot = (a: Latent, b: Latent): number => a.reduce((sum, v, i) => f32(sum + f32(v * b[i]!)), 0);

function unit(column: readonly number[]): Latent {
  const values = Float32Array.from(column);
  const length = f32(Math.sqrt(dot(values, values)));
  return values.map((v) => v / length);
}

/** The noise of a picture of another size, in the middle of a picture of this size: what is larger is cut off. */
export function pasted(noise: Latent, from: Shape, ground: Latent, to: Shape): Latent {
  const out = ground.slice();
  const across = overlap(from.w, to.w);
  const down = overlap(from.h, to.h);
  for (let c = 0; c < to.channels; c++) {
    for (let y = 0; y < down.length; y++) {
      const source = (c * from.h + down.from + y) * from.w + across.from;
      const target = (c * to.h + down.to + y) * to.w + across.to;
      out.set(noise.subarray(source, source + across.length), target);
    }
  }
  return out;
}

/** A row of `from` numbers in the middle of one of `to`: where it begins in each, and how much of it is seen. */
function overlap(from: number, to: number): { from: number; to: number; length: number } {
  const margin = Math.floor((to - from) / 2);
  // Cut by as much on either side, so that a row whose length differs by an odd number leaves one place as it was.
  return margin >= 0
    ? { from: 0, to: margin, length: from }
    : { from: -margin, to: 0, length: from + 2 * margin };
}
