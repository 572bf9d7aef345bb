/**
 * Keeps a large file for offline use, in pieces: an interrupted download continues where it stopped. A record of the file comes
 * first and its pieces follow, each an entry of a cache.
 */
import { pull, type Carrier } from '../weights/download/pull';
import type { Wish } from '../weights/download/missing-pieces';
import { parseRange } from '../weights/download/range';
import { remoteFile, type Fetch } from '../weights/download/remote';

/** A file of this build. */
export interface Asset {
  readonly url: string;
  /** Differs whenever the file's bytes do. */
  readonly revision: string;
}

/** What the server said of the file when its download began. */
interface Told {
  readonly bytes: number;
  readonly tag: string | null;
}

/** A large file is kept in pieces of this size. */
export const PIECE_BYTES = 2 ** 22;

/**
 * Fetches the missing pieces of a file.
 * @throws DrobeError of `pull`; pieces that arrived before stay.
 */
export async function keep(
  cache: Cache,
  asset: Asset,
  fetch: Fetch = fresh,
  wait: Carrier['wait'] = sleep,
): Promise<void> {
  const begun = await toldOf(cache, asset);
  if (begun && (await missing(cache, asset, begun.bytes)).length === 0) return;

  const { size: bytes, tag, ranged } = await remoteFile(asset.url, fetch);
  if (begun?.bytes !== bytes || begun.tag !== tag) {
    await forget(cache, asset);
    await cache.put(keyOf(asset), Response.json({ bytes, tag } satisfies Told));
  }
  const wishes = await missing(cache, asset, bytes);
  await pull([{ file: { url: asset.url, bytes, tag, ranged }, wishes, proven: false }], {
    fetch,
    wait,
    signal: new AbortController().signal, // only the browser stops it
    onBytes: () => undefined,
    async take(pieces) {
      for (const piece of pieces) await cache.put(keyOf(asset, piece.n), new Response(piece.bytes));
    },
  });
}

/** The whole file, or null where any of it is missing. */
export async function kept(cache: Cache, asset: Asset): Promise<Response | null> {
  const told = await toldOf(cache, asset);
  if (!told) return null;
  const blobs = await Promise.all(
    piecesOf(told.bytes).map(async ({ n }) => (await cache.match(keyOf(asset, n)))?.blob() ?? new Blob()),
  );
  const whole = new Blob(blobs);
  if (whole.size !== told.bytes) return null;
  return new Response(whole, {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(told.bytes),
      'Accept-Ranges': 'bytes',
    },
  });
}

/**
 * The response to a request with this Range header, from a whole file. A range may end beyond the file, as when the beginning of
 * a file of unknown size is requested: Workbox refuses those.
 */
export async function partOf(whole: Response, header: string | null): Promise<Response> {
  const bytes = Number(whole.headers.get('Content-Length')); // `kept` wrote it
  const range = parseRange(header, bytes);
  if (!range) return whole;
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${bytes}` } });
  }
  const { start, end } = range;
  const headers = new Headers(whole.headers);
  headers.set('Content-Length', String(end - start + 1));
  headers.set('Content-Range', `bytes ${start}-${end}/${bytes}`);
  return new Response((await whole.blob()).slice(start, end + 1), { status: 206, headers });
}

/** Deletes all but these. */
export async function keepOnly(cache: Cache, assets: readonly Asset[]): Promise<void> {
  const wanted = assets.map((asset) => keyOf(asset));
  for (const { url } of await cache.keys()) {
    if (!wanted.some((key) => isOf(key, url))) await cache.delete(url);
  }
}

async function forget(cache: Cache, asset: Asset): Promise<void> {
  for (const { url } of await cache.keys()) {
    if (isOf(keyOf(asset), url)) await cache.delete(url);
  }
}

async function toldOf(cache: Cache, asset: Asset): Promise<Told | null> {
  const found = await cache.match(keyOf(asset));
  return found ? ((await found.json()) as Told) : null; // `keep` wrote it
}

async function missing(cache: Cache, asset: Asset, bytes: number): Promise<Wish[]> {
  const there = new Set((await cache.keys()).map(({ url }) => url));
  return piecesOf(bytes).filter(({ n }) => !there.has(keyOf(asset, n)));
}

function piecesOf(bytes: number): Wish[] {
  return Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_, n) => ({
    n,
    begin: n * PIECE_BYTES,
    end: Math.min((n + 1) * PIECE_BYTES, bytes),
  }));
}

/** The cache key of the record, or of the n-th piece. */
const keyOf = ({ url, revision }: Asset, n?: number): string =>
  `${url}?revision=${revision}${n === undefined ? '' : `&piece=${n}`}`;

const isOf = (key: string, url: string): boolean => url === key || url.startsWith(`${key}&`);

/** Always asks the server: the browser's own cache may have another build's file. */
const fresh: Fetch = (input, init) => globalThis.fetch(input, { ...init, cache: 'no-cache' });

const sleep: Carrier['wait'] = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
