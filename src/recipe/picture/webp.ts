/** Words in a WebP: EXIF in a chunk of its own, which needs the extended form of the file (RFC 9649, section 2.7). */
import { fromLatin1, joined, latin1, viewOf } from '../bytes';
import { exifTexts, exifWith } from './exif';

const EXIF = 'EXIF';
const HAS_EXIF = 8;
const HAS_ALPHA = 16;
const HEAD = 12;

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function* chunksOf(file: Uint8Array): Generator<Chunk> {
  const view = viewOf(file);
  for (let at = HEAD; at + 8 <= file.length;) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > file.length) return;
    yield { type: latin1(file.subarray(at, at + 4)), data: file.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}

export function webpTexts(file: Uint8Array): Map<string, string> {
  for (const { type, data } of chunksOf(file)) if (type === EXIF) return exifTexts(data);
  return new Map();
}

/** The file with these texts, in the place of all EXIF in it; null for a file that is not understood. */
export function withWebpTexts(
  file: Uint8Array,
  texts: ReadonlyMap<string, string>,
): Uint8Array<ArrayBuffer> | null {
  const chunks = [...chunksOf(file)].filter(({ type }) => type !== EXIF);
  const extended = headOf(chunks);
  if (!extended) return null;
  const rest = chunks.filter(({ type }) => type !== 'VP8X');
  const exif = { type: EXIF, data: exifWith(texts) };
  const body = joined([{ type: 'VP8X', data: extended }, ...rest, exif].map(bytesOf));
  const head = new Uint8Array(HEAD);
  head.set(fromLatin1('RIFF'));
  viewOf(head).setUint32(4, body.length + 4, true);
  head.set(fromLatin1('WEBP'), 8);
  return joined([head, body]);
}

function bytesOf({ type, data }: Chunk): Uint8Array {
  const out = new Uint8Array(8 + data.length + (data.length % 2));
  out.set(fromLatin1(type));
  viewOf(out).setUint32(4, data.length, true);
  out.set(data, 8);
  return out;
}

/** The chunk of flags and size: the file's own, or made from what the picture's first bytes tell. */
function headOf(chunks: readonly Chunk[]): Uint8Array | null {
  const own = chunks.find(({ type }) => type === 'VP8X');
  if (own) {
    if (own.data.length < 10) return null;
    const copy = own.data.slice();
    copy[0]! |= HAS_EXIF; // it has ten bytes
    return copy;
  }
  const [picture] = chunks;
  const size = picture && sizeOf(picture);
  if (!size) return null;
  const out = new Uint8Array(10);
  const view = viewOf(out);
  out[0] = HAS_EXIF | (size.alpha ? HAS_ALPHA : 0);
  // Each less one, in three bytes.
  view.setUint32(4, size.width - 1, true);
  view.setUint16(7, (size.height - 1) & 0xffff, true);
  out[9] = (size.height - 1) >> 16;
  return out;
}

function sizeOf({
  type,
  data,
}: Chunk): { readonly width: number; readonly height: number; readonly alpha: boolean } | null {
  const view = viewOf(data);
  if (type === 'VP8 ' && data.length >= 10) {
    return {
      width: view.getUint16(6, true) & 0x3fff,
      height: view.getUint16(8, true) & 0x3fff,
      alpha: false,
    };
  }
  if (type === 'VP8L' && data.length >= 5) {
    const bits = view.getUint32(1, true);
    return {
      width: (bits & 0x3fff) + 1,
      height: ((bits >> 14) & 0x3fff) + 1,
      alpha: (bits & 0x1000_0000) !== 0,
    };
  }
  return null;
}
