/** Checkpoints that were imported, linked or downloaded, and are there whole. */
import { DrobeError } from '../errors';
import { allKeys, beginningWith, checkQuota, hold, randomId, read, readMany, transact } from './db';
import { openLinks, type Links } from './links';
import { SCHEMA, blobsAt, commit, isCopy, keyOf, putPieces, recordOf } from './pieces';
import type { About, Part, Piece, StoredModel } from './pieces';
import type { Segment } from './segments';
import { collect } from './sweep';

/** As much is read and written in one go, unless a single segment is larger. */
const BATCH_BYTES = 2 ** 25;

/** Every checkpoint that is there whole, oldest first. */
export async function listStored(): Promise<StoredModel[]> {
  const metas = (await allKeys()).filter(([kind]) => kind === 'meta');
  const found = await readMany<StoredModel>(metas);
  return found
    .flatMap((meta) => (meta?.schema === SCHEMA ? [meta] : []))
    .sort((a, b) => a.added - b.added || (a.id < b.id ? -1 : 1));
}

/**
 * Copies a file into the store, piece by piece. Yields how far it is, returns the record. An abort, a failure or a
 * caller that stops listening leaves nothing behind.
 */
export async function* store(
  file: Blob,
  segments: readonly Segment[],
  about: About,
  signal: AbortSignal,
): AsyncGenerator<{ doneBytes: number; totalBytes: number }, StoredModel, void> {
  signal.throwIfAborted();
  await checkQuota(file.size);
  const id = randomId();
  const unlock = await hold(id);
  let committed = false;
  let writing: Promise<unknown> = Promise.resolve();
  try {
    let doneBytes = 0;
    for (const batch of batches(segments)) {
      // Read and named while the batch before is written.
      const pieces = await piecesOf(file, batch);
      await writing;
      signal.throwIfAborted();
      if (doneBytes > 0) yield { doneBytes, totalBytes: file.size };
      writing = putPieces(id, pieces, file.size);
      writing.catch(() => undefined); // told when it is waited for
      doneBytes = batch.at(-1)!.segment.end; // none is empty
    }
    await writing;
    signal.throwIfAborted();
    yield { doneBytes, totalBytes: file.size };
    signal.throwIfAborted();
    const meta = await commit(id, segments, about);
    committed = true;
    return meta;
  } finally {
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

/** Read once to be named; the browser takes what it keeps from the file itself, and not from our memory. */
async function piecesOf(file: Blob, batch: readonly Numbered[]): Promise<Piece[]> {
  const { begin } = batch[0]!.segment; // none is empty
  const bytes = await bytesOf(file.slice(begin, batch.at(-1)!.segment.end));
  return Promise.all(
    batch.map(async ({ n, segment }) => ({
      n,
      key: await keyOf(bytes.subarray(segment.begin - begin, segment.end - begin)),
      blob: file.slice(segment.begin, segment.end),
    })),
  );
}

/** Remembers where files lie that are a model together, and copies nothing. */
export async function link(links: Links, bytes: number, about: About): Promise<StoredModel> {
  const meta = recordOf(randomId(), 'link', bytes, about);
  await transact((store) => {
    store.put(links, ['parts', meta.id]);
    store.put(meta, ['meta', meta.id]);
  });
  return meta;
}

/**
 * The bytes of a checkpoint, as Blobs that lie one after another, after a check that none is missing or cut.
 * @throws DrobeError 'model-gone', 'model-damaged', and of linked files 'file-locked', 'file-moved' and 'file-changed'.
 */
export async function openStored(id: string): Promise<Blob[]> {
  const [meta, parts] = await readMany<unknown>([
    ['meta', id],
    ['parts', id],
  ]);
  if (!meta || !parts) throw new DrobeError('model-gone', { model: id });
  if (!isCopy(parts)) return openLinks(parts as Links);
  return blobsAt(parts, (meta as StoredModel).file);
}

/** The files that a model is linked to; none where it is a copy. */
export async function linksOf(id: string): Promise<Links | null> {
  const parts = await read<readonly Part[] | Links>(['parts', id]);
  return parts && !isCopy(parts) ? parts : null;
}

/** Deletes a model, whole or half written, with what no other model shares. Linked files stay where they are. */
export async function removeStored(id: string): Promise<void> {
  await transact((store) => {
    for (const kind of ['meta', 'parts', 'download']) store.delete([kind, id]);
    store.delete(beginningWith('done', id));
  });
  await collect();
}

/** @throws DrobeError 'storage' where the file was moved or changed since it was chosen. */
async function bytesOf(slice: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await slice.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new DrobeError('storage', { reason }, { cause });
  }
}
