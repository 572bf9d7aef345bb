/** Text in a PNG: the chunks tEXt, zTXt and iTXt of its specification, section 11.3.3. */
import { fromLatin1, fromUtf8, joined, latin1, LONGEST, textOf, unpacked, utf8, viewOf } from '../bytes';

/** By keyword, such as "parameters"; where one is repeated, its first text counts. */
export type Texts = ReadonlyMap<string, string>;

const SIGNATURE_LENGTH = 8;
/** Bytes around a chunk's data: length, type and checksum. */
const AROUND = 12;

/** A PNG's texts; a truncated file gives those before its end. */
export function pngTexts(file: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { type, data } of chunksOf(file)) {
    if (data.length > LONGEST) continue;
    const end = data.indexOf(0);
    if (end < 1) continue;
    const key = latin1(data.subarray(0, end));
    const text = texts.has(key) ? null : wordsIn(type, data.subarray(end + 1));
    if (text !== null) texts.set(key, text);
  }
  return texts;
}

/** The whole chunks of a file, in its order. @returns with `at` their first byte, that of the length. */
export function* chunksOf(
  file: Uint8Array,
): Generator<{ readonly type: string; readonly data: Uint8Array; readonly at: number }> {
  const view = viewOf(file);
  for (let at = SIGNATURE_LENGTH; at + AROUND <= file.length;) {
    const length = view.getUint32(at);
    if (at + AROUND + length > file.length) return;
    const type = latin1(file.subarray(at + 4, at + 8));
    yield { type, data: file.subarray(at + 8, at + 8 + length), at };
    at += AROUND + length;
  }
}

/** The text in what follows a keyword's NUL; null where it cannot be read. */
function wordsIn(type: string, data: Uint8Array): string | null {
  switch (type) {
    case 'tEXt': // Latin-1 by the specification; some tools write UTF-8
      return textOf(data);
    case 'zTXt': {
      const words = unpacked(data.subarray(1)); // after the compression method, of which there is only one
      return words && textOf(words);
    }
    case 'iTXt': {
      const language = data.indexOf(0, 2);
      const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
      if (translated < 0) return null;
      const words = data.subarray(translated + 1);
      const plain = data[0] === 1 ? unpacked(words) : words;
      return plain && fromUtf8(plain);
    }
    default:
      return null;
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of data) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8); // the table has 256 entries
  return ~c >>> 0;
}

/** A chunk as it is in a file, with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(data.length + AROUND);
  const view = viewOf(out);
  view.setUint32(0, data.length);
  out.set(fromLatin1(type), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc(out.subarray(4, data.length + 8)));
  return out;
}

/** A chunk in Latin-1, which every reader knows, where that suffices; else an international one in UTF-8. */
export function pngTextChunk(key: string, text: string): Uint8Array<ArrayBuffer> {
  if (/^[\n\x20-\x7e\xa1-\xff]*$/.test(text)) {
    const words = fromLatin1(text);
    if (textOf(words) === text) return pngChunk('tEXt', joined([fromLatin1(`${key}\0`), words]));
  }
  // Not compressed, no language, no translated keyword.
  return pngChunk('iTXt', joined([fromLatin1(`${key}\0\0\0\0\0`), utf8(text)]));
}
