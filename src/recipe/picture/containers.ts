/** Words in a picture's file, whatever its format. */
import { kindOf } from '../../canvas/kind';
import { jpegTexts } from './jpeg';
import { pngTexts } from './png';
import { webpTexts } from './webp';

/** By what they are called in a PNG: "parameters", "workflow"; a JPEG's or WebP's comment is its "parameters". */
export type Texts = ReadonlyMap<string, string>;

/** A file of strangers: what is damaged gives nothing, and never an error. */
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
