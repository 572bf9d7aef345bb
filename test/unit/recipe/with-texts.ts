/** Pictures with texts in them, written as A1111, ComfyUI and Pillow write them: what the readers are tried on. */
import { kindOf } from '../../../src/canvas/kind';
import { fromLatin1, joined, latin1, viewOf } from '../../../src/recipe/bytes';
import { isExif, segmentsOf } from '../../../src/recipe/picture/jpeg';
import { chunksOf as pngChunks, pngTextChunk } from '../../../src/recipe/picture/png';
import { chunksOf as webpChunks, type Chunk } from '../../../src/recipe/picture/webp';

type Texts = ReadonlyMap<string, string>;

/** Bytes around the data of a PNG's chunk: its length, type and checksum. */
const AROUND = 12;
/** Bytes before a WebP's first chunk. */
const HEAD = 12;
const HAS_EXIF = 8;
const HAS_ALPHA = 16;
const APP0 = 0xe0;
const APP1 = 0xe1;
/** The length of a JPEG's segment, its own two bytes included, has two bytes. */
const LONGEST_SEGMENT = 0xffff;

/** EXIF: tags, and types of values. */
const COMMENT = 0x9286;
const EXIF_FOLDER = 0x8769;
const MAKE = 0x010f;
const MODEL = 0x0110;
const LETTERS = 2;
const NUMBER = 4;
const ANYTHING = 7;

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

/** The file with these texts, in the place of those that it has under the same keywords. */
function withPngTexts(file: Uint8Array, texts: Texts): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { type, data, at } of pngChunks(file)) {
    const end = at + AROUND + data.length;
    const isText = type === 'tEXt' || type === 'zTXt' || type === 'iTXt';
    if (isText && texts.has(latin1(data.subarray(0, Math.max(0, data.indexOf(0)))))) {
      parts.push(file.subarray(from, at));
      from = end;
    } else if (type === 'IHDR') {
      parts.push(file.subarray(from, end), ...[...texts].map(([key, text]) => pngTextChunk(key, text)));
      from = end;
    }
  }
  parts.push(file.subarray(from));
  return joined(parts);
}

/** The file with these texts, in the place of all EXIF in it; null where they are too long for a JPEG. */
function withJpegTexts(file: Uint8Array, texts: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> | null {
  const data = joined([fromLatin1('Exif\0\0'), exifWith(texts)]);
  if (data.length + 2 > LONGEST_SEGMENT) return null;
  const head = Uint8Array.of(0xff, APP1, (data.length + 2) >> 8, (data.length + 2) & 255);
  const parts: Uint8Array[] = [];
  let from = 0;
  let put = 2; // behind the first mark, or JFIF's segment, which comes first
  for (const segment of segmentsOf(file)) {
    if (segment.marker === APP0 && segment.from === put) put = segment.to;
    if (!isExif(segment)) continue;
    parts.push(file.subarray(from, segment.from));
    from = segment.to;
  }
  const rest = joined([...parts, file.subarray(from)]);
  return joined([rest.subarray(0, put), head, data, rest.subarray(put)]);
}

/** The file with these texts, in the place of all EXIF in it; null for a file that is not understood. */
function withWebpTexts(file: Uint8Array, texts: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> | null {
  const chunks = [...webpChunks(file)].filter(({ type }) => type !== 'EXIF');
  const extended = headOf(chunks);
  if (!extended) return null;
  const rest = chunks.filter(({ type }) => type !== 'VP8X');
  const exif = { type: 'EXIF', data: exifWith(texts) };
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

/** Such data with these texts, from the mark of byte order on. As A1111 writes it: most significant byte first. */
function exifWith(texts: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const letters = (key: string, tag: number): [number, number, Uint8Array][] => {
    const text = texts.get(key);
    return text === undefined ? [] : [[tag, LETTERS, fromLatin1(`${key}:${ascii(text)}\0`)]];
  };
  const parameters = texts.get('parameters');
  const comment = parameters === undefined ? null : joined([fromLatin1('UNICODE\0'), bigEndian(parameters)]);
  const firsts = [...letters('workflow', MAKE), ...letters('prompt', MODEL)];
  const firstAt = 8;
  const count = firsts.length + (comment ? 1 : 0);
  const firstEnd = firstAt + 2 + 12 * count + 4;
  const firstLength = firsts.reduce((sum, [, , data]) => sum + even(data.length), 0);
  const secondAt = firstEnd + firstLength;
  const link: [number, number, Uint8Array][] = comment ? [[EXIF_FOLDER, NUMBER, uint32(secondAt)]] : [];
  const second: [number, number, Uint8Array][] = comment ? [[COMMENT, ANYTHING, comment]] : [];
  return joined([
    fromLatin1('MM\0*'),
    uint32(firstAt),
    folder(firstAt, [...firsts, ...link]),
    ...(comment ? [folder(secondAt, second)] : []),
  ]);
}

/** A folder of values, those longer than a number behind it. */
function folder(
  at: number,
  entries: readonly (readonly [tag: number, type: number, data: Uint8Array])[],
): Uint8Array {
  const out = new Uint8Array(2 + 12 * entries.length + 4);
  const view = viewOf(out);
  view.setUint16(0, entries.length);
  const behind: Uint8Array[] = [];
  let end = at + out.length;
  for (const [i, [tag, type, data]] of entries.entries()) {
    const entry = 2 + 12 * i;
    view.setUint16(entry, tag);
    view.setUint16(entry + 2, type);
    view.setUint32(entry + 4, type === NUMBER ? data.length / 4 : data.length);
    if (data.length <= 4) {
      out.set(data, entry + 8);
      continue;
    }
    view.setUint32(entry + 8, end);
    behind.push(data, new Uint8Array(even(data.length) - data.length));
    end += even(data.length);
  }
  return joined([out, ...behind]);
}

const even = (length: number): number => length + (length % 2);

function uint32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  viewOf(out).setUint32(0, value);
  return out;
}

function bigEndian(text: string): Uint8Array {
  const out = new Uint8Array(2 * text.length);
  const view = viewOf(out);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i));
  return out;
}

/** JSON in plain letters. */
const ascii = (json: string): string =>
  json.replace(/[\x7f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
