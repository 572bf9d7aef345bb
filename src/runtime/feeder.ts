/**
 * Weights on their way from the file to ONNX Runtime: read, converted and handed over one tensor at a time, so
 * that neither the tab nor the wasm heap ever holds a model.
 */
import { lastOf, mustGet, tuple } from '../checked';
import { aboutWeights, DrobeError } from '../errors';
import { sizeOf, type Kernels, type Packed, type Placement, type Range } from '../graph/graph';
import { BLOCK } from '../graph/packed';
import { transformed } from '../graph/winograd/filters';
import { checkFinite } from '../weights/values/finite';
import { convert, view } from '../weights/values/half';
import { transposed } from '../weights/values/lowrank';
import { pack } from '../weights/values/pack';
import type { TensorInfo } from '../weights/safetensors';
import { free, release, type ByteSource } from '../weights/source';
import { readTogether } from '../weights/together';
import { stagingInMemory, stagingOn } from './staging';

/** Changes a weight's numbers in place as they pass, such as to add LoRAs. */
export type Patch = (weights: Float32Array) => void;

export interface Feed {
  /** What InferenceSession.create takes as `externalData`. */
  readonly externalData: { readonly path: string; readonly data: Uint8Array }[];
  /** The first error met while feeding. ONNX Runtime reports only that loading failed. */
  readonly failed: () => unknown;
  /** Frees the memory that tensors passed through. To be called when all have. */
  readonly close: () => void;
}

/** Bytes that are read and converted at a time, a multiple of any number's size. */
const PIECE = 4 * 2 ** 20;

/**
 * @param patches by tensor name.
 * @param onBytes told after each tensor how many bytes of the graph's weights have passed.
 * @param name of the file that the weights are in, where it is not the checkpoint's.
 * @param device that they go to, if any.
 */
export function feed(
  placements: readonly Placement[],
  tensors: ReadonlyMap<string, TensorInfo>,
  source: ByteSource,
  patches: ReadonlyMap<string, Patch>,
  onBytes: (done: number, total: number) => void,
  name?: string,
  device?: GPUDevice | null,
): Feed {
  const files = new Map<string, Placement[]>();
  for (const placement of placements) {
    const inFile = files.get(placement.location);
    if (inFile) inFile.push(placement);
    else files.set(placement.location, [placement]);
  }
  const together = readTogether(
    source,
    placements.flatMap(({ key }) => tensors.get(key) ?? []),
  );
  const total = placements.reduce((n, placement) => n + placement.length, 0);
  const largest = placements.reduce((n, { length }) => Math.max(n, length), 0);
  const staging = device ? stagingOn(device, largest) : stagingInMemory(largest);
  /** Scales of packed weights, kept from when their codes were asked for. */
  const scales = new Map<string, Uint8Array<ArrayBuffer>[]>();
  /** Reused for each piece that is converted: new memory for each would cause full garbage collections. */
  let room = new ArrayBuffer(0);
  const roomFor = (bytes: number): ArrayBuffer =>
    (room = room.byteLength < bytes ? new ArrayBuffer(bytes) : room);
  let done = 0;
  let failure: unknown;

  const piecesOf = ({ key, dtype, form, ranges }: Placement): Iterable<Uint8Array<ArrayBuffer>> => {
    const info = tensors.get(key);
    if (!info) throw new DrobeError('missing-weight');
    const patch = patches.get(key);
    const sound = checked(info, together, name);
    const numbers = (to: 'F16' | 'F32'): Iterable<Uint8Array<ArrayBuffer>> =>
      patch || info.turned ? passing([whole(info, sound, patch, to)]) : converted(info, sound, to, roomFor);
    const wanted = dtype === 'f16' ? 'F16' : 'F32';
    if (ranges) return cutOut(partsOf(info, ranges), sound, wanted, roomFor);
    if (!form) return numbers(wanted);
    if (form.part === 'kernels') return kernelsOf(info, whole(info, sound, patch, 'F32'), form);
    const made = scales.get(key) ?? [];
    scales.delete(key);
    if (form.part === 'scales' && made.length > 0) return passing(made);
    return partOf(form, numbers('F32'), (of) => scales.set(key, [...(scales.get(key) ?? []), of]));
  };
  const pass = (placement: Placement, put: (piece: Uint8Array<ArrayBuffer>) => void): void => {
    let length = 0;
    for (const piece of piecesOf(placement)) {
      length += piece.length;
      if (length <= placement.length) put(piece);
    }
    if (length !== placement.length)
      throw new DrobeError('bad-weight', { reason: `${length} bytes, not ${placement.length}` });
    onBytes((done += placement.length), total);
  };
  const read = (placement: Placement): Uint8Array => {
    const key = tensors.get(placement.key)?.name ?? placement.key; // the name in its file
    try {
      return staging.take((put) => aboutWeights({ name, key }, () => pass(placement, put)), placement.length);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  const externalData = [...files].map(([path, inFile]) => {
    const byOffset = new Map(inFile.map((placement) => [placement.offset, placement]));
    const last = lastOf(inFile); // a group has at least one member
    return { path, data: lazyBytes(last.offset + last.length, (from) => read(mustGet(byOffset, from))) };
  });
  const close = (): void => {
    staging.close();
    free(new Uint8Array(room));
  };
  return { externalData, failed: () => failure, close };
}

/** The same source, which throws where a number read from it is not finite. */
export const checked = ({ name, dtype }: TensorInfo, source: ByteSource, file?: string): ByteSource => ({
  bytes: source.bytes,
  read(begin, end) {
    const bytes = source.read(begin, end);
    checkFinite(bytes, dtype, name, file);
    return bytes;
  },
});

/** Pieces in memory of their own, each of which is freed once it is through. */
function* passing(pieces: Iterable<Uint8Array<ArrayBuffer>>): Generator<Uint8Array<ArrayBuffer>> {
  for (const piece of pieces) {
    yield piece;
    free(piece);
  }
}

/** A tensor in the number format that is asked for, piece after piece; where it is stored so, as it was read. */
function* converted(
  { begin, end, dtype, shape }: TensorInfo,
  source: ByteSource,
  to: 'F16' | 'F32',
  roomFor: (bytes: number) => ArrayBuffer,
): Generator<Uint8Array<ArrayBuffer>> {
  const larger = ((to === 'F32' ? 4 : 2) * sizeOf(shape)) / (end - begin);
  for (let at = begin; at < end; at += PIECE) {
    const read = source.read(at, Math.min(at + PIECE, end));
    yield dtype === to ? read : convert(read, dtype, to, roomFor(larger * read.length));
    release(read);
  }
}

/** Where these of a tensor's numbers lie, each range like a tensor of its own. */
export const partsOf = (info: TensorInfo, ranges: readonly Range[]): TensorInfo[] => {
  const each = (info.end - info.begin) / sizeOf(info.shape);
  return ranges.map(([from, to]) => ({
    ...info,
    shape: [to - from],
    begin: info.begin + from * each,
    end: info.begin + to * each,
  }));
};

function* cutOut(
  parts: readonly TensorInfo[],
  source: ByteSource,
  to: 'F16' | 'F32',
  roomFor: (bytes: number) => ArrayBuffer,
): Generator<Uint8Array<ArrayBuffer>> {
  for (const part of parts) yield* converted(part, source, to, roomFor);
}

/** A whole tensor: transposed where it is stored so, and changed in full precision, whatever its type. */
export function whole(
  { begin, end, dtype, shape, turned }: TensorInfo,
  source: ByteSource,
  patch: Patch | undefined,
  to: 'F16' | 'F32',
): Uint8Array<ArrayBuffer> {
  const read = source.read(begin, end);
  const bytes = convert(read, dtype, 'F32'); // in memory of its own
  release(read);
  let data = new Float32Array(bytes.buffer);
  if (turned) {
    const [rows, columns] = tuple(shape, 2);
    data = transposed({ rows: columns, columns: rows, data }).data;
  }
  patch?.(data);
  const changed = new Uint8Array(data.buffer);
  return to === 'F32' ? changed : convert(changed, 'F32', to);
}

/** The kernels of a convolution, transformed. */
function* kernelsOf(
  { shape }: TensorInfo,
  stored: Uint8Array<ArrayBuffer>,
  { side }: Kernels,
): Generator<Uint8Array<ArrayBuffer>> {
  const [outer, inner] = tuple(shape, 4);
  const made = transformed(view(Float32Array, stored, 'F32'), [outer, inner], side);
  free(stored);
  yield* passing([new Uint8Array(made.buffer)]);
}

/** Codes or scales of the numbers in these pieces. @param keep gets the scales where codes are wanted. */
function* partOf(
  { part, bits, scaleType }: Packed,
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  keep: (scales: Uint8Array<ArrayBuffer>) => void,
): Generator<Uint8Array<ArrayBuffer>> {
  for (const piece of pieces) {
    const { codes, scales } = pack(view(Float32Array, piece, 'F32'), bits, BLOCK, scaleType);
    if (part === 'codes') keep(scales);
    yield* passing([part === 'codes' ? codes : scales]);
  }
}

/**
 * Looks like a byte array of this length to ONNX Runtime, which uses only `byteLength` and `subarray(begin, end)`
 * and asks for whole tensors. That is internal to it: the version is pinned, and a test feeds a graph this way.
 */
function lazyBytes(length: number, at: (begin: number) => Uint8Array): Uint8Array {
  return Object.defineProperties(new Uint8Array(0), {
    byteLength: { value: length },
    subarray: { value: at },
  });
}
