/** Safetensors files as tests need them: written from tensors, split, told apart. */
import { readHeader, type Dtype } from '../src/weights/safetensors';

export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export type StoredTensors = Map<string, StoredTensor>;

/** A file with these tensors, in this order. */
export function written(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Blob {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    const begin = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const json = new TextEncoder().encode(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return new Blob([length, json, ...[...tensors.values()].map(({ bytes }) => bytes)]);
}

/** All tensors of a file, in its order. */
export async function tensorsOf(file: Blob): Promise<StoredTensors> {
  const { tensors } = await readHeader(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  return new Map(
    [...tensors].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, bytes: bytes.slice(begin, end) },
    ]),
  );
}
