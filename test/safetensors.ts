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
  // In one piece: Node takes longer for a Blob of a thousand than for all else that is done with it.
  const file = new Uint8Array(8 + json.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return new Blob([file]);
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
