/**
 * The header of a .safetensors file: which tensors it holds, where they lie. Files are hostile until proven sound,
 * so everything is bounded before it is allocated, and a header is refused for whatever the reference library
 * (safetensors 0.8, Rust) refuses it for. Two things that library lets pass are refused as well, because the format's
 * description forbids them: equal keys, and a header that does not begin with {. Neither does a dimension above 2^53 pass,
 * which is possible only beside a dimension of 0.
 */
import { DrobeError } from '../errors';
import { JsonReader } from './json';
import { sniff, SNIFF_BYTES } from './sniff';

const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** Element types, as the format spells them. */
export type Dtype = keyof typeof BITS;

/** A tensor, as its file's header describes it. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Where its bytes begin and end, counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
  /** Whether it lies there with rows and columns swapped: `shape` is as it is used. No header says so. */
  readonly turned?: true;
}

/** All that is known of a file without reading its tensors. */
export interface Header {
  /** In the order in which they lie in the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Size of the file. */
  readonly bytes: number;
}

/** What a header can be read from: a Blob, or anything that hands out ranges of bytes. */
export interface Slices {
  readonly size: number;
  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

const MAX_HEADER = 100_000_000;
const MAX_RANK = 64;
const MAX_U64 = 2n ** 64n - 1n;
const BRACE = 0x7b;

const bad = (reason: string) => new DrobeError('bad-header', { reason });

/** A sound header, and what is wrong with the length of its file: the error of one that ends too early or too late, or null. */
export interface Peeked {
  readonly header: Header;
  readonly lack: DrobeError | null;
}

/** Reads and checks the header, and nothing but the header, of a .safetensors file. */
export async function readHeader(file: Slices): Promise<Header> {
  return ofWhole(await peekHeader(file));
}

/** So many noughts behind the last tensor are looked through. */
const MAX_PADDING = 2 ** 24;
/** So few bytes of anything are passed over: published files have them, and ComfyUI reads those. Whatever was joined is longer. */
const MAX_TRAILER = 64;

/**
 * As `readHeader`, but a file that goes on with nothing but noughts, as some disks and programs fill them up, or with a few
 * bytes of whatever, is described as if it ended before these: `bytes` says where. Noughts of a file elsewhere are not looked
 * through.
 */
export async function readPadded(file: Slices): Promise<Header> {
  const peeked = await peekHeader(file);
  const extra = peeked.lack?.code === 'file-too-long' ? Number(peeked.lack.facts['extraBytes']) : 0;
  if (extra === 0 || extra > MAX_PADDING) return ofWhole(peeked);
  if (extra <= MAX_TRAILER) return { ...peeked.header, bytes: file.size - extra };
  if (!(file instanceof Blob)) return ofWhole(peeked);
  const tail = await read(file, file.size - extra, file.size);
  return tail.some((byte) => byte !== 0) ? ofWhole(peeked) : { ...peeked.header, bytes: file.size - extra };
}

/** As `readHeader`, but gives the header of a file, too, that ends in the middle of its tensors or goes on after them. */
export async function peekHeader(file: Slices): Promise<Peeked> {
  if (file.size === 0) throw new DrobeError('file-empty');
  const head = await read(file, 0, Math.min(file.size, SNIFF_BYTES));
  const length = head.length < 8 ? 0 : Number(new DataView(head.buffer).getBigUint64(0, true));
  if (head[8] !== BRACE || length > MAX_HEADER) throw notAHeader(head, length, file.size);
  if (8 + length > file.size) throw cutInHeader(8 + length, file.size);

  const json = 8 + length <= head.length ? head.subarray(8, 8 + length) : await read(file, 8, 8 + length);
  return peek(json, file.size);
}

/** The header in the JSON after the length word, for a file of so many bytes. */
export function parseHeader(json: Uint8Array, bytes: number): Header {
  return ofWhole(peek(json, bytes));
}

function ofWhole({ header, lack }: Peeked): Header {
  if (lack) throw lack;
  return header;
}

function peek(json: Uint8Array, bytes: number): Peeked {
  const reader = new JsonReader(decode(json));
  const data = 8 + json.length;
  const found: TensorInfo[] = [];
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const name of reader.keys()) {
    if (name === '__metadata__') metadata = readMetadata(reader);
    else found.push(readTensor(reader, name, data));
  }
  reader.end();
  found.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const end = checkLayout(found, data);
  const header = { tensors: new Map(found.map((tensor) => [tensor.name, tensor])), metadata, bytes };
  return { header, lack: end === bytes ? null : end > bytes ? truncated(end, bytes) : tooLong(bytes - end) };
}

function readMetadata(reader: JsonReader): Map<string, string> {
  const metadata = new Map<string, string>();
  if (reader.takeNull()) return metadata;
  for (const key of reader.keys()) metadata.set(key, reader.string());
  return metadata;
}

function readTensor(reader: JsonReader, name: string, data: number): TensorInfo {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  for (const key of reader.keys()) {
    if (key === 'dtype') dtype = reader.string();
    else if (key === 'shape') shape = reader.integers(MAX_RANK);
    else if (key === 'data_offsets') offsets = reader.integers(2);
    else reader.skip();
  }
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    throw bad(`${shown(name)} lacks its dtype, shape or data_offsets`);
  }
  if (!isDtype(dtype)) throw bad(`${shown(name)} has the unknown dtype "${dtype.slice(0, 20)}"`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined) throw bad(`${shown(name)} has no end offset`);
  return { name, dtype, shape, begin: data + begin, end: data + end };
}

/** Tensors lie one after another, without holes or overlaps, each as long as its shape says. Gives where the last one ends. */
function checkLayout(tensors: readonly TensorInfo[], data: number): number {
  let at = data;
  for (const tensor of tensors) {
    if (tensor.begin !== at) throw bad(`${shown(tensor.name)} leaves a hole or overlaps its neighbour`);
    if (BigInt(tensor.end - tensor.begin) !== byteLength(tensor)) {
      throw bad(`${shown(tensor.name)} has offsets that do not fit its shape and dtype`);
    }
    at = tensor.end;
  }
  return at;
}

/** How many bytes the numbers of such a tensor take. @throws DrobeError 'bad-header' where no file could hold them. */
export function byteLength({ name, dtype, shape }: Pick<TensorInfo, 'name' | 'dtype' | 'shape'>): bigint {
  let elements = 1n;
  for (const size of shape) {
    elements *= BigInt(size);
    // Also above a later 0, as the reference does; and it keeps the products short.
    if (elements > MAX_U64) throw bad(`${shown(name)} has too large a shape`);
  }
  const bits = elements * BigInt(BITS[dtype]);
  if (bits > MAX_U64) throw bad(`${shown(name)} has too large a shape`);
  if (bits % 8n !== 0n) throw bad(`${shown(name)} does not fill whole bytes`);
  return bits / 8n;
}

/** Why a file that does not begin as a safetensors file does is none. */
function notAHeader(head: Uint8Array, length: number, bytes: number): DrobeError {
  const stranger = sniff(head);
  if (stranger) return stranger;
  if (bytes < 8) return cutInHeader(8, bytes);
  if (length > MAX_HEADER) {
    const reason = `a header of ${length} bytes, more than the ${MAX_HEADER} that are allowed`;
    return head[8] === BRACE ? bad(reason) : new DrobeError('file-is-other');
  }
  return bytes === 8 ? cutInHeader(8 + length, bytes) : bad('the header does not begin with {');
}

async function read(file: Slices, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.slice(begin, end).arrayBuffer().catch(unread));
  if (bytes.length < end - begin) throw truncated(file.size, begin + bytes.length);
  return bytes;
}

/** A person's file may be changed, moved or taken away, which a Blob tells by these. */
function unread(cause: unknown): never {
  if (cause instanceof DOMException && /^Not(?:Readable|Found)Error$/.test(cause.name))
    throw new DrobeError('file-unreadable', { reason: cause.message }, { cause });
  throw cause;
}

function decode(json: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch (cause) {
    throw new DrobeError('bad-header', { reason: 'the header is not UTF-8' }, { cause });
  }
}

const isDtype = (name: string): name is Dtype => Object.hasOwn(BITS, name);
const shown = (name: string) => `"${name.slice(0, 100)}"`;
const tooLong = (extraBytes: number) => new DrobeError('file-too-long', { extraBytes });
const truncated = (expectedBytes: number, actualBytes: number) =>
  new DrobeError('file-truncated', { expectedBytes, actualBytes });
/** How long the tensors would be is not known then. */
const cutInHeader = (expectedBytes: number, actualBytes: number) =>
  new DrobeError('file-truncated', { expectedBytes, actualBytes, cut: 'header' });
