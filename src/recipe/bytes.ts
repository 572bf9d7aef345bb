/** Bytes, and the text in them. */
import { strFromU8, strToU8, unzlibSync } from 'fflate';

/** Bytes as text, each one letter. */
export const latin1 = (bytes: Uint8Array): string => strFromU8(bytes, true);
/** The bytes of a text whose letters are all below 256. */
export const fromLatin1 = (text: string): Uint8Array<ArrayBuffer> => strToU8(text, true);
/** The bytes of a text in UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => strToU8(text);

/** The bytes decoded as UTF-8; null where they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  const text = strFromU8(bytes);
  // Decoders put U+FFFD where bytes are not valid UTF-8; but the text itself may contain it, too.
  return text.includes('\ufffd') && !same(strToU8(text), bytes) ? null : text;
}

/** Decodes text that may be UTF-8 or Latin-1: bytes beyond ASCII that are valid UTF-8 are hardly ever anything else. */
export const textOf = (bytes: Uint8Array): string => fromUtf8(bytes) ?? latin1(bytes);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The bytes of all, one after the other. */
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

/** The PNG keyword for XMP, used here for the XMP of any file format. */
export const XMP = 'XML:com.adobe.xmp';

/**
 * Longest text that is read from an untrusted file, in bytes, also after unpacking; a workflow of a thousand nodes takes a tenth.
 */
export const LONGEST = 2 ** 23;

/** Inflates zlib data (RFC 1950). Null for anything else, and for `LONGEST` bytes or more. */
export function unpacked(bytes: Uint8Array): Uint8Array | null {
  try {
    const room = Math.min(LONGEST, 1024 * bytes.length + 1024); // deflate packs to a thousandth at best
    const out = unzlibSync(bytes, { out: new Uint8Array(room) });
    return out.length < room ? out : null;
  } catch {
    return null;
  }
}
