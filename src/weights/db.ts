/** The database of weights, and what storing takes besides: room, locks and names. */
import { createStore, get, getMany, keys, promisifyRequest, type UseStore } from 'idb-keyval';
import { DrobeError } from '../errors';

let opened: UseStore | undefined;
const db = () => (opened ??= createStore('drobe-weights', 'weights'));

/** An entry's key: a kind, and names or numbers below it. */
export type Key = readonly (string | number)[];

/** The entry under a key; undefined where there is none. @throws DrobeError 'storage' */
export const read = <T>(key: Key): Promise<T | undefined> => guarded(() => get<T>([...key], db()));

/** In the order of the keys; undefined where there is nothing. */
export const readMany = <T>(wanted: readonly Key[]): Promise<(T | undefined)[]> =>
  guarded(() =>
    getMany<T>(
      wanted.map((key) => [...key]),
      db(),
    ),
  );

/** The keys of all entries. @throws DrobeError 'storage' */
export const allKeys = (): Promise<Key[]> => guarded(() => keys<(string | number)[]>(db()));

/**
 * Reads and writes that happen all or not at all. `work` must ask for everything at once, or from inside of the
 * answers: a transaction ends when nothing is asked any more.
 * @param neededBytes told when the room turns out to be used up.
 */
export function transact(work: (store: IDBObjectStore) => void, neededBytes = 0): Promise<void> {
  const write = () =>
    db()('readwrite', (store) => {
      work(store);
      return promisifyRequest(store.transaction);
    });
  return guarded(write, neededBytes);
}

/** What lies under a key, in a transaction. */
export const getIn = <T>(store: IDBObjectStore, key: Key): IDBRequest<T | undefined> =>
  store.get([...key]) as IDBRequest<T | undefined>; // IndexedDB's types know nothing of what is stored

/** What lies under a range of keys, in their order, in a transaction. */
export const getAllIn = <T>(store: IDBObjectStore, range: IDBKeyRange): IDBRequest<T[]> =>
  store.getAll(range) as IDBRequest<T[]>;

/** The keys in a range, or all, in a transaction. */
export const keysIn = (store: IDBObjectStore, range?: IDBKeyRange): IDBRequest<(string | number)[][]> =>
  store.getAllKeys(range) as IDBRequest<(string | number)[][]>; // all are lists: see `Key`

/** Every key that begins so. */
export const beginningWith = (...start: Key): IDBKeyRange => IDBKeyRange.bound([...start], [...start, []]); // arrays sort after strings and numbers

/** Bytes that the browser says it would still take; null where it does not tell. */
export async function freeBytes(): Promise<number | null> {
  const estimate = await storageManager()?.estimate();
  if (estimate?.quota === undefined) return null;
  return Math.max(0, estimate.quota - (estimate.usage ?? 0));
}

/**
 * @param facts for the error.
 * @throws DrobeError 'quota' when there is less room than that, and a little more.
 */
export async function checkQuota(bytes: number, facts: { readonly fetched?: 1 } = {}): Promise<void> {
  const free = await freeBytes();
  const neededBytes = Math.ceil(bytes * 1.05);
  if (free !== null && free < neededBytes)
    throw new DrobeError('quota', { neededBytes, freeBytes: free, ...facts });
}

/**
 * Turns what IndexedDB throws into our errors. Where storage is forbidden, it throws before there is a promise. Its
 * AbortError is not an abort that somebody asked for: the browser closed the database.
 */
export async function guarded<T>(ask: () => Promise<T>, neededBytes = 0): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'QuotaExceededError') {
      throw new DrobeError('quota', { neededBytes, freeBytes: 0 }, { cause });
    }
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new DrobeError('storage', { reason }, { cause });
  }
}

/** Stands for a lock that another tab holds. */
export const HELD_ELSEWHERE = Symbol('elsewhere');

/**
 * Takes the lock for this id.
 * @returns the function that releases it; HELD_ELSEWHERE if another tab holds it; null where there are no locks (pages without a
 * secure context).
 */
export function takeLock(id: string): Promise<(() => void) | typeof HELD_ELSEWHERE | null> {
  const locks = lockManager();
  if (!locks) return Promise.resolve(null);
  return new Promise((taken, failed) => {
    const work = (lock: Lock | null) =>
      lock
        ? new Promise<void>((release) => {
            taken(release);
          })
        : taken(HELD_ELSEWHERE);
    locks.request(lockOf(id), { ifAvailable: true }, work).catch(failed);
  });
}

/** Runs `work` while no other tab does the same; at once where there are no locks. */
export async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  const locks = lockManager();
  return locks ? locks.request('drobe-in-turn', work) : work();
}

/** Whether any tab holds the lock for this id. */
export async function isLocked(id: string): Promise<boolean> {
  const { held = [] } = (await lockManager()?.query()) ?? {};
  return held.some(({ name }) => name === lockOf(id));
}

const lockOf = (id: string): string => `drobe-import-${id}`;

// All are missing outside secure contexts, whatever the types say.
const lockManager = (): LockManager | undefined => navigator.locks;
const storageManager = (): StorageManager | undefined => navigator.storage;
const subtle = (): SubtleCrypto | undefined => crypto.subtle;

/** A version 4 UUID; crypto.randomUUID itself is missing outside secure contexts. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The SHA-256 of these bytes, in hexadecimal digits; null outside secure contexts, where browsers compute none. */
export async function sumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const digest = await subtle()?.digest('SHA-256', bytes);
  return digest ? hex(new Uint8Array(digest)) : null;
}

/** A name for these bytes, the same for equal bytes: their SHA-256. Where that cannot be computed, a unique one. */
export const nameOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  (await sumOf(bytes)) ?? randomId();

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
