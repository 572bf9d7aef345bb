/**
 * How a model is kept in the database. Its bytes are in pieces, each under the hash of its bytes: what two models have in
 * common is stored once. A model is a small record under ['meta', id] and a list of its pieces under ['parts', id], both
 * written last, together; for a downloaded one, ['origin', id] says where its bytes came from. Until then ['done', id, n]
 * says under which name piece n was stored, so that every piece has an owner; pieces without one are swept away. While a
 * piece is being downloaded, ['begun', id, n, at] holds what has arrived of it from offset `at` on.
 */
import { DrobeError } from '../../errors';
import { allKeys, beginningWith, nameOf, readMany, transact, type Key, getIn } from '../db';
import type { Begun } from '../download/missing-pieces';
import { SCHEMA, addedOf, isKey, type Part, type StoredModel } from './records';
import type { Segment } from '../segments';

/** What is to be remembered of a model. */
export interface About {
  readonly file: string;
  readonly extra: unknown;
}

/** The n-th piece of a model that is being written. */
export interface Piece {
  readonly n: number;
  readonly key: Key;
  readonly blob: Blob;
}

/** Where a piece of this name belongs. */
export const keyNamed = (name: string): Key => ['segment', name];

/** Where a piece of these bytes belongs. */
export const keyOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<Key> => keyNamed(await nameOf(bytes));

/** Writes pieces that are not there yet or are truncated, and records which of the model's pieces they are. */
export function putPieces(id: string, pieces: readonly Piece[], neededBytes: number): Promise<void> {
  return transact((store) => {
    for (const { n, blob, key } of pieces) {
      const there = getIn<Blob>(store, key);
      there.onsuccess = () => {
        if (there.result?.size !== blob.size) store.put(blob, [...key]);
      };
      store.delete(beginningWith('begun', id, n));
      store.put(key, ['done', id, n]);
    }
  }, neededBytes);
}

/** Stores what has arrived of a piece. */
export function putBegun(id: string, { n, at, bytes }: Begun): Promise<void> {
  return transact((store) => {
    store.put(new Blob([bytes]), ['begun', id, n, at]);
  }, bytes.length);
}

/** What has arrived of incomplete pieces, by their numbers. */
export async function piecesBegun(id: string): Promise<Map<number, Blob>> {
  const keys = (await allKeys())
    .filter(([kind, of]) => kind === 'begun' && of === id)
    .map((key) => ({ key, n: Number(key[2]), at: Number(key[3]) }))
    .sort((a, b) => a.n - b.n || a.at - b.at);
  const found = await readMany<unknown>(keys.map(({ key }) => key));
  const begun = new Map<number, Blob>();
  for (const [i, { n, at }] of keys.entries()) {
    const before = begun.get(n) ?? new Blob();
    const part = found[i];
    if (part instanceof Blob && at === before.size) begun.set(n, new Blob([before, part]));
  }
  return begun;
}

/** Completes a model, whose pieces are all stored. @param origin where its bytes can be fetched again, if anywhere. */
export async function commit(
  id: string,
  segments: readonly Segment[],
  about: About,
  origin?: unknown,
): Promise<StoredModel> {
  const keys = await readMany<unknown>(segments.map((_, n) => ['done', id, n]));
  const parts = segments.map(({ begin, end }, n): Part => {
    const key = keys[n];
    if (!isKey(key)) throw new DrobeError('bug', { reason: `piece ${n} of ${about.file} was never put` });
    return { key, bytes: end - begin };
  });
  const meta = await recordOf(id, 'copy', segments.at(-1)?.end ?? 0, about);
  await transact((store) => {
    store.put(parts, ['parts', id]);
    store.put(meta, ['meta', id]);
    if (origin !== undefined) store.put(origin, ['origin', id]);
    store.delete(['download', id]);
    store.delete(beginningWith('done', id));
    store.delete(beginningWith('begun', id));
  });
  return meta;
}

/** The record of a model that is stored now. */
export async function recordOf(
  id: string,
  kind: StoredModel['kind'],
  bytes: number,
  { file, extra }: About,
): Promise<StoredModel> {
  return { schema: SCHEMA, id, kind, bytes, added: await after(Date.now()), file, extra };
}

/** Now, or a time after the last model's: clocks may be set back. */
async function after(now: number): Promise<number> {
  const metas = await readMany<unknown>((await allKeys()).filter(([kind]) => kind === 'meta'));
  return metas.reduce<number>((last, meta) => Math.max(last, addedOf(meta) + 1), now);
}

/** The Blobs of these pieces, in their order; undefined for one that is missing or truncated. */
export async function blobsAt(parts: readonly Part[]): Promise<(Blob | undefined)[]> {
  const found = await readMany<unknown>(parts.map(({ key }) => key));
  return found.map((blob, n) => (isWhole(blob, parts[n]!.bytes) ? blob : undefined)); // as many as were asked for
}

/** Which pieces of an unfinished model are stored completely, by their numbers. */
export async function piecesDone(id: string, segments: readonly Segment[]): Promise<Map<number, Blob>> {
  const keys = await readMany<unknown>(segments.map((_, n) => ['done', id, n]));
  const parts = segments.flatMap(({ begin, end }, n) => {
    const key = keys[n];
    return isKey(key) ? [{ n, key, bytes: end - begin }] : [];
  });
  const blobs = await blobsAt(parts);
  return new Map(
    parts.flatMap(({ n }, i) => {
      const blob = blobs[i];
      return blob ? [[n, blob] as const] : [];
    }),
  );
}

const isWhole = (found: unknown, bytes: number): found is Blob =>
  found instanceof Blob && found.size === bytes;
