/** What a server calls a file: RFC 6266, and what browsers make of headers that do not keep to it. */

/** The name in a Content-Disposition header, without a folder; null where there is none. */
export function nameIn(disposition: string | null): string | null {
  if (disposition === null) return null;
  const [, charset = '', extended = ''] =
    /(?:^|;)\s*filename\*\s*=\s*"?([\w-]+)'[^']*'([^;"]*)/i.exec(disposition) ?? [];
  const [, quoted, bare = ''] =
    /(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i.exec(disposition) ?? [];
  // Only these two are escaped: other backslashes are Windows'.
  const plain = quoted?.replace(/\\(["\\])/g, '$1') ?? bare;
  return bareName(read(percents(extended), charset) ?? '') || bareName(meant(plain)) || null;
}

/** Percents as the letters of Latin-1 that they stand for. */
const percents = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));

/**
 * Decodes a header, which arrives as Latin-1, one letter for each byte. Null where the bytes are no text in this charset.
 */
function read(latin: string, charset: string): string | null {
  try {
    const bytes = Uint8Array.from(latin, (letter) => letter.charCodeAt(0));
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What a name means that is sent as UTF-8 or percent-encoded, where neither is allowed: many servers do that. */
function meant(plain: string): string {
  const text = read(plain, 'UTF-8') ?? plain;
  return /%[\da-f]{2}/i.test(text) ? (read(percents(plain), 'UTF-8') ?? text) : text;
}

/** A name without folders: servers have no say in where files go. A name of dots alone is none. */
function bareName(path: string): string {
  const name = path.replace(/^.*[/\\]/s, '').replace(/\p{Cc}/gu, '');
  return /^[.\s]*$/.test(name) ? '' : name.trim();
}
