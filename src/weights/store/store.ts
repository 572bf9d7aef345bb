/** Checkpoints that were imported, linked or downloaded, and are there whole. */
import { lastOf } from '../../checked';
import { DrobeError } from '../../errors';
import {
  allKeys,
  beginningWith,
  checkQuota,
  takeLock,
  oneTabAtATime,
  randomId,
  read,
  readMany,
  transact,
  type Key,
  getIn,
} from '../db';
import { damageTo } from './damage';
import { openLinks, type Links } from './links';
import { nameHere, type Named, type Namer } from './naming';
import { blobsAt, commit, keyNamed, putPieces, recordOf, type About, type Piece } from './pieces';
import { addedOf, fileIn, isCopy, isLinks, isModel, isNewer, type Part, type StoredModel } from './records';
import type { Segment } from '../segments';
import { collect } from './sweep';

/** As much is written in one go, unless a single segment is larger. */
const BATCH_BYTES = 2 ** 25;

/** A model that is there, and of which what was written cannot be read. */
export interface Unreadable {
  readonly id: string;
  /** Empty where not even that is known. */
  readonly file: string;
  /** A newer version of this program wrote it, and can read it. */
  readonly newer: boolean;
}

/** Every checkpoint that is there, oldest first, and those that cannot be read. */
export async function listStored(): Promise<{ models: StoredModel[]; unreadable: Unreadable[] }> {
  const keys = await allKeys();
  const ids = keys.flatMap(([kind, id]) => (kind === 'meta' && typeof id === 'string' ? [id] : []));
  const metas = await readMany<unknown>(ids.map((id) => ['meta', id]));
  const parts = await readMany<unknown>(ids.map((id) => ['parts', id]));
  const models: StoredModel[] = [];
  const unreadable: Unreadable[] = [];
  for (const [i, id] of ids.entries()) {
    const meta = metas[i];
    if (isModel(meta) && (isCopy(parts[i]) || isLinks(parts[i]))) models.push({ ...meta, id });
    else unreadable.push({ id, file: fileIn(meta), newer: isNewer(meta) });
  }
  models.sort((a, b) => addedOf(a) - addedOf(b) || (a.id < b.id ? -1 : 1));
  return { models, unreadable };
}

/**
 * Copies a file into the store, piece by piece. Yields how far it is, returns the record. An abort, a failure or a
 * caller that stops listening leaves nothing behind.
 * @param name names its pieces.
 * @param id under which it will be there.
 */
export async function* store(
  file: Blob,
  segments: readonly Segment[],
  about: About,
  signal: AbortSignal,
  name: Namer = nameHere,
  id = randomId(),
): AsyncGenerator<{ doneBytes: number; totalBytes: number }, StoredModel, void> {
  signal.throwIfAborted();
  await checkQuota(file.size);
  const unlock = await takeLock(id);
  let committed = false;
  let writing: Promise<unknown> = Promise.resolve();
  // The browser takes what it keeps from the file itself, and not from our memory.
  const blobs = segments.map(({ begin, end }) => file.slice(begin, end));
  const names = name(blobs, signal);
  try {
    let doneBytes = 0;
    for (const batch of batches(segments)) {
      // Named while the batch before is written.
      const pieces: Piece[] = [];
      for (const { n } of batch)
        pieces.push({ n, key: keyBy(await names.next(), about.file), blob: blobs[n]! }); // one for each
      await writing;
      signal.throwIfAborted();
      if (doneBytes > 0) yield { doneBytes, totalBytes: file.size };
      writing = putPieces(id, pieces, file.size);
      writing.catch(() => undefined); // told when it is waited for
      doneBytes = lastOf(batch).segment.end; // none is empty
    }
    await writing;
    signal.throwIfAborted();
    yield { doneBytes, totalBytes: file.size };
    signal.throwIfAborted();
    const meta = await commit(id, segments, about);
    committed = true;
    return meta;
  } finally {
    await names.return();
    if (!committed) {
      await writing.catch(() => undefined);
      // A roll-back that fails too must not hide why it was needed; what it leaves is swept at the next start.
      await removeStored(id).catch(() => undefined);
    }
    if (typeof unlock === 'function') unlock();
  }
}

interface Numbered {
  readonly n: number;
  readonly segment: Segment;
}

/** Segments that are read and written together. */
function batches(segments: readonly Segment[]): Numbered[][] {
  const all: Numbered[][] = [];
  let begin = 0;
  for (const [n, segment] of segments.entries()) {
    const last = all.at(-1);
    if (last && segment.end - begin <= BATCH_BYTES) {
      last.push({ n, segment });
    } else {
      all.push([{ n, segment }]);
      ({ begin } = segment);
    }
  }
  return all;
}

/** @throws DrobeError 'file-unreadable' where the file was moved or changed since it was chosen. */
function keyBy({ done, value: named }: IteratorResult<Named, void>, file: string): Key {
  if (done) throw new DrobeError('bug', { reason: 'fewer names than pieces' });
  if ('unread' in named) throw new DrobeError('file-unreadable', { file, reason: named.unread });
  return keyNamed(named.name);
}

/** Remembers where files lie that are a model together, and copies nothing. */
export async function link(links: Links, bytes: number, about: About): Promise<StoredModel> {
  const meta = await recordOf(randomId(), 'link', bytes, about);
  await transact((store) => {
    store.put(links, ['parts', meta.id]);
    store.put(meta, ['meta', meta.id]);
  });
  return meta;
}

/** Remembers something else with a model, or calls it otherwise. @throws DrobeError 'model-gone' */
export async function remember(id: string, about: Partial<About>): Promise<StoredModel> {
  let changed: StoredModel | undefined;
  // In one transaction: what another tab removes in between must not come back.
  await transact((store) => {
    const there = getIn<unknown>(store, ['meta', id]);
    there.onsuccess = () => {
      if (!isModel(there.result)) return;
      changed = { ...there.result, ...about };
      store.put(changed, ['meta', id]);
    };
  });
  if (!changed) throw new DrobeError('model-gone', { model: id });
  return changed;
}

/** A stored checkpoint that can be read. */
export interface Opened {
  readonly meta: StoredModel;
  /** What it is made of; null where it is linked. */
  readonly parts: readonly Part[] | null;
  /** Its bytes, in Blobs that lie one after another: of a copy, one for each part. */
  readonly blobs: readonly Blob[];
}

/**
 * Opens a checkpoint after a look at whether a piece of it is missing or cut.
 * @throws DrobeError 'model-gone', 'model-damaged', and of linked files 'file-locked', 'file-moved' and 'file-changed'.
 */
export async function openStored(id: string): Promise<Opened> {
  const [meta, parts] = await readMany<unknown>([
    ['meta', id],
    ['parts', id],
  ]);
  if (isModel(meta) && isLinks(parts)) return { meta, parts: null, blobs: await openLinks(parts) };
  if (!isModel(meta) || !isCopy(parts)) throw new DrobeError('model-gone', { model: id });
  const found = await blobsAt(parts);
  const blobs = found.filter((blob) => blob !== undefined);
  if (blobs.length === parts.length) return { meta, parts, blobs };
  const lost = new Set(parts.filter((_, n) => found[n] === undefined));
  throw await damageTo({ meta, parts }, lost);
}

/** Stored models that may be a file of this name and size: names may differ by a number. */
export async function alikeTo({ file, bytes }: Pick<StoredModel, 'file' | 'bytes'>): Promise<StoredModel[]> {
  const plain = (name: string): string => name.replace(/(?:-\d+)?(\.\w+)?$/, '$1');
  const { models } = await listStored();
  return models.filter((other) => other.bytes === bytes && plain(other.file) === plain(file));
}

/**
 * Deletes a copy that was just made where another one is there, of the very same bytes and by the same name but for a number.
 * Of tabs that have made one each at the same time, one looks after the other, so that the last copy stays.
 * @returns the one that is there.
 */
export const once = (stored: StoredModel): Promise<StoredModel> =>
  oneTabAtATime(async () => {
    const twin = await twinOf(stored);
    if (!twin) return stored;
    await removeStored(stored.id);
    return twin;
  });

/** Null where there is none. */
async function twinOf(stored: StoredModel): Promise<StoredModel | null> {
  const { id } = stored;
  const alike = (await alikeTo(stored)).filter((other) => other.id !== id);
  const [own, ...others] = await readMany<unknown>(
    [id, ...alike.map((other) => other.id)].map((of) => ['parts', of]),
  );
  const place = others.findIndex((parts) => JSON.stringify(parts) === JSON.stringify(own));
  return alike[place] ?? null;
}

/** The files that a model is linked to; none where it is a copy. */
export async function linksOf(id: string): Promise<Links | null> {
  const parts = await read<unknown>(['parts', id]);
  return isLinks(parts) ? parts : null;
}

/** Deletes a model, whole or half written, with what no other model shares. Linked files stay where they are. */
export async function removeStored(id: string): Promise<void> {
  await transact((store) => {
    for (const kind of ['meta', 'parts', 'origin', 'download', 'hashes']) store.delete([kind, id]);
    for (const kind of ['done', 'begun']) store.delete(beginningWith(kind, id));
  });
  await collect();
}
