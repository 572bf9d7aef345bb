/** The texts in a picture's file, of any format. */
import { kindOf } from '../../canvas/kind';
import { jpegTexts } from './jpeg';
import { pngTexts } from './png';
import { webpTexts } from './webp';

/** By PNG keyword: "parameters", "workflow". A JPEG's or WebP's comment counts as "parameters". */
export type Texts = ReadonlyMap<string, string>;

/** Reads an untrusted file: what is damaged gives no text, and never an error. */
export function textsIn(file: Uint8Array): Texts {
  switch (kindOf(file)) {
    case 'PNG':
      return pngTexts(file);
    case 'JPEG':
      return jpegTexts(file);
    case 'WebP':
      return webpTexts(file);
    default:
      return new Map();
  }
}
