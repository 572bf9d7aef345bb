/**
 * UNets that only numbers tell from one that draws, those of two weights; names and shapes are the same. Code that reads a
 * file reads these two, and puts the result among its metadata.
 */
import type { Shape } from '../../graph/graph';
import { FIRST } from './models';

/** The key of that result. */
export const TOLD_BY_NUMBERS = 'drobe.told_by_numbers';

/** The kinds that only numbers tell. */
export type NumericKind = 'ic-light' | 'marigold';
const kinds: readonly string[] = ['ic-light', 'marigold'] satisfies NumericKind[];
export const isNumericKind = (kind: string | undefined): kind is NumericKind =>
  kind !== undefined && kinds.includes(kind);

const LAST_NORM = /(?:^|\.)(?:out\.0|conv_norm_out)\.weight$/;

const IN_VAE = /(?:^|\.)(?:en|de)coder\./;

interface Tensor {
  readonly name: string;
  readonly shape: Shape;
}

/** Input channels with a picture beside the latents: an instruction's, IC-Light's, an estimator's. */
const WITH_PICTURE = 8;

/**
 * The two weights to read of a UNet with a picture among its inputs, which may draw or not: the norm after its last block,
 * and its first convolution. Null for any other net.
 */
export function telling<T extends Tensor>(
  tensors: ReadonlyMap<string, T>,
): { readonly norm: T; readonly first: T } | null {
  const all = [...tensors.values()];
  const first = all.find(
    ({ name, shape: [outer = 0, inner, ...kernel] }) =>
      FIRST.test(name) && inner === WITH_PICTURE && kernel.length === 2 && outer <= 2048,
  );
  const norm = all.find(
    ({ name, shape }) =>
      LAST_NORM.test(name) && !IN_VAE.test(name) && shape.length === 1 && shape[0] === first?.shape[0],
  );
  return first && norm ? { norm, first } : null;
}

/**
 * What the numbers say, if anything. Weights of a norm are around 1, and hardly any is below 0; if they scatter around
 * 0, they are differences from another model's. IC-Light is published in this way
 * (https://github.com/lllyasviel/IC-Light, `sd_origin[k] + sd_offset[k]`).
 * A UNet that estimates depths or normals starts its training with a first convolution that treats the picture like the
 * latents (https://github.com/prs-eth/Marigold, `_replace_unet_conv_in`); one for instructions starts from zeros there.
 * @param first numbers of the first convolution, [out, in, 3, 3].
 */
export async function toldByNumbers(
  norm: Float32Array,
  { shape }: Tensor,
  first: () => Promise<Float32Array>,
): Promise<NumericKind | null> {
  if (isScattered(norm)) return 'ic-light';
  return halvesAgree(await first(), shape) ? 'marigold' : null;
}

/** Around 0, on both sides of it. All zeros tell nothing: they stand for the unread numbers of a file elsewhere. */
function isScattered(norm: Float32Array): boolean {
  const mean = norm.reduce((sum, value) => sum + value, 0) / norm.length;
  const below = norm.filter((value) => value < 0).length / norm.length;
  return Math.abs(mean) < 0.1 && below > 0.1;
}

/** Whether the two halves of the channels are treated much alike, by the cosine between their weights. */
function halvesAgree(weight: Float32Array, shape: Shape): boolean {
  const each = weight.length / shape[0]!; // of an output
  let [both, one, other] = [0, 0, 0];
  for (let out = 0; out < weight.length; out += each) {
    for (let i = 0; i < each / 2; i++) {
      const [a, b] = [weight[out + i]!, weight[out + each / 2 + i]!];
      both += a * b;
      one += a * a;
      other += b * b;
    }
  }
  return both > 0.5 * Math.sqrt(one * other);
}
