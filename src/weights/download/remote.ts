import { DrobeError, isAbort } from '../../errors';
import { nameIn } from './disposition';
import type { Slices } from '../safetensors';

export type Fetch = typeof globalThis.fetch;
type Bytes = Uint8Array<ArrayBuffer>;

/** Asked for with the first request: enough to check a header, so that learning the size costs no extra request. */
const FIRST_BYTES = 65536;
const MAX_KEPT = 8 * 1024 * 1024;
const FLUSH_BYTES = 4 * 1024 * 1024;
/** Milliseconds after which a line counts as broken: where a laptop slept, or a router forgot it, nobody says that it is. */
const SILENCE = 60_000;

/** A file on a server, from which ranges can be read. */
export interface RemoteFile extends Slices {
  /** The name its server gives it; null where it gives none. */
  readonly called: string | null;
  /** Identifies this version of the file; null where the server does not let us see it. */
  readonly tag: string | null;
  /** The server sends parts of the file when asked for them. */
  readonly ranged: boolean;
}

/**
 * Looks at a file on a server, with one request for its size and its first bytes. A server without range requests will do:
 * its answer is then read as far as needed.
 */
export async function remoteFile(
  url: string,
  fetch: Fetch = globalThis.fetch,
  signal: AbortSignal | null = null,
): Promise<RemoteFile> {
  const response = await get(url, { headers: { Range: `bytes=0-${FIRST_BYTES - 1}` }, signal }, fetch);
  const whole = response.status === 200;
  const known = whole ? lengthOf(response) : rangeOf(response).total;
  const size = Number.isNaN(known) ? await sizeOf(url, whole ? response : null, signal, fetch) : known;
  let first =
    (whole && Number.isNaN(known)) || response.status === 416
      ? null
      : await readRange(url, response, 0, Math.min(size, FIRST_BYTES));

  return {
    size,
    called: calledBy(response),
    tag: tagOf(response),
    ranged: response.status === 206,
    slice: (begin, end) => ({
      async arrayBuffer() {
        const stop = Math.min(end, size);
        if (begin >= stop) return new ArrayBuffer(0);
        const had = first;
        if (had && stop <= had.length) return had.slice(begin, stop).buffer;
        // A range that continues the first bytes is a header, which is read more than once: it is kept.
        const goesOn = had && begin <= had.length && stop <= MAX_KEPT ? had : null;
        const from = goesOn?.length ?? begin;
        const part = await get(url, { headers: { Range: `bytes=${from}-${stop - 1}` }, signal }, fetch);
        const bytes = await (part.status === 206
          ? readRange(url, part, 0, stop - from)
          : readRange(url, part, from, stop));
        if (!goesOn) return bytes.buffer;
        first = new Uint8Array(await new Blob([goesOn, bytes]).arrayBuffer());
        return first.slice(begin, stop).buffer;
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
  const response = await get(url, { signal }, fetch);
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

/**
 * Asks a server for a file.
 * @throws DrobeError 'no-answer' where there is none, or none that may be read; 'download-refused' or 'network' with the
 * status, and with what the server says of it where it is Hugging Face: https://huggingface.co/docs/hub/api
 */
export async function get(url: string, init: RequestInit, fetch: Fetch): Promise<Response> {
  // Files of the app's own origin can always be read: without an answer it is the network.
  const { location } = globalThis as { readonly location?: { readonly origin: string } }; // none in Node
  const own = URL.parse(url)?.origin === location?.origin;
  const response = await orError(own ? 'network' : 'no-answer', url, fetch(...identified(url, init)));
  const { status, headers } = response;
  const empty = status === 416 && response.headers.get('Content-Range') === 'bytes */0';
  if (response.ok || empty) return response;
  await response.body?.cancel();
  const reason = `HTTP ${status} ${response.statusText}`.trim();
  const [hub, said] = [headers.get('X-Error-Code'), headers.get('X-Error-Message')];
  const retrySeconds = secondsUntil(headers.get('Retry-After'));
  const facts = {
    ...{ url, reason, status },
    ...(hub && { hub }),
    ...(said && { said }),
    ...(retrySeconds > 0 && { retrySeconds }),
  };
  throw new DrobeError(status === 401 || status === 403 ? 'download-refused' : 'network', facts);
}

/** When a server wants to be asked again: it says so in seconds, or by a date. 0 where it does not. */
function secondsUntil(told: string | null): number {
  if (told === null) return 0;
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}

/** Moves name and password from the address into a header: fetch refuses addresses that contain them. */
function identified(address: string, init: RequestInit): [string, RequestInit] {
  const url = URL.parse(address);
  if (!url?.username && !url?.password) return [address, init];
  const who = [url.username, url.password].map(decoded).join(':');
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(who)))}`);
  url.username = url.password = '';
  return [url.href, { ...init, headers }];
}

/** Percent-decodes, unless a % stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The name of a file: from a header, which we may not be allowed to see; from a parameter of the redirected address, where
 * object stores take that header from; or from the end of that address.
 */
function calledBy({ headers, url, redirected }: Response): string | null {
  const stated = nameIn(headers.get('Content-Disposition'));
  const last = redirected ? URL.parse(url) : null;
  if (stated || !last) return stated;
  const asked = last.searchParams.get('response-content-disposition') ?? last.searchParams.get('rscd');
  const [end] = /[^/]*\.(?:safetensors|sft)$/i.exec(last.pathname) ?? [];
  return nameIn(asked) ?? (end ? nameIn(`attachment; filename*=UTF-8''${end}`) : null);
}

/** Where a partial answer begins, and the file's size; NaN where a server of another origin does not let us see it. */
export function rangeOf(response: Response): { begin: number; total: number } {
  const [, begin, total] =
    /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '') ??
    /^bytes (\*)\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '') ??
    [];
  return { begin: Number(begin ?? NaN), total: Number(total ?? NaN) };
}

/** The file's ETag, or its Last-Modified. */
export const tagOf = ({ headers }: Response): string | null =>
  headers.get('ETag') ?? headers.get('Last-Modified');

/** Whether two tags may be of one version of a file: a weak tag is as good as a strong one, and a date says nothing of a tag. */
export function sameTag(one: string | null, other: string | null): boolean {
  const [a, b] = [one, other].map((tag) => tag?.replace(/^W\//, '') ?? '');
  const isTag = (tag: string): boolean => tag.startsWith('"');
  return !a || !b || isTag(a) !== isTag(b) || a === b;
}

/** Whether the answer is a web page rather than a file. */
export const isPage = ({ headers }: Response): boolean =>
  /^(?:text\/html|application\/xhtml)/i.test(headers.get('Content-Type') ?? '');

/** The size of a file whose partial answer did not state it: from the headers of the whole, or else by counting. */
async function sizeOf(
  url: string,
  whole: Response | null,
  signal: AbortSignal | null,
  fetch: Fetch,
): Promise<number> {
  const response = whole ?? (await get(url, { signal }, fetch));
  const told = lengthOf(response);
  if (Number.isNaN(told)) return countBytes(url, response);
  await response.body?.cancel();
  return told;
}

/** Size of the body; NaN where it is not known: for a compressed answer, Content-Length is the compressed size. */
export function lengthOf(response: Response): number {
  const header = response.headers.get('Content-Length');
  const encoding = response.headers.get('Content-Encoding') ?? 'identity';
  return header === null || encoding !== 'identity' ? NaN : Number(header);
}

/** Bytes `begin` to `end` of a body; the rest is not fetched. */
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
export async function* chunks(url: string, response: Response): AsyncGenerator<Bytes, void, void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await orError('network', url, comes(reader.read()));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** What a line brings, unless it brings nothing for long. */
async function comes<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${SILENCE / 1000} s`)), SILENCE);
  });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}

async function orError<T>(code: 'network' | 'no-answer', url: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrobeError(code, { url, reason }, { cause });
  }
}

export const cutShort = (url: string, done: number, total: number) =>
  new DrobeError('network', { url, reason: `the connection ended after ${done} of ${total} bytes` });
