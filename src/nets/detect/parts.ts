/** Which part of a model a tensor belongs to, by its name alone: also in files that cannot be run here. */
import { placeOf, type Place } from '../names/places';

/** People's names for the parts of a model, and for T5's tokenizer. */
export const partNames = {
  unet: 'UNet',
  mmdit: 'MMDiT',
  vae: 'VAE',
  text: 'text encoder',
  text2: 'second text encoder',
  t5: 'T5',
  tokenizer: 'tokenizer of T5',
} as const satisfies Record<Place | 'tokenizer', string>;

export type Part = (typeof partNames)[Place] | 'EMA copy' | 'other';

/** The part, or 'other' for a name that tells nothing. */
export function partOf(name: string): Part {
  if (name.startsWith('model_ema.')) return 'EMA copy';
  const found = placeOf(name);
  return found ? partNames[found.place] : 'other';
}

/** "UNet, VAE and text encoder" */
export const listed = (parts: readonly (keyof typeof partNames)[]): string =>
  enumerated(parts.map((part) => partNames[part]));

/** "one, two and three" */
export function enumerated(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
}
