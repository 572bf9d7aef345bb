/** A weight's bytes as a graph wants them, piece after piece: checked, changed, converted, cut, packed or transformed. */
import { tuple } from '../checked';
import { DrobeError } from '../errors';
import { sizeOf, type Kernels, type Packed, type Placement, type Range } from '../graph/graph';
import { BLOCK } from '../graph/packed';
import { transformed } from '../graph/winograd/filters';
import { checkFinite } from '../weights/values/finite';
import { convert, view } from '../weights/values/half';
import { transposed } from '../weights/values/lowrank';
import { pack } from '../weights/values/pack';
import type { TensorInfo } from '../weights/safetensors';
import { free, release, type ByteSource } from '../weights/source';

/** Changes a weight's numbers in place as they pass, such as to add LoRAs. */
export type Patch = (weights: Float32Array) => void;

/** Where the weights of a graph are. */
export interface Weights {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly source: ByteSource;
  /** Changes to weights on their way to the device, by name. */
  readonly patches?: ReadonlyMap<string, Patch>;
  /** What is read together with a weight, by its name: its scale. */
  readonly beside?: ReadonlyMap<string, TensorInfo>;
  /** What people call the file, where it is not the checkpoint's. */
  readonly name?: string;
}

/** Bytes that are read and converted at a time, a multiple of any number's size. */
const PIECE = 4 * 2 ** 20;

/** Reads the weights of one graph. */
export class TensorBytes {
  readonly #weights: Weights;
  /** Scales of packed weights, kept from when their codes were asked for. */
  readonly #scales = new Map<string, Uint8Array<ArrayBuffer>[]>();
  /** Reused for each piece that is converted: new memory for each would cause full garbage collections. */
  #room = new ArrayBuffer(0);

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  /** The bytes of one; each piece is to be used before the next is asked for. @throws DrobeError 'missing-weight', 'bad-weight' */
  *piecesOf({ key, dtype, form, ranges }: Placement): Generator<Uint8Array<ArrayBuffer>> {
    const { tensors, patches, source, name } = this.#weights;
    const info = tensors.get(key);
    if (!info) throw new DrobeError('missing-weight');
    const patch = patches?.get(key);
    const sound = checked(info, source, name);
    const numbers = (to: 'F16' | 'F32'): Iterable<Uint8Array<ArrayBuffer>> =>
      patch || info.turned
        ? passing([whole(info, sound, patch, to)])
        : converted(info, sound, to, this.#roomFor);
    const wanted = dtype === 'f16' ? 'F16' : 'F32';
    if (ranges) yield* cutOut(partsOf(info, ranges), sound, wanted, this.#roomFor);
    else if (!form) yield* numbers(wanted);
    else if (form.part === 'kernels') yield* kernelsOf(info, whole(info, sound, patch, 'F32'), form);
    else yield* this.#packed(key, form, () => numbers('F32'));
  }

  /** Frees the memory that pieces were converted in. */
  close(): void {
    free(new Uint8Array(this.#room));
  }

  *#packed(
    key: string,
    form: Packed,
    numbers: () => Iterable<Uint8Array<ArrayBuffer>>,
  ): Generator<Uint8Array<ArrayBuffer>> {
    const made = this.#scales.get(key) ?? [];
    this.#scales.delete(key);
    if (form.part === 'scales' && made.length > 0) yield* passing(made);
    else
      yield* partOf(form, numbers(), (scales) => {
        this.#scales.set(key, [...(this.#scales.get(key) ?? []), scales]);
      });
  }

  readonly #roomFor = (bytes: number): ArrayBuffer =>
    (this.#room = this.#room.byteLength < bytes ? new ArrayBuffer(bytes) : this.#room);
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
