/** Safetensors files as tests need them: written from tensors, split, told apart. */
import { parseHeader, readHeader, type Dtype, type Header, type Slices } from '../src/weights/safetensors';

export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export type StoredTensors = Map<string, StoredTensor>;

/** Bytes in memory as a file is read. Node would copy all that it makes a Blob of. */
export const slicesOf = (bytes: Uint8Array<ArrayBuffer>): Slices => ({
  size: bytes.length,
  slice: (begin, end) => ({ arrayBuffer: () => Promise.resolve(bytes.slice(begin, end).buffer) }),
});

/** The header of a file in memory. */
export const headerOf = (bytes: Uint8Array<ArrayBuffer>): Promise<Header> => readHeader(slicesOf(bytes));

/** A file with these tensors, in this order. */
export function written(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata?: Readonly<Record<string, string>>,
): Blob {
  // In one piece: Node takes longer for a Blob of a thousand than for all else that is done with it.
  return new Blob([writtenBytes(tensors, metadata)]);
}

/** The bytes of a file with these tensors, in this order. @param behind bytes of nothing after them. */
export function writtenBytes(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
  behind = 0,
): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    const begin = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const json = new TextEncoder().encode(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }),
  );
  const file = new Uint8Array(8 + json.length + end + behind);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** One file of the tensors of several, each with its prefix before their names. */
export function merged(
  files: readonly { readonly file: Uint8Array<ArrayBuffer>; readonly prefix: string }[],
): Uint8Array<ArrayBuffer> {
  const all = files.flatMap(({ file, prefix }) => {
    const end = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    const { tensors } = parseHeader(file.subarray(8, end), file.length);
    return [...tensors.values()].map(
      ({ name, dtype, shape, begin, end: to }) =>
        [prefix + name, { dtype, shape, bytes: file.subarray(begin, to) }] as const,
    );
  });
  return writtenBytes(new Map(all));
}

/** All tensors of a file, in its order, and views of it. */
export async function tensorsOf(file: Blob | Uint8Array<ArrayBuffer>): Promise<StoredTensors> {
  const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
  return viewsOf(bytes, await headerOf(bytes));
}

/** Those tensors of a file that a header tells of. */
export const viewsOf = (bytes: Uint8Array<ArrayBuffer>, { tensors }: Header): StoredTensors =>
  new Map(
    [...tensors].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, bytes: bytes.subarray(begin, end) },
    ]),
  );
