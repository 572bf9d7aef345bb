/**
 * Imported checkpoints, in an IndexedDB database of their own. A file lies there as Blobs of 64 MiB under [id, number],
 * with a record under ['meta', id] that is written last: what has no such record was never finished, and is swept away.
 */
import { createStore, delMany, get, getMany, keys, set, type UseStore } from 'idb-keyval';
import { DrobeError, isAbort } from '../errors';

export interface StoredModel {
  readonly schema: 1;
  readonly id: string;
  /** Name of the file it came from. */
  readonly file: string;
  readonly bytes: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  /** When it was imported: milliseconds, as Date.now() counts them. */
  readonly added: number;
  /** Whatever the importer wants to remember with it. */
  readonly extra: unknown;
}

const CHUNK_BYTES = 64 * 1024 * 1024;
const META = 'meta';

let opened: UseStore | undefined;
const db = () => (opened ??= createStore('drobe-weights', 'weights'));
const lockName = (id: string) => `drobe-import-${id}`;
const chunkKeys = (id: string, chunks: number) => Array.from({ length: chunks }, (_, n) => [id, n]);

/** Every checkpoint that is stored whole, oldest first. */
export async function listStored(): Promise<StoredModel[]> {
  const metas = (await allKeys()).filter(([kind]) => kind === META);
  const found = await guarded(getMany<StoredModel>(metas, db()));
  return found.filter((meta) => meta?.schema === 1).sort((a, b) => a!.added - b!.added) as StoredModel[];
}

/**
 * Copies a file into the store. Yields how far it is, returns the record. An abort, a failure or a caller that stops
 * listening leaves nothing behind.
 */
export async function* store(
  file: Blob,
  name: string,
  extra: unknown,
  signal: AbortSignal,
  chunkBytes: number = CHUNK_BYTES,
): AsyncGenerator<{ doneBytes: number; totalBytes: number }, StoredModel, void> {
  signal.throwIfAborted();
  await checkQuota(file.size);
  const id = randomId();
  const chunks = Math.ceil(file.size / chunkBytes);
  const meta: StoredModel = {
    schema: 1,
    id,
    file: name,
    bytes: file.size,
    chunks,
    chunkBytes,
    added: Date.now(),
    extra,
  };
  const unlock = await hold(lockName(id));
  let committed = false;
  try {
    for (let n = 0; n < chunks; n++) {
      signal.throwIfAborted();
      const chunk = file.slice(n * chunkBytes, (n + 1) * chunkBytes);
      await guarded(set([id, n], chunk, db()), file.size);
      yield { doneBytes: Math.min((n + 1) * chunkBytes, file.size), totalBytes: file.size };
    }
    signal.throwIfAborted();
    await guarded(set([META, id], meta, db()), file.size);
    committed = true;
    return meta;
  } finally {
    // A roll-back that fails too must not hide why it was needed; what it leaves is swept at the next start.
    if (!committed) await delMany(chunkKeys(id, chunks), db()).catch(() => undefined);
    unlock();
  }
}

/** The Blobs of a stored checkpoint, in order, after a check that none is missing or cut. */
export async function openStored(id: string): Promise<Blob[]> {
  const meta = await guarded(get<StoredModel>([META, id], db()));
  if (!meta) throw new DrobeError('model-gone', { model: id });
  const blobs = await guarded(getMany<Blob>(chunkKeys(id, meta.chunks), db()));
  return blobs.map((blob, n) => {
    const expected = Math.min(meta.chunkBytes, meta.bytes - n * meta.chunkBytes);
    if (blob?.size === expected) return blob;
    const found = blob ? `has ${blob.size} bytes of ${expected}` : 'is missing';
    throw new DrobeError('storage', { reason: `part ${n + 1} of ${meta.chunks} of ${meta.file} ${found}` });
  });
}

/** Deletes a stored checkpoint: its record and its bytes in one transaction. */
export async function removeStored(id: string): Promise<void> {
  const own = (await allKeys()).filter(([a, b]) => a === id || (a === META && b === id));
  await guarded(delMany(own, db()));
}

/**
 * Deletes what imports left behind whose tab was closed or killed. An import that another tab is busy with holds a
 * lock and is spared; where there are no locks (pages without a secure context), nothing is swept.
 */
export async function sweep(): Promise<void> {
  const locks = lockManager();
  if (!locks) return;
  const all = await allKeys();
  const whole = new Set(all.filter(([kind]) => kind === META).map(([, id]) => id));
  const left = new Set(all.filter(([kind]) => kind !== META).map(([id]) => id as string));
  for (const id of left) {
    if (whole.has(id)) continue;
    await locks.request(lockName(id), { ifAvailable: true }, async (lock) => {
      // It may have been finished between our look and our lock.
      if (lock && !(await guarded(get([META, id], db())))) await removeStored(id);
    });
  }
}

async function allKeys(): Promise<IDBValidKey[][]> {
  const found = await guarded(keys(db()));
  return found.filter((key) => Array.isArray(key));
}

async function checkQuota(bytes: number): Promise<void> {
  const estimate = await storageManager()?.estimate();
  if (estimate?.quota === undefined) return;
  const freeBytes = Math.max(0, estimate.quota - (estimate.usage ?? 0));
  const neededBytes = Math.ceil(bytes * 1.05);
  if (freeBytes < neededBytes) throw new DrobeError('quota', { neededBytes, freeBytes });
}

/** What IndexedDB throws, as our errors. `neededBytes` is told when the quota turns out to be used up. */
async function guarded<T>(promise: Promise<T>, neededBytes = 0): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    if (cause instanceof Error && cause.name === 'QuotaExceededError') {
      throw new DrobeError('quota', { neededBytes, freeBytes: 0 }, { cause });
    }
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new DrobeError('storage', { reason }, { cause });
  }
}

/** Takes a lock and gives the function that lets it go. */
function hold(name: string): Promise<() => void> {
  const locks = lockManager();
  if (!locks) return Promise.resolve(() => undefined);
  return new Promise((taken, failed) => {
    const untilReleased = () =>
      new Promise((release) => {
        taken(() => release(undefined));
      });
    locks.request(name, untilReleased).catch(failed);
  });
}

// Both are missing outside secure contexts, whatever the types say.
const lockManager = (): LockManager | undefined => navigator.locks;
const storageManager = (): StorageManager | undefined => navigator.storage;

/** A version 4 UUID; crypto.randomUUID itself is missing outside secure contexts. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
