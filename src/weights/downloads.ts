/**
 * Downloads that outlast the page: what has arrived is in the store already, piece by piece, and a record under
 * ['download', id] says what is to become of it. A download that was broken off is gone on with from there.
 */
import { createSHA256 } from 'hash-wasm';
import { DrobeError } from '../errors';
import { ELSEWHERE, allKeys, checkQuota, hold, randomId, read, readMany, transact } from './db';
import { bytesOf, within, type Layout } from './layout';
import { commit, keyOf, numbersDone, openDone, putPieces } from './pieces';
import type { About, StoredModel } from './pieces';
import { pull, type Carrier, type Order, type RemoteRef, type Wish } from './pull';
import { parseHeader } from './safetensors';
import { segmentsOf, type Segment } from './segments';
import { removeStored } from './store';

/** A file on a server, with what it takes to know that all of it arrived as it should. */
export interface RemoteSource extends RemoteRef {
  /** Its own header: what of it is not fetched with the tensors. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** In hexadecimal; null where nobody states it. */
  readonly sha256: string | null;
}

/** A model as it will be, in files on servers. Its head is the whole header. */
export type RemoteModel = Layout<RemoteSource>;

interface Download {
  readonly schema: 1;
  readonly id: string;
  readonly model: RemoteModel;
  readonly about: About;
  readonly added: number;
}

/** A download that was begun and is not finished. */
export interface Unfinished {
  readonly id: string;
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

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

/** Remembers what shall be downloaded, and gives the download's id. @throws DrobeError 'quota' */
export async function begin(model: RemoteModel, about: About): Promise<string> {
  await checkQuota(bytesOf(model));
  const download: Download = { schema: 1, id: randomId(), model, about, added: Date.now() };
  await transact((store) => {
    store.put(download, ['download', download.id]);
  });
  return download.id;
}

/** Oldest first. */
export async function listUnfinished(): Promise<Unfinished[]> {
  const keys = (await allKeys()).filter(([kind]) => kind === 'download');
  const found = (await readMany<Download>(keys)).filter((download) => download !== undefined);
  return Promise.all(
    found
      .sort((a, b) => a.added - b.added)
      .map(async ({ id, model, about }) => {
        const segments = segmentsIn(model);
        const done = await numbersDone(id);
        const doneBytes = segments.reduce(
          (sum, { begin, end }, n) => sum + (done.has(n) ? end - begin : 0),
          0,
        );
        return { id, file: about.file, doneBytes, totalBytes: bytesOf(model) };
      }),
  );
}

/**
 * Fetches what is still to come, checks the SHA-256 where one is stated, and makes a model of it. An abort or a broken
 * line leaves the download as far as it got.
 * @throws DrobeError of `pull`, 'quota', 'download-elsewhere', 'model-gone' where it was discarded; 'download-changed'
 * and 'download-damaged', after which nothing is left of it.
 */
export async function carryOn(id: string, ways: Ways): Promise<StoredModel> {
  const unlock = await hold(id);
  if (unlock === ELSEWHERE) throw new DrobeError('download-elsewhere');
  try {
    const download = await read<Download>(['download', id]);
    if (!download) throw new DrobeError('model-gone', { model: id });
    const segments = segmentsIn(download.model);
    await fetchMissing(download, segments, ways);
    await checkSums(download, segments, ways);
    ways.signal.throwIfAborted();
    return await commit(id, segments, download.about);
  } catch (thrown) {
    const useless =
      thrown instanceof DrobeError &&
      (thrown.code === 'download-changed' || thrown.code === 'download-damaged');
    if (useless) await removeStored(id).catch(() => undefined);
    throw thrown;
  } finally {
    unlock?.();
  }
}

/** Cut where one file ends and the next begins: a piece comes from one server. */
function segmentsIn(model: RemoteModel): Segment[] {
  let at = model.head.length;
  const seams = [at];
  for (const { begin, end } of model.ranges) seams.push((at += end - begin));
  return segmentsOf(parseHeader(model.head.subarray(8), bytesOf(model)), seams);
}

async function fetchMissing(
  { id, model }: Download,
  segments: readonly Segment[],
  ways: Ways,
): Promise<void> {
  const { signal, report, fetch = globalThis.fetch, wait = sleep } = ways;
  const done = await numbersDone(id);
  const totalBytes = bytesOf(model);
  let doneBytes = 0;
  const put = async (pieces: readonly { n: number; bytes: Uint8Array<ArrayBuffer> }[]) => {
    const named = pieces.map(async ({ n, bytes }) => ({
      n,
      key: await keyOf(bytes),
      blob: new Blob([bytes]),
    }));
    await putPieces(id, await Promise.all(named), totalBytes);
  };

  const orders = new Map<RemoteSource, Wish[]>();
  for (const [n, { begin, end }] of segments.entries()) {
    const { head, ranges } = within(model, begin, end);
    if (done.has(n) || head.length > 0) doneBytes += end - begin;
    if (done.has(n)) continue;
    if (head.length > 0) await put([{ n, bytes: head }]);
    for (const range of ranges) {
      const wishes = orders.get(range.file) ?? [];
      orders.set(range.file, wishes);
      wishes.push({ n, begin: range.begin, end: range.end });
    }
  }
  await checkQuota(totalBytes - doneBytes);
  const tell = () => report({ stage: 'fetching', doneBytes, totalBytes });
  tell();
  await pull(
    [...orders].map(([file, wishes]): Order => ({ file, wishes })),
    {
      fetch,
      signal,
      take: put,
      wait,
      onBytes: (count) => {
        doneBytes += count;
        tell();
      },
    },
  );
}

/** Reads what is stored once more: it is what will be used. */
async function checkSums({ id, model }: Download, segments: readonly Segment[], ways: Ways): Promise<void> {
  const stated = new Set(model.ranges.flatMap(({ file }) => (file.sha256 === null ? [] : [file])));
  const totalBytes = [...stated].reduce((sum, { bytes }) => sum + bytes, 0);
  if (totalBytes === 0) return;
  const blobs = await openDone(id, segments.length);
  const sha256 = await createSHA256();
  let doneBytes = 0;
  for (const file of stated) {
    sha256.init().update(file.head);
    for (const n of piecesOf(file, model, segments)) {
      ways.signal.throwIfAborted();
      const bytes = new Uint8Array(await (blobs[n] ?? new Blob()).arrayBuffer());
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
    setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => done(), { once: true });
  });
