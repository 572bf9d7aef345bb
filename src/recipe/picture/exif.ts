/**
 * Text in EXIF, which JPEG and WebP carry: the user comment, as A1111 writes it (CIPA DC-008, 4.6.5), and the "prompt:…" and
 * "workflow:…" that ComfyUI puts into other text fields.
 */
import { latin1, LONGEST, textOf, viewOf } from '../bytes';

const COMMENT = 0x9286;
const EXIF_FOLDER = 0x8769;
const DESCRIPTION = 0x010e;
const LETTERS = 2;
const NUMBER = 4;

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly data: Uint8Array;
  /** The value, where it is one number: it may be the offset of another IFD. */
  readonly number: number;
}

/**
 * Texts under "parameters", "prompt" and "workflow".
 * @param tiff from its byte order mark on, with or without "Exif" before it.
 */
export function exifTexts(tiff: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  if (latin1(tiff.subarray(0, 6)) === 'Exif\0\0') tiff = tiff.subarray(6);
  const order = latin1(tiff.subarray(0, 4));
  if (tiff.length < 8 || (order !== 'II*\0' && order !== 'MM\0*')) return texts;
  const little = order === 'II*\0';
  const first = entriesOf(tiff, viewOf(tiff).getUint32(4, little), little);
  const folder = first.find(({ tag }) => tag === EXIF_FOLDER);
  const second = folder ? entriesOf(tiff, folder.number, little) : [];
  for (const { tag, type, data } of [...first, ...second]) {
    if (tag === COMMENT) {
      const words = commentIn(data, little);
      if (words !== null) texts.set('parameters', words);
    } else if (type === LETTERS) {
      const words = ended(textOf(data));
      const [, key, value] = /^(prompt|workflow):\s*(\{.*)$/is.exec(words) ?? [];
      if (key && value) texts.set(key.toLowerCase(), value);
      else if (tag === DESCRIPTION && words !== '' && !texts.has('parameters'))
        texts.set('parameters', words);
    }
  }
  return texts;
}

/** The entries of an IFD at an offset; none where it is not in the file. Text that reaches beyond the file's end is left out. */
function entriesOf(tiff: Uint8Array, at: number, little: boolean): Entry[] {
  const view = viewOf(tiff);
  if (at + 2 > tiff.length) return [];
  const count = Math.min(view.getUint16(at, little), Math.floor((tiff.length - at - 2) / 12));
  return Array.from({ length: count }, (_, i) => at + 2 + 12 * i).flatMap((entry) => {
    const [tag, type] = [view.getUint16(entry, little), view.getUint16(entry + 2, little)];
    const number = view.getUint32(entry + 8, little);
    const length = view.getUint32(entry + 4, little); // in bytes, for the types of text, the only ones that are read
    const from = length <= 4 ? entry + 8 : number;
    if (from + length > tiff.length || length > LONGEST)
      return type === NUMBER ? [{ tag, type, data: tiff.subarray(0, 0), number }] : [];
    return [{ tag, type, data: tiff.subarray(from, from + length), number }];
  });
}

/** The text without the NULs at its end. By hand: a regular expression would start over at each NUL of a long row. */
function ended(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\0') end--;
  return text.slice(0, end);
}

/**
 * The user comment, after the eight bytes that name its encoding. JIS is read only where it is ASCII: no tool writes other JIS.
 */
function commentIn(data: Uint8Array, little: boolean): string | null {
  const words = data.subarray(8);
  switch (ended(latin1(data.subarray(0, 8)))) {
    case 'UNICODE':
      return ended(utf16(words, little));
    case 'ASCII':
    case '':
      return ended(textOf(words));
    case 'JIS':
      return words.every((byte) => byte < 128 && byte !== 27) ? ended(latin1(words)) : null;
    default:
      return ended(textOf(data));
  }
}

/**
 * UTF-16, whose byte order tools disagree on: a byte order mark decides, else where ASCII letters have their zeros, else
 * `little`.
 */
function utf16(bytes: Uint8Array, little: boolean): string {
  const zeros = [0, 0];
  for (const [i, byte] of bytes.entries()) if (byte === 0) zeros[i % 2]!++; // two of them
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe ? true : bytes[0] === 0xfe && bytes[1] === 0xff ? false : null;
  const isLittle = mark ?? (zeros[0] === zeros[1] ? little : zeros[1]! > zeros[0]!);
  const view = viewOf(bytes);
  let text = '';
  for (let at = mark === null ? 0 : 2; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(view.getUint16(at, isLittle));
  }
  return text;
}
