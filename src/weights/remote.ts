import { DrobeError, isAbort } from '../errors';
import type { Slices } from './safetensors';

type Fetch = typeof globalThis.fetch;
type Bytes = Uint8Array<ArrayBuffer>;

/** Enough for the first look of the header check, so that learning the size costs no request of its own. */
const FIRST_BYTES = 65536;
const FLUSH_BYTES = 4 * 1024 * 1024;

/**
 * A file on a server, from which ranges can be read. One request is made at once, for its size and its first bytes.
 * A server without range requests serves as well: its answer is then read up to where it is needed.
 */
export async function remoteFile(url: string, fetch: Fetch = globalThis.fetch): Promise<Slices> {
  const response = await get(fetch, url, { headers: { Range: `bytes=0-${FIRST_BYTES - 1}` } });
  const whole = response.status === 200;
  const known = whole
    ? lengthOf(response)
    : Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]);
  // A server that does not tell the size lets us count.
  const size = Number.isNaN(known) ? await countBytes(url, whole ? response : await get(fetch, url)) : known;
  const first =
    Number.isNaN(known) || response.status === 416
      ? null
      : await readRange(url, response, 0, Math.min(size, FIRST_BYTES));

  return {
    size,
    slice: (begin, end) => ({
      async arrayBuffer() {
        const stop = Math.min(end, size);
        if (begin >= stop) return new ArrayBuffer(0);
        if (first && stop <= first.length) return first.slice(begin, stop).buffer;
        const part = await get(fetch, url, { headers: { Range: `bytes=${begin}-${stop - 1}` } });
        const bytes = await (part.status === 206
          ? readRange(url, part, 0, stop - begin)
          : readRange(url, part, begin, stop));
        return bytes.buffer;
      },
    }),
  };
}

/** Fetches a whole file as a Blob. Its bytes go into Blobs as they come, so that memory never holds all of them. */
export async function fetchBlob(
  url: string,
  signal: AbortSignal,
  onProgress: (doneBytes: number, totalBytes: number) => void,
  fetch: Fetch = globalThis.fetch,
): Promise<Blob> {
  const response = await get(fetch, url, { signal });
  const total = lengthOf(response);
  const parts: Blob[] = [];
  let waiting: Bytes[] = [];
  let waitingBytes = 0;
  let done = 0;
  const flush = () => {
    parts.push(new Blob(waiting));
    waiting = [];
    waitingBytes = 0;
    onProgress(done, Number.isNaN(total) ? done : total);
  };
  for await (const chunk of chunks(url, response)) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    done += chunk.length;
    if (waitingBytes >= FLUSH_BYTES) flush();
  }
  if (waitingBytes > 0) flush();
  if (done < total) throw cutShort(url, done, total);
  return new Blob(parts);
}

async function get(fetch: Fetch, url: string, init: RequestInit = {}): Promise<Response> {
  const response = await orNetworkError(url, fetch(url, init));
  const empty = response.status === 416 && response.headers.get('Content-Range') === 'bytes */0';
  if (response.ok || empty) return response;
  await response.body?.cancel();
  throw new DrobeError('network', { url, reason: `HTTP ${response.status} ${response.statusText}`.trim() });
}

/** Size of the body, or NaN where it is not told: of a compressed answer, Content-Length is the compressed size. */
function lengthOf(response: Response): number {
  const header = response.headers.get('Content-Length');
  const encoding = response.headers.get('Content-Encoding') ?? 'identity';
  return header === null || encoding !== 'identity' ? NaN : Number(header);
}

/** Bytes begin to end of a body; what comes after them is not fetched. */
async function readRange(url: string, response: Response, begin: number, end: number): Promise<Bytes> {
  const range = new Uint8Array(end - begin);
  let at = 0; // of the current chunk, in the body
  // The loop's end, by break too, cancels the download.
  for await (const chunk of chunks(url, response)) {
    const from = Math.max(begin - at, 0);
    if (from < chunk.length) range.set(chunk.subarray(from, end - at), at + from - begin);
    at += chunk.length;
    if (at >= end) break;
  }
  if (at < end) throw cutShort(url, at, end);
  return range;
}

async function countBytes(url: string, response: Response): Promise<number> {
  let count = 0;
  for await (const chunk of chunks(url, response)) count += chunk.length;
  return count;
}

/** The body as it comes in. Not `for await` over the body itself, which Safari lacks. */
async function* chunks(url: string, response: Response): AsyncGenerator<Bytes, void, void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await orNetworkError(url, reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function orNetworkError<T>(url: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrobeError('network', { url, reason }, { cause });
  }
}

const cutShort = (url: string, done: number, total: number) =>
  new DrobeError('network', { url, reason: `the connection ended after ${done} of ${total} bytes` });
