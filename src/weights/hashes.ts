/**
 * Hashes by which recipes name files: of a whole file, as A1111 and Civitai name checkpoints and embeddings ("AutoV2" is its
 * first ten digits), and of what lies behind a file's header, as they name LoRAs (its first twelve): a file keeps that when
 * only its metadata change.
 */
import { createSHA256 } from 'hash-wasm';
import { read, transact } from './db';
import { fieldsOf } from './records';
import type { Slices } from './safetensors';

/** SHA-256, in hexadecimal digits. */
export interface Hashes {
  readonly file: string;
  readonly tensors: string;
}

/** Read at a time, so that others have their turn in between. */
const SLICE = 2 ** 22;

/** @param tensorsFrom where the header ends. */
export async function hashesOf(file: Slices, tensorsFrom: number): Promise<Hashes> {
  const [whole, behind] = await Promise.all([createSHA256(), createSHA256()]);
  whole.init();
  behind.init();
  for (let at = 0; at < file.size;) {
    // No slice lies on both sides of the header's end.
    const end = Math.min(at + SLICE, at < tensorsFrom ? tensorsFrom : file.size, file.size);
    const bytes = new Uint8Array(await file.slice(at, end).arrayBuffer());
    whole.update(bytes);
    if (at >= tensorsFrom) behind.update(bytes);
    at = end;
  }
  return { file: whole.digest(), tensors: behind.digest() };
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[\da-f]{64}$/.test(value);

/** Those that were computed before. */
export async function keptHashes(id: string): Promise<Hashes | null> {
  const { file, tensors } = fieldsOf(await read<unknown>(['hashes', id]));
  return isHash(file) && isHash(tensors) ? { file, tensors } : null;
}

/** Remembers them as long as the model is there. */
export function keepHashes(id: string, hashes: Hashes): Promise<void> {
  return transact((store) => {
    const there = store.getKey(['meta', id]);
    there.onsuccess = () => {
      if (there.result !== undefined) store.put(hashes, ['hashes', id]);
    };
  });
}

/** Remembers those of a file that lies elsewhere. @param version by which it is told from what takes its place there. */
export const keepHashesElsewhere = (version: string, hashes: Hashes): Promise<void> =>
  transact((store) => {
    store.put(hashes, ['hashes', version]);
  });
