/** Recognises pictures by the first bytes of their files. Decoding is left to the platform. */

export type Kind =
  | 'PNG'
  | 'JPEG'
  | 'GIF'
  | 'WebP'
  | 'BMP'
  | 'AVIF'
  | 'HEIC'
  | 'JPEG XL'
  | 'PSD'
  | 'TIFF'
  | 'SVG';

/** The media type of each format. */
export const mediaTypes: Readonly<Record<Kind, string>> = {
  PNG: 'image/png',
  JPEG: 'image/jpeg',
  GIF: 'image/gif',
  WebP: 'image/webp',
  BMP: 'image/bmp',
  AVIF: 'image/avif',
  HEIC: 'image/heic',
  'JPEG XL': 'image/jxl',
  PSD: 'image/vnd.adobe.photoshop',
  TIFF: 'image/tiff',
  SVG: 'image/svg+xml',
};

/** The format of a picture; null where it is not known here. */
export function kindOf(file: Uint8Array): Kind | null {
  const at = (start: number, length: number) => String.fromCharCode(...file.subarray(start, start + length));
  const head = at(0, 4);
  if (head === '\x89PNG') return 'PNG';
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head === 'GIF8') return 'GIF';
  if (head === 'RIFF' && at(8, 4) === 'WEBP') return 'WebP';
  if (head === 'II*\0' || head === 'MM\0*') return 'TIFF';
  if (head.startsWith('BM')) return 'BMP';
  if (head === '8BPS') return 'PSD';
  if (head.startsWith('\xff\x0a') || at(4, 4) === 'JXL ') return 'JPEG XL';
  if (at(4, 4) === 'ftyp') {
    if (/^avi[fs]/.test(at(8, 4))) return 'AVIF';
    if (/^(?:hei|hev|mif1|msf1)/.test(at(8, 4))) return 'HEIC';
  }
  return /<svg[\s>]/i.test(at(0, 2000)) ? 'SVG' : null;
}

/** Whether a PNG has 16 bits a channel, of which browsers keep 8. */
export const isDeep = (file: Uint8Array): boolean => kindOf(file) === 'PNG' && file[24] === 16;

/** Whether a JPEG is CMYK: its frame header has four components. */
export function isForPrint(file: Uint8Array): boolean {
  if (kindOf(file) !== 'JPEG') return false;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 2; at + 9 < file.length && file[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = file[at + 1]!; // in the file
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return file[at + 9] === 4;
    if (marker === 0xda) return false; // pixels
  }
  return false;
}

/** Whether this format may have transparency. */
export const mayBeClear = (kind: Kind | null): boolean => kind !== 'JPEG' && kind !== 'BMP';

/** Whether a picture is animated. */
export function moves(file: Uint8Array): boolean {
  switch (kindOf(file)) {
    case 'GIF':
      return gifFrames(file) > 1;
    case 'PNG':
      return pngFrames(file) > 1;
    case 'WebP':
      return text(file, 12) === 'VP8X' && (file[20]! & 2) !== 0; // a chunk of flags: 2 is "animated"
    default:
      return false;
  }
}

/**
 * Counts a GIF's frames. After header and colour table come blocks, each ending in a chain of sub-blocks; 0x2c is an image.
 */
function gifFrames(file: Uint8Array): number {
  const colours = (flags = 0) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let frames = 0;
  let at = 13 + colours(file[10]);
  while (file[at] === 0x2c || file[at] === 0x21) {
    if (file[at] === 0x2c) {
      frames++;
      at += 11 + colours(file[at + 9]);
    } else {
      at += 2;
    }
    for (let run = file[at]; run; run = file[at]) at += run + 1;
    at++;
  }
  return frames;
}

/** An animated PNG has a chunk acTL, with the number of frames, before its pixels. */
function pngFrames(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 8; at + 12 <= file.length && text(file, at + 4) !== 'IDAT'; at += view.getUint32(at) + 12) {
    if (text(file, at + 4) === 'acTL') return view.getUint32(at + 8);
  }
  return 1;
}

const text = (file: Uint8Array, at: number) => String.fromCharCode(...file.subarray(at, at + 4));
