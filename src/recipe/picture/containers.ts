/** Words in a picture's file, whatever its format. */
import { kindOf } from '../../canvas/kind';
import { jpegTexts, withJpegTexts } from './jpeg';
import { pngTexts, withPngTexts } from './png';
import { webpTexts, withWebpTexts } from './webp';

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

/**
 * The file with these texts. Null where it cannot hold them: a JPEG not more than 65,000 bytes, other formats none. A
 * JPEG is better not given a workflow.
 */
export function withTexts(file: Uint8Array, texts: Texts): Uint8Array<ArrayBuffer> | null {
  switch (kindOf(file)) {
    case 'PNG':
      return withPngTexts(file, texts);
    case 'JPEG':
      return withJpegTexts(file, texts);
    case 'WebP':
      return withWebpTexts(file, texts);
    default:
      return null;
  }
}
