/** Text in a WebP: EXIF in a chunk of its own, which needs the extended form of the file (RFC 9649, section 2.7). */
import { latin1, viewOf } from '../bytes';
import { exifTexts } from './exif';

const EXIF = 'EXIF';
const HEAD = 12;

export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The whole chunks of a file, in its order. */
export function* chunksOf(file: Uint8Array): Generator<Chunk> {
  const view = viewOf(file);
  for (let at = HEAD; at + 8 <= file.length;) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > file.length) return;
    yield { type: latin1(file.subarray(at, at + 4)), data: file.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}

/** All texts of a file, by the names of their EXIF fields. */
export function webpTexts(file: Uint8Array): Map<string, string> {
  for (const { type, data } of chunksOf(file)) if (type === EXIF) return exifTexts(data);
  return new Map();
}
