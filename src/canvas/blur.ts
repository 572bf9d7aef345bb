/** Soft edges for a mask. */
import { grown } from './crop';
import { boundsOf, type Mask } from './pixels';

/** How far a blur reaches, in pixels: half of A1111's kernel. */
export const reachOf = (sigma: number): number => Math.floor(2.5 * sigma + 0.5);

/**
 * Gaussian blur. Beyond the picture's edge the last row or column is repeated, so that a mask painted up to the edge stays
 * full there. Only the surroundings of the mask are computed.
 * @param sigma in pixels; 0 gives the mask itself.
 */
export function blurred(mask: Mask, sigma: number): Mask {
  const reach = reachOf(sigma);
  const bounds = reach > 0 ? boundsOf(mask) : null;
  if (!bounds) return mask;
  const { width, height } = mask;
  const box = grown(bounds, reach, mask);
  const kernel = gaussian(sigma, reach);
  const across = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const row = mask.alpha.subarray((box.y + y) * width, (box.y + y + 1) * width);
    for (let x = 0; x < box.width; x++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        sum += kernel[k + reach]! * row[Math.min(Math.max(box.x + x + k, 0), width - 1)]!;
      }
      across[y * box.width + x] = sum;
    }
  }
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < box.height; y++) {
    // Beyond the box but inside the picture all is 0; beyond the picture its last row is repeated.
    const rows = Array.from(kernel, (weight, k) => {
      const row = Math.min(Math.max(box.y + y + k - reach, 0), height - 1) - box.y;
      return { weight, from: row * box.width, inside: row >= 0 && row < box.height };
    }).filter(({ inside }) => inside);
    for (let x = 0; x < box.width; x++) {
      let sum = 0;
      for (const { weight, from } of rows) sum += weight * across[from + x]!;
      alpha[(box.y + y) * width + box.x + x] = Math.round(sum);
    }
  }
  return { width, height, alpha };
}

function gaussian(sigma: number, reach: number): Float64Array {
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((weight) => weight / sum);
}
