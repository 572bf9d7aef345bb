/**
 * Where the files in a zip lie (PKWARE, APPNOTE 6.3: central directory, with the 64-bit fields). Nothing is unpacked: what
 * is asked for must be stored as it is, as torch.save stores it. Zips are hostile until proven sound.
 */
import { DrobeError } from '../../errors';
import type { Slices } from '../safetensors';

/** A file in a zip, as its directory tells of it. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  /** Whether its bytes lie in the zip as they are: neither packed nor encrypted. */
  readonly stored: boolean;
  /** Where its local header begins; its bytes come behind that. */
  readonly at: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** The end record without its comment, which has at most 2^16 - 1 bytes. */
const END_BYTES = 22;
const MOST_COMMENT = 0xffff;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** A model of ten thousand tensors has a directory of about a megabyte. */
const MOST_DIRECTORY = 2 ** 24;

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });

/** The files in a zip by their names. @throws DrobeError 'bad-pickle' */
export async function readZip(file: Slices): Promise<ReadonlyMap<string, ZipEntry>> {
  const { begin, end } = await directoryOf(file);
  const view = await viewOf(file, begin, end);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < view.byteLength;) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY)
      throw bad('its directory is broken');
    const length = (by: number): number => view.getUint16(at + by, true);
    const name = at + ENTRY_BYTES;
    const extra = name + length(28);
    const comment = extra + length(30);
    const next = comment + length(32);
    if (next > view.byteLength) throw bad('its directory is cut');
    const entry = entryAt(view, at, decode(view, name, extra), extra, comment);
    if (entries.has(entry.name)) throw bad(`it has two files "${entry.name.slice(0, 100)}"`);
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** Where the bytes of a stored file begin in the zip. @throws DrobeError 'bad-pickle' where they are not all there. */
export async function dataOf(file: Slices, { name, at, bytes, stored }: ZipEntry): Promise<number> {
  const shown = name.slice(0, 100);
  if (!stored) throw bad(`"${shown}" in it is packed`);
  const view = await viewOf(file, at, at + LOCAL_BYTES);
  if (view.getUint32(0, true) !== LOCAL) throw bad(`"${shown}" is not where its directory says`);
  const begin = at + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (begin + bytes > file.size) throw bad(`"${shown}" is cut`);
  return begin;
}

/** These bytes of a file. @throws DrobeError 'bad-pickle' where it ends before */
export async function viewOf(file: Slices, begin: number, end: number): Promise<DataView<ArrayBuffer>> {
  if (!(begin >= 0 && begin <= end && end <= file.size)) throw bad('it ends too early');
  const bytes = await file.slice(begin, end).arrayBuffer();
  if (bytes.byteLength < end - begin) throw bad('it ends too early');
  return new DataView(bytes);
}

/** The directory lies before the end record, which is last; in a large zip another one comes before that. */
async function directoryOf(file: Slices): Promise<{ readonly begin: number; readonly end: number }> {
  const start = Math.max(0, file.size - END_BYTES - MOST_COMMENT);
  const tail = await viewOf(file, start, file.size);
  let at = tail.byteLength - END_BYTES;
  while (at >= 0 && !isEnd(tail, at)) at--;
  if (at < 0) throw bad('its end is missing');
  let [bytes, begin] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  const locator = at - 20;
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64) {
    const there = exact(tail.getBigUint64(locator + 8, true));
    const end64 = await viewOf(file, there, there + 56);
    if (end64.getUint32(0, true) !== END_64) throw bad('its end is broken');
    [bytes, begin] = [exact(end64.getBigUint64(40, true)), exact(end64.getBigUint64(48, true))];
  }
  if (bytes > MOST_DIRECTORY) throw bad(`its directory has ${bytes} bytes`);
  return { begin, end: begin + bytes };
}

/** The mark of the end may stand in a comment, too; then the length of what follows does not fit. */
const isEnd = (tail: DataView, at: number): boolean =>
  tail.getUint32(at, true) === END && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength;

function entryAt(view: DataView, at: number, name: string, extra: number, extraEnd: number): ZipEntry {
  const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  const stored = view.getUint16(at + 10, true) === 0 && !isEncrypted;
  // What does not fit into 32 bits is all ones there, and follows in this order in the field with the tag 1.
  const large = large64(view, extra, extraEnd);
  const number = (by: number): number => {
    const small = view.getUint32(at + by, true);
    return small === 0xffffffff ? large() : small;
  };
  const [bytes, packed, local] = [number(24), number(20), number(42)]; // in this order, as the large ones follow each other
  if (stored && packed !== bytes) throw bad(`"${name.slice(0, 100)}" has two lengths`);
  return { name, bytes, stored, at: local };
}

/** Gives the 64-bit numbers of an entry one after another. */
function large64(view: DataView, extra: number, end: number): () => number {
  let [at, stop] = [end, end];
  for (let field = extra; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    at = field + 4;
    stop = Math.min(end, at + view.getUint16(field + 2, true));
    break;
  }
  return () => {
    if (at + 8 > stop) throw bad('its directory lacks a length');
    at += 8;
    return exact(view.getBigUint64(at - 8, true));
  };
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('it has a length above 2^53');
  return Number(value);
}

function decode(view: DataView<ArrayBuffer>, begin: number, end: number): string {
  // Names in other alphabets than UTF-8 are none that are asked for.
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + begin, end - begin));
}
