/** Deletes from the database of weights what nothing needs, and migrates older forms of it. */
import { fieldsOf } from '../../objects';
import {
  HELD_ELSEWHERE,
  allKeys,
  beginningWith,
  takeLock,
  readMany,
  transact,
  type Key,
  keysIn,
} from '../db';
import { recordOf } from './pieces';
import { isCopy, isKey, isNewer, type Part, type StoredModel } from './records';

/**
 * Deletes what interrupted imports left behind. An import running in another tab holds a lock and is spared; without locks
 * nothing is swept. Unfinished downloads stay, to be resumed.
 */
export async function sweep(): Promise<void> {
  await migrate();
  const keys = await allKeys();
  const kept = new Set(keys.filter(([kind]) => kind === 'download').map(([, id]) => id));
  const unfinished = keys.filter(([kind]) => kind === 'done' || kind === 'begun');
  const left = new Set(unfinished.map(([, id]) => String(id)));
  for (const id of left) {
    if (kept.has(id)) continue;
    const unlock = await takeLock(id);
    if (!unlock || unlock === HELD_ELSEWHERE) continue;
    await transact((store) => {
      for (const kind of ['done', 'begun']) store.delete(beginningWith(kind, id));
    }).finally(unlock);
  }
  await collect();
}

/**
 * Deletes pieces that belong to no model. All in one transaction, so that what another tab writes meanwhile comes before or
 * after it, complete with its record.
 */
export async function collect(): Promise<void> {
  await transact((store) => {
    const wanted = keysIn(store);
    wanted.onsuccess = () => {
      const keys: readonly Key[] = wanted.result;
      const needed = new Set<string>();
      const reasons = keys.filter(([kind]) => kind === 'meta' || kind === 'parts' || kind === 'done');
      let open = reasons.length;
      const last = () => {
        for (const key of keys) {
          if (!RECORDS.has(String(key[0])) && !needed.has(nameOfKey(key))) store.delete([...key]);
        }
      };
      if (open === 0) last();
      for (const reason of reasons) {
        const asked = store.get([...reason]);
        asked.onsuccess = () => {
          const record: unknown = asked.result;
          // This version cannot judge what a newer one wrote.
          if (reason[0] === 'meta' && isNewer(record)) return;
          if (reason[0] === 'done' && isKey(record)) needed.add(nameOfKey(record));
          if (reason[0] === 'parts' && isCopy(record))
            for (const { key } of record) needed.add(nameOfKey(key));
          if (--open === 0) last();
        };
      }
    };
  });
}

/** Kinds of records that are not pieces. */
const RECORDS = new Set(['meta', 'parts', 'origin', 'done', 'begun', 'download', 'hashes']);
const nameOfKey = (key: Key): string => key.join(' ');

/** The first schema kept a model's pieces under [id, number]. They stay where they are. */
async function migrate(): Promise<void> {
  const metas = await readMany<unknown>((await allKeys()).filter(([kind]) => kind === 'meta'));
  for (const meta of metas) {
    if (!isFirst(meta)) continue;
    const { id, file, bytes, chunks, chunkBytes, extra } = meta;
    const parts = Array.from({ length: chunks }, (_, n): Part => ({
      key: [id, n],
      bytes: Math.min(chunkBytes, bytes - n * chunkBytes),
    }));
    const record = { ...(await recordOf(id, 'copy', bytes, { file, extra })), added: meta.added };
    await transact((store) => {
      store.put(parts, ['parts', id]);
      store.put(record, ['meta', id]);
    });
  }
}

interface First extends Omit<StoredModel, 'schema' | 'kind'> {
  readonly schema: 1;
  readonly chunks: number;
  readonly chunkBytes: number;
}

function isFirst(meta: unknown): meta is First {
  const { schema, id, chunks, chunkBytes } = fieldsOf(meta);
  return schema === 1 && typeof id === 'string' && Number.isSafeInteger(chunks) && Number(chunkBytes) > 0;
}
