/** Drawing with less memory than is best: what is given up, one thing after the other, where memory runs out. */
import type { LatentSize } from '../size';
import type { NetName, MemorySavings } from '../job';

/** A run that has all the memory it can use. */
export const noSavings: MemorySavings = { apart: false, single: false, turns: false, bits: null, tile: null };

/** What is being drawn, and with what. */
export interface Setting {
  readonly size: LatentSize;
  /** The side at which the model draws best, in latents. */
  readonly native: number;
}

/** In latents. */
const LARGEST_TILE = 64;

/** Of the side at which a model draws best, which is diffusers' choice. Smaller ones show a net too little to go by. */
const TILES = [1, 3 / 4, 1 / 2] as const;

/** The side of the largest tile that is smaller than the one before, or than the whole; null where there is none. */
export function smallerTile(tile: number | null, { size, native }: Setting): number | null {
  const before = tile ?? Math.max(size.h, size.w);
  const sides = TILES.map((share) => Math.round(Math.min(LARGEST_TILE, native) * share));
  return sides.find((side) => side < before) ?? null;
}

/**
 * What can be done without for the denoiser to find room, one thing more at a time: first this itself.
 * @param questions that it is asked in each step.
 * @param guided nets beside it run in each step, too.
 */
export function* savingsForDenoiser(
  savings: MemorySavings,
  questions: number,
  guided: boolean,
): Generator<MemorySavings, void> {
  let less = savings;
  yield less;
  if (!less.single && questions > 1) yield (less = { ...less, single: true });
  if (!less.turns && guided) yield (less = { ...less, turns: true });
  // Last, as it changes the picture.
  for (const bits of [8, 4] as const) {
    if (less.bits === null || less.bits > bits) yield (less = { ...less, bits });
  }
}

/** What takes memory beside what a net works in. */
export interface Pressure {
  /** Whether nets stay on the device together, as long as they are not kept apart. */
  readonly together: boolean;
  /** That the denoiser is asked in each step. */
  readonly questions: number;
  /** Whether nets that guide run in each step. */
  readonly guided: boolean;
  /** What weights are where they are not rounded. */
  readonly dtype: 'f32' | 'f16';
}

/**
 * What else to do without, once this net has found too little memory; null where nothing is left to try.
 */
export function furtherSavings(
  savings: MemorySavings,
  net: NetName,
  { together, questions, guided, dtype, ...setting }: Setting & Pressure,
): MemorySavings | null {
  if (together && !savings.apart) return { ...savings, apart: true };
  switch (net) {
    case 'UNet':
    case 'outer UNet':
    case 'MMDiT':
    case 'ControlNet': {
      const [, less = null] = savingsForDenoiser(savings, questions, guided);
      return less;
    }
    case 'VAE encoder':
    case 'VAE decoder':
    case 'TAESD': {
      const tile = smallerTile(savings.tile, setting);
      return tile === null ? null : { ...savings, tile };
    }
    case 'second text encoder':
    case 'T5':
      // See `roundings`.
      return dtype === 'f32' && savings.bits === null ? { ...savings, bits: 8 } : null;
    case 'text encoder':
    case 'text attention':
    case 'image encoder':
    case 'IP-Adapter':
    case 'T2I-Adapter':
    case 'upscaler': // has tiles of its own
    case 'hint net': // is shown less by itself
      return null;
  }
}
