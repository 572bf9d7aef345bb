/**
 * Downloads that survive the page: what has arrived is in the store, piece by piece, and a record under ['download', id]
 * says what it belongs to. An interrupted download is resumed from there.
 */
import { fieldsOf } from '../../objects';
import { createSHA256 } from 'hash-wasm';
import { hasSecrets } from '../../address';
import { DrobeError } from '../../errors';
import {
  HELD_ELSEWHERE,
  allKeys,
  checkQuota,
  takeLock,
  randomId,
  read,
  readMany,
  transact,
  getIn,
} from '../db';
import { bytesOf, within } from '../store/layout';
import { commit, keyOf, piecesBegun, piecesDone, putBegun, putPieces, type About } from '../store/pieces';
import type { RemoteModel, RemoteSource } from '../store/origin';
import { pull, type Carrier } from './pull';
import type { Order, Wish } from './missing-pieces';
import { addedOf, fileIn, isOrigin, type StoredModel } from '../store/records';
import { parseHeader } from '../safetensors';
import { segmentsOf, type Segment } from '../segments';
import { removeStored } from '../store/store';

interface Download {
  readonly schema: 1;
  readonly id: string;
  readonly model: RemoteModel;
  readonly about: About;
  readonly added: number;
  /** Its server gave the file another tag. Whoever pressed "Go on" after that has accepted it as the same file. */
  readonly doubted?: boolean;
}

/** An unfinished download. */
export interface Unfinished {
  readonly id: string;
  readonly file: string;
  readonly doneBytes: number;
  /** 0 where its record cannot be read: then it can only be discarded. */
  readonly totalBytes: number;
  /** Its server gave the file another tag than before. Resuming accepts it as the same file. */
  readonly doubted: boolean;
  /** Its stored address may contain a key. */
  readonly secret: boolean;
}

/** How far a download is. */
export type DownloadProgress = {
  readonly stage: 'fetching' | 'checking';
  readonly doneBytes: number;
  readonly totalBytes: number;
};

/** How a download reaches the world; tests bring their own clock. */
export interface Ways extends Pick<Carrier, 'signal'> {
  readonly report: (progress: DownloadProgress) => void;
  readonly fetch?: Carrier['fetch'];
  readonly wait?: Carrier['wait'];
}

/**
 * Records what is to be downloaded.
 * @returns the download's id.
 * @throws DrobeError 'quota'
 */
export async function begin(model: RemoteModel, about: About): Promise<string> {
  await checkQuota(bytesOf(model), { fetched: 1 });
  const download: Download = { schema: 1, id: randomId(), model, about, added: Date.now() };
  await transact((store) => {
    store.put(download, ['download', download.id]);
  });
  return download.id;
}

/** Oldest first. */
export async function listUnfinished(): Promise<Unfinished[]> {
  const keys = (await allKeys()).filter(([kind]) => kind === 'download');
  const records = await readMany<unknown>(keys);
  const found = records.map((record, n) => ({ id: String(keys[n]![1]), record })); // as many as were asked for
  return Promise.all(
    found
      .sort((a, b) => addedOf(a.record) - addedOf(b.record))
      .map(async ({ id, record }) => {
        const doubted = fieldsOf(record)['doubted'] === true;
        if (!isDownload(record)) {
          const file = fileIn(fieldsOf(record)['about']);
          return { id, file, doneBytes: 0, totalBytes: 0, doubted, secret: false };
        }
        const { about, model } = record;
        const there = [await piecesDone(id, segmentsIn(model)), await piecesBegun(id)];
        const blobs = there.flatMap((pieces) => [...pieces.values()]);
        const doneBytes = blobs.reduce((sum, { size }) => sum + size, 0);
        const secret = isSecret(model);
        return { id, file: about.file, doneBytes, totalBytes: bytesOf(model), doubted, secret };
      }),
  );
}

const isSecret = (model: RemoteModel): boolean => model.ranges.some(({ file }) => hasSecrets(file.url));

function isDownload(record: unknown): record is Download {
  const { schema, model, about } = fieldsOf(record);
  if (schema !== 1 || !isOrigin(model) || fileIn(about) === '') return false;
  try {
    segmentsIn(model);
    return true;
  } catch {
    return false;
  }
}

/**
 * Fetches what is missing, checks the SHA-256 where one is stated, and adds the model. An abort or a broken connection
 * leaves the download as far as it got.
 * @throws DrobeError of `pull`, 'quota', 'download-elsewhere', 'model-gone' where it was discarded; 'download-damaged',
 * after which nothing is left of it.
 */
export async function carryOn(id: string, ways: Ways): Promise<StoredModel> {
  const unlock = await takeLock(id);
  if (unlock === HELD_ELSEWHERE) throw new DrobeError('download-elsewhere');
  try {
    const download = await read<unknown>(['download', id]);
    if (!isDownload(download)) throw new DrobeError('model-gone', { model: id });
    const { about, model } = download;
    const segments = segmentsIn(model);
    await fetchMissing({ ...download, id }, segments, ways);
    await checkSums({ ...download, id }, segments, ways);
    ways.signal.throwIfAborted();
    // A key has done its work and is not kept; then nothing can be fetched again later.
    return await commit(id, segments, about, isSecret(model) ? undefined : model);
  } catch (thrown) {
    const code = thrown instanceof DrobeError ? thrown.code : null;
    if (code === 'download-damaged') await removeStored(id).catch(() => undefined);
    if (code === 'download-doubtful') await remember(id);
    // Full on the way: what the last piece would have needed means nothing to anybody.
    if (thrown instanceof DrobeError && code === 'quota' && !thrown.facts['fetched'])
      throw new DrobeError('quota', { neededBytes: 0, freeBytes: 0 }, { cause: thrown });
    throw thrown;
  } finally {
    unlock?.();
  }
}

/** Deletes what has arrived of a download. @throws DrobeError 'download-elsewhere' */
export async function discard(id: string): Promise<void> {
  const unlock = await takeLock(id);
  if (unlock === HELD_ELSEWHERE) throw new DrobeError('download-elsewhere');
  await removeStored(id).finally(() => unlock?.());
}

/** Records that a download may be of another file. */
function remember(id: string): Promise<void> {
  return transact((store) => {
    const there = getIn<Download>(store, ['download', id]);
    there.onsuccess = () => {
      if (there.result) store.put({ ...there.result, doubted: true }, ['download', id]);
    };
  });
}

/** The pieces of a model, cut where one file ends and the next begins: each comes from one server. */
function segmentsIn(model: RemoteModel): Segment[] {
  let at = model.head.length;
  const seams = [at];
  for (const { begin, end } of model.ranges) seams.push((at += end - begin));
  return segmentsOf(parseHeader(model.head.subarray(8), bytesOf(model)), seams);
}

async function fetchMissing(
  { id, model, doubted = false }: Download,
  segments: readonly Segment[],
  ways: Ways,
): Promise<void> {
  const [done, begun] = [await piecesDone(id, segments), await piecesBegun(id)];
  const totalBytes = bytesOf(model);
  const missing = await Promise.all(
    segments.flatMap((segment, n) => (done.has(n) ? [] : [withBegun({ n, ...segment }, begun.get(n))])),
  );
  const doneBytes = totalBytes - missing.reduce((sum, { begin, end }) => sum + end - begin, 0);
  await checkQuota(totalBytes - doneBytes, { fetched: 1 });
  await fetchPieces(model, missing, ways, {
    doneBytes,
    async take(pieces) {
      const named = pieces.map(async ({ n, bytes }) => ({
        n,
        key: await keyOf(bytes),
        blob: new Blob([bytes]),
      }));
      await putPieces(id, await Promise.all(named), totalBytes);
    },
    keep: (part) => putBegun(id, part),
    isProven: ({ sha256 }) => doubted || sha256 !== null,
  });
}

/** The piece with what arrived of it before, as far as that can be read. */
async function withBegun(wish: Wish, begun: Blob | undefined): Promise<Wish> {
  if (!begun || begun.size >= wish.end - wish.begin) return wish;
  const bytes = await begun.arrayBuffer().catch(() => null);
  return bytes ? { ...wish, have: new Uint8Array(bytes) } : wish;
}

/** What is done with pieces that arrive. */
interface Keeping extends Pick<Carrier, 'take' | 'keep'> {
  /** Bytes that were there before, for the progress. */
  readonly doneBytes: number;
  /** Whether a file is compared with a checksum. */
  readonly isProven: (file: RemoteSource) => boolean;
}

/**
 * Fetches pieces of a model, and hands them over as they arrive; those of its header are known.
 * @throws DrobeError of `pull`, and what `take` and `keep` throw.
 */
export async function fetchPieces(
  model: RemoteModel,
  pieces: readonly Wish[],
  { signal, report, fetch = globalThis.fetch, wait = sleep }: Ways,
  { take, keep, isProven, ...before }: Keeping,
): Promise<void> {
  let { doneBytes } = before;
  const totalBytes = doneBytes + pieces.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const onBytes = (count: number) => {
    doneBytes += count;
    report({ stage: 'fetching', doneBytes, totalBytes });
  };
  const orders = new Map<RemoteSource, Wish[]>();
  for (const { n, begin, end, have } of pieces) {
    const { head, ranges } = within(model, begin, end);
    if (head.length > 0) await take([{ n, bytes: head }]);
    onBytes(head.length + (have?.length ?? 0));
    for (const range of ranges) {
      const wishes = orders.get(range.file) ?? [];
      orders.set(range.file, wishes);
      wishes.push({ n, begin: range.begin, end: range.end, ...(have && { have }) });
    }
  }
  const ordered = [...orders].map(([file, wishes]): Order => ({ file, wishes, proven: isProven(file) }));
  await pull(ordered, { fetch, signal, take, wait, onBytes, ...(keep && { keep }) });
}

/** Compares the stored bytes, which will be used, with the checksums. */
async function checkSums({ id, model }: Download, segments: readonly Segment[], ways: Ways): Promise<void> {
  const stated = new Set(model.ranges.flatMap(({ file }) => (file.sha256 === null ? [] : [file])));
  const totalBytes = [...stated].reduce((sum, { bytes }) => sum + bytes, 0);
  if (totalBytes === 0) return;
  const blobs = await piecesDone(id, segments);
  const sha256 = await createSHA256();
  let doneBytes = 0;
  for (const file of stated) {
    sha256.init().update(file.head);
    for (const n of piecesOf(file, model, segments)) {
      ways.signal.throwIfAborted();
      const bytes = new Uint8Array(await (blobs.get(n) ?? new Blob()).arrayBuffer());
      sha256.update(bytes);
      doneBytes += bytes.length;
      ways.report({ stage: 'checking', doneBytes, totalBytes });
    }
    if (sha256.digest() !== file.sha256?.toLowerCase())
      throw new DrobeError('download-damaged', { url: file.url });
  }
}

/** The numbers of a file's pieces, in its order. */
function piecesOf(file: RemoteSource, model: RemoteModel, segments: readonly Segment[]): number[] {
  return segments
    .flatMap(({ begin, end }, n) =>
      within(model, begin, end).ranges.flatMap((range) =>
        range.file === file ? [{ n, at: range.begin }] : [],
      ),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ n }) => n);
}

const sleep: Carrier['wait'] = (milliseconds, signal) =>
  new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, signal.aborted ? 0 : milliseconds);
    signal.addEventListener('abort', end);
  });
