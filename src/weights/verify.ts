/** Is what was stored still there as it was? */
import { DrobeError } from '../errors';
import { allKeys, nameOf, read, readMany, transact, type Key } from './db';
import { beginningOf } from './layout';
import { isCopy, type Part, type StoredModel } from './pieces';
import { peekHeader, type Header } from './safetensors';
import type { Segment } from './segments';

export interface Verification {
  /** Where bytes are missing or are not what they were. */
  readonly damaged: readonly Segment[];
  /** Bytes of which nothing is known that they could be compared with. */
  readonly unknown: number;
  /** What tells the model's tensors, where it is sound. */
  readonly header: Header | null;
}

/**
 * Reads all of a stored model and compares it with the SHA-256 under which each piece lies. Pieces that differ are deleted:
 * an import of the same file then writes them anew, for every model that shares them. Yields how far it is.
 * @throws DrobeError 'model-gone'
 */
export async function* verify(
  id: string,
  signal: AbortSignal,
): AsyncGenerator<{ doneBytes: number; totalBytes: number }, Verification, void> {
  const meta = await read<StoredModel>(['meta', id]);
  const parts = await read<readonly Part[]>(['parts', id]);
  if (!meta || !parts) throw new DrobeError('model-gone', { model: id });
  if (!isCopy(parts)) return { damaged: [], unknown: meta.bytes, header: null };
  const damaged: Segment[] = [];
  let unknown = 0;
  let at = 0;
  for (const { key, bytes } of parts) {
    signal.throwIfAborted();
    const state = await stateOf(key, bytes);
    if (state === 'damaged') {
      damaged.push({ begin: at, end: at + bytes });
      await transact((store) => store.delete([...key]));
    }
    if (state === 'unknown') unknown += bytes;
    at += bytes;
    yield { doneBytes: at, totalBytes: meta.bytes };
  }
  return { damaged, unknown, header: await headerIn(parts[0], meta.bytes) };
}

/** A header has the first piece, or the beginning of it. */
async function headerIn(first: Part | undefined, bytes: number): Promise<Header | null> {
  const head = first && (await read<Blob>(first.key));
  if (!head) return null;
  const peeked = await peekHeader(beginningOf(head, bytes)).catch(() => null);
  return peeked?.header ?? null;
}

const SHA256 = /^[\da-f]{64}$/;

async function stateOf(key: Key, bytes: number): Promise<'sound' | 'damaged' | 'unknown'> {
  const blob = await read<Blob>(key);
  const found = blob?.size === bytes ? await blob.arrayBuffer().catch(() => null) : null;
  if (!found) return 'damaged';
  const [kind, name] = key;
  // Pieces of the first schema, and those that were stored where no hash can be computed, have names of another kind.
  if (kind !== 'segment' || !SHA256.test(String(name))) return 'unknown';
  const now = await nameOf(new Uint8Array(found));
  if (!SHA256.test(now)) return 'unknown';
  return now === name ? 'sound' : 'damaged';
}

/** How many bytes of each stored model others have too; by the models' ids. */
export async function sharedBytes(): Promise<Map<string, number>> {
  const keys = (await allKeys()).filter(([kind]) => kind === 'parts');
  const lists = (await readMany<readonly Part[]>(keys)).map((parts) => (isCopy(parts) ? parts : []));
  const owners = new Map<string, number>();
  for (const parts of lists) {
    for (const name of new Set(parts.map(({ key }) => key.join(' '))))
      owners.set(name, (owners.get(name) ?? 0) + 1);
  }
  return new Map(
    keys.map(([, id], i) => [
      String(id),
      lists[i]!.reduce((sum, { key, bytes }) => sum + (owners.get(key.join(' '))! > 1 ? bytes : 0), 0),
    ]),
  );
}
