/** How much each picture that is part of the prompt counts, at each place of the feature maps that attend to it. */
import type { Mask } from '../../canvas/pixels';
import { resample, type Extent } from '../../canvas/resample';
import { sharesAt } from '../../nets/ip-adapter';
import type { Value } from '../../runtime/session';

/** Gives the inputs of a UNet's graph for latents of a size. @param weights of the pictures. */
export type Shares = (weights: readonly number[], latents: Extent) => Record<string, Value>;

/**
 * A mask is brought to the size of each feature map as diffusers' IPAdapterMaskProcessor brings it there: by torch's
 * "bicubic", which goes beyond 0 and 1 at hard edges. Where a side is no multiple of a map's, diffusers guesses that from
 * the number of places; here it is the map's own.
 * @param masks one for each picture, each laid over all that is drawn; undefined: it counts everywhere.
 */
export function sharesOf(masks: readonly (Mask | undefined)[]): Shares {
  // The same in all steps: brought to each size once.
  const known = new Map<string, (Float32Array | null)[]>();
  const masksAt = (size: Extent): (Float32Array | null)[] => {
    const key = `${size.h} ${size.w}`;
    const at = known.get(key) ?? masks.map((mask) => mask && brought(mask, size)).map((mask) => mask ?? null);
    known.set(key, at);
    return at;
  };
  return (weights, { h, w }) => {
    const shares: Record<string, Value> = {};
    for (let size = { h, w }; ; size = { h: Math.ceil(size.h / 2), w: Math.ceil(size.w / 2) }) {
      const places = size.h * size.w;
      const data = new Float32Array(weights.length * places);
      const shown = masksAt(size);
      for (const [n, weight] of weights.entries()) {
        const own = data.subarray(n * places, (n + 1) * places);
        const mask = shown[n];
        if (mask) own.set(mask.map((share) => weight * share));
        else own.fill(weight);
      }
      shares[sharesAt(places)] = { data, shape: [weights.length, places, 1] };
      if (places === 1) return shares;
    }
  };
}

function brought({ width, height, alpha }: Mask, size: Extent): Float32Array {
  const parts = new Float32Array(alpha).map((a) => a / 255);
  return resample(parts, { h: height, w: width }, size, 'bicubic');
}
