/**
 * How a model lies in the database. Its bytes are there in pieces, each under the hash of its bytes: what two models have
 * in common is there once. A model is a small record under ['meta', id] and a list of its pieces under ['parts', id]; both
 * are written last, together. Until then ['done', id, n] says which piece has become what, so that no piece is ever there
 * without a reason. One without is swept away.
 */
import { DrobeError } from '../errors';
import { allKeys, beginningWith, nameOf, readMany, transact, type Key } from './db';
import type { Segment } from './segments';

export const SCHEMA = 2;

export interface StoredModel {
  readonly schema: typeof SCHEMA;
  readonly id: string;
  /** Name of the file it came from. */
  readonly file: string;
  readonly bytes: number;
  /** `copy`: its bytes are in the database. `link`: they are read from the files where they lie. */
  readonly kind: 'copy' | 'link';
  /** When it was imported: milliseconds, as Date.now() counts them. */
  readonly added: number;
  /** Whatever the importer wants to remember with it. */
  readonly extra: unknown;
}

/** What is to be remembered of a model. */
export interface About {
  readonly file: string;
  readonly extra: unknown;
}

/** A piece, and where it is. */
export interface Part {
  readonly key: Key;
  readonly bytes: number;
}

/** The n-th piece of a model that is being written. */
export interface Piece {
  readonly n: number;
  readonly key: Key;
  readonly blob: Blob;
}

/** Where a piece of these bytes belongs. */
export const keyOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<Key> => ['segment', await nameOf(bytes)];

/** Writes pieces that are not there yet, and which of the model's pieces they are. */
export function putPieces(id: string, pieces: readonly Piece[], neededBytes: number): Promise<void> {
  return transact((store) => {
    for (const { n, blob, key } of pieces) {
      const there = store.count([...key]);
      there.onsuccess = () => {
        if (there.result === 0) store.put(blob, [...key]);
      };
      store.put(key, ['done', id, n]);
    }
  }, neededBytes);
}

/** Makes a model of the pieces that were put. */
export async function commit(id: string, segments: readonly Segment[], about: About): Promise<StoredModel> {
  const keys = await readMany<Key>(segments.map((_, n) => ['done', id, n]));
  const parts = segments.map(({ begin, end }, n): Part => {
    const key = keys[n];
    if (!key) throw new DrobeError('bug', { reason: `piece ${n} of ${about.file} was never put` });
    return { key, bytes: end - begin };
  });
  const meta = recordOf(id, 'copy', segments.at(-1)?.end ?? 0, about);
  await transact((store) => {
    store.put(parts, ['parts', id]);
    store.put(meta, ['meta', id]);
    store.delete(['download', id]);
    store.delete(beginningWith('done', id));
  });
  return meta;
}

export const recordOf = (
  id: string,
  kind: StoredModel['kind'],
  bytes: number,
  about: About,
): StoredModel => ({
  schema: SCHEMA,
  id,
  kind,
  bytes,
  added: Date.now(),
  file: about.file,
  extra: about.extra,
});

/** The Blobs of these pieces. @throws DrobeError 'model-damaged' where one is missing or cut. */
export async function blobsAt(parts: readonly Part[], file: string): Promise<Blob[]> {
  const blobs = await readMany<Blob>(parts.map(({ key }) => key));
  return parts.map(({ bytes }, n) => {
    const blob = blobs[n];
    if (blob?.size === bytes) return blob;
    const found = blob ? `has ${blob.size} bytes of ${bytes}` : 'is missing';
    throw new DrobeError('model-damaged', { file, reason: `part ${n + 1} of ${parts.length} ${found}` });
  });
}

/** The Blobs of a model that is being written, and undefined for those that are still to come. */
export async function openDone(id: string, count: number): Promise<(Blob | undefined)[]> {
  const keys = await readMany<Key>(Array.from({ length: count }, (_, n) => ['done', id, n]));
  const blobs = await readMany<Blob>(keys.filter((key) => key !== undefined));
  let next = 0;
  return keys.map((key) => key && blobs[next++]);
}

/** Which pieces of a model that is being written are there. */
export async function numbersDone(id: string): Promise<Set<number>> {
  const done = (await allKeys()).filter(([kind, of]) => kind === 'done' && of === id);
  return new Set(done.map(([, , n]) => n as number));
}

export const isCopy = (parts: unknown): parts is readonly Part[] => Array.isArray(parts);
