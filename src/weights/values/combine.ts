/** What lies in other files as one safetensors file, without copying it: a header of its own, then their data as it lies. */
import { DrobeError } from '../../errors';
import type { Layout, Range } from '../store/layout';
import type { Header, TensorInfo } from '../safetensors';

/** One of the files, and what its tensors are called in the whole. */
export interface CombinedPart<F> {
  readonly file: F;
  readonly header: Header;
  /** Where the numbers lie that the header tells of, one after another; absent: behind it. */
  readonly ranges?: readonly Range<F>[];
  readonly rename: (name: string) => string;
}

/**
 * Files one after another, in the order given, as one safetensors file. Dtypes, shapes and bytes stay as they are.
 * @param metadata what the whole states about itself.
 * @throws DrobeError 'bad-header' when two tensors would have the same name.
 */
export function combine<F>(
  parts: readonly CombinedPart<F>[],
  metadata: ReadonlyMap<string, string> = new Map(),
): Layout<F> {
  const entries = [entry('__metadata__', Object.fromEntries(metadata))];
  const seen = new Set(['__metadata__']);
  let end = 0;
  for (const { header, rename } of parts) {
    const shift = end - dataStart(header);
    for (const tensor of header.tensors.values()) {
      const name = rename(tensor.name);
      if (seen.has(name)) {
        throw new DrobeError('bad-header', { reason: `the tensor "${name.slice(0, 100)}" twice` });
      }
      seen.add(name);
      entries.push(entry(name, infoOf(tensor, shift)));
      end = tensor.end + shift;
    }
  }
  const ranges = parts.flatMap(
    ({ file, header, ranges: own }) => own ?? [{ file, begin: dataStart(header), end: header.bytes }],
  );
  return { head: head(`{${entries.join()}}`), ranges };
}

/**
 * Tensors that lie anywhere in a file, as one safetensors file of them: a range for each, in the order given. Two may lie
 * at the same place.
 * @throws DrobeError 'bad-header' when one has the name that metadata has.
 */
export function inLine<F>(file: F, tensors: Iterable<TensorInfo>): Layout<F> {
  const entries: string[] = [];
  const ranges: Range<F>[] = [];
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.name === '__metadata__')
      throw new DrobeError('bad-header', { reason: 'a tensor "__metadata__"' });
    entries.push(entry(tensor.name, infoOf(tensor, end - tensor.begin)));
    end += tensor.end - tensor.begin;
    if (tensor.begin < tensor.end) ranges.push({ file, begin: tensor.begin, end: tensor.end });
  }
  return { head: head(`{${entries.join()}}`), ranges };
}

/** Joined by hand: an object would put names that are numbers first, and one called __proto__ nowhere. */
const entry = (name: string, value: unknown): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

const infoOf = ({ dtype, shape, begin, end }: TensorInfo, shift: number): unknown => ({
  dtype,
  shape,
  data_offsets: [begin + shift, end + shift],
});

/** Where a file's tensors begin: they lie in the header in the file's order. */
function dataStart({ tensors, bytes }: Header): number {
  for (const { begin } of tensors.values()) return begin;
  return bytes;
}

/** The length word and the JSON, padded with spaces so that the data begins at a multiple of 8 bytes. */
function head(json: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}
