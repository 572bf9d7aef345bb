/** Bytes and the words in them. */
import { strFromU8, strToU8, unzlibSync } from 'fflate';

export const latin1 = (bytes: Uint8Array): string => strFromU8(bytes, true);
export const fromLatin1 = (text: string): Uint8Array<ArrayBuffer> => strToU8(text, true);
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => strToU8(text);

/** UTF-8, or null where it is none. */
export function fromUtf8(bytes: Uint8Array): string | null {
  const text = strFromU8(bytes);
  // A sign of its own, that decoders put where they find no letter; the text itself may have it, too.
  return text.includes('\ufffd') && !same(strToU8(text), bytes) ? null : text;
}

/** Of words that may be either: UTF-8 that is not plain ASCII is hardly ever anything else. */
export const textOf = (bytes: Uint8Array): string => fromUtf8(bytes) ?? latin1(bytes);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What a PNG calls XMP, and its texts here do whatever file they stand in. */
export const XMP = 'XML:com.adobe.xmp';

/** Packed text of strangers is unpacked up to here; a workflow of a thousand nodes is a tenth of it. */
export const LONGEST = 2 ** 23;

/** zlib's form of deflate. Null for what is not packed so, or for more than a text would ever be. */
export function unpacked(bytes: Uint8Array): Uint8Array | null {
  try {
    const room = Math.min(LONGEST, 1024 * bytes.length + 1024); // deflate makes a thousandth at the least
    const out = unzlibSync(bytes, { out: new Uint8Array(room) });
    return out.length < room ? out : null;
  } catch {
    return null;
  }
}
