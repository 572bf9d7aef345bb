/** Which nets of a checkpoint have their linear layers rounded where memory is short, and how far. */
import type { Bits } from '../graph/graph';
import type { Place } from './names/places';

/** To how many bits the weights of linear layers are rounded; null: not at all. */
export interface Rounding {
  /** Of the UNet or the MMDiT. */
  readonly denoiser: Bits | null;
  /** Of OpenCLIP-G. */
  readonly text2: 8 | null;
  readonly t5: 8 | null;
}

/** The bits for one net. CLIP-L is left alone: only 0.17 GB of it could be rounded, in half precision. */
export function bitsOf(net: Place, rounding: Rounding): Bits | null {
  switch (net) {
    case 'unet':
    case 'mmdit':
      return rounding.denoiser;
    case 'text2':
    case 't5':
      return rounding[net];
    case 'text':
    case 'vae':
      return null;
  }
}

/**
 * What may be rounded beside a denoiser in so many bits, the least rounding first. Best is the first with which all nets stay
 * on the device together; if none does, the first of all.
 *
 * In single precision rounded text encoders take two sevenths of the memory, and are always rounded. In half precision
 * OpenCLIP-G is rounded to make room for others. T5 never is: it goes through the device in parts that are as large either
 * way, and packing it takes longer than passing it on. Both keep 8 bits beside a denoiser in 4: in 4 the error of their output
 * would be some fifteen times as large.
 */
export function roundings(dtype: 'f32' | 'f16', denoiser: Bits | null): [Rounding, ...Rounding[]] {
  const alone: Rounding = { denoiser, text2: null, t5: null };
  if (denoiser === null) return [alone];
  return dtype === 'f32' ? [{ denoiser, text2: 8, t5: 8 }] : [alone, { ...alone, text2: 8 }];
}
