/**
 * Fetches pieces of files from servers that may do anything: break connections, ignore ranges, exchange the file. Several
 * connections at a time; complete pieces are handed over at once, and what broke off is asked for again from there.
 */
import { DrobeError, isAbort } from '../../errors';
import { chunks, cutShort, get, isPage, lengthOf, rangeOf, sameTag, tagOf, type Fetch } from './remote';
import { byFile, inSpans, MissingPieces, type ArrivedPiece, type Begun, type Order } from './missing-pieces';

/** Where pieces come from, and where they go. */
export interface Carrier {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** Stores complete pieces. */
  readonly take: (pieces: readonly ArrivedPiece[]) => Promise<void>;
  /** Stores what has arrived of a piece that is not complete: called now and then, and when a connection ends. */
  readonly keep?: (begun: Begun) => Promise<void>;
  /** Told how many more bytes have arrived. */
  readonly onBytes: (count: number) => void;
  /** Waits before a request is tried again, or until the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Connections at a time. */
const LINES = 4;
/** Pieces are handed over when they come to so many bytes. */
const BATCH_BYTES = 2 ** 22;
/** A server is given up after so many tries in a row that brought fewer than LEAST_BYTES. */
const TRIES = 6;
const LEAST_BYTES = 2 ** 16;
/** Milliseconds: who is to wait longer is told so. */
const LONGEST_WAIT = 60_000;
/** Milliseconds after which what has arrived is stored, complete or not: no more than that is lost when a tab is closed. */
const KEEP_EVERY = 2000;

/**
 * Fetches all pieces.
 * @throws DrobeError 'network' or 'no-answer' where a server stays unreachable, 'download-refused', 'download-is-page',
 * 'download-changed' where the file has another size now, 'download-doubtful' where it has another tag, and what `take`
 * and `keep` throw. What was stored until then stays.
 */
export async function pull(orders: readonly Order[], carrier: Carrier): Promise<void> {
  const spans = orders.filter(({ file }) => file.ranged).flatMap(inSpans);
  const whole = orders.filter(({ file }) => !file.ranged).map((order) => new MissingPieces(order));
  await inLines(spans, carrier, async (missing, inLine) => {
    if (!(await insist(() => pullRange(missing, inLine), missing, inLine))) whole.push(missing);
  });
  // A file that its server sends only as a whole is fetched once, for all pieces of it.
  for (const missing of byFile(whole)) await insist(() => pullWhole(missing, carrier), missing, carrier);
}

/** Works through a list on several connections at a time; the first to fail stops all. */
async function inLines(
  spans: readonly MissingPieces[],
  carrier: Carrier,
  work: (span: MissingPieces, inLine: Carrier) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const inLine = { ...carrier, signal: AbortSignal.any([carrier.signal, stop.signal]) };
  const rest = spans.values();
  const line = async () => {
    for (const span of rest) await work(span, inLine);
  };
  const lines = Array.from({ length: LINES }, () =>
    line().catch((thrown: unknown) => {
      stop.abort();
      throw thrown;
    }),
  );
  const ends = await Promise.allSettled(lines);
  carrier.signal.throwIfAborted();
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  const [cause] = [...failures.filter((thrown) => !isAbort(thrown)), ...failures];
  if (cause) throw cause;
}

/** Tries again, after longer and longer waits, while the error may pass; a try that brought something counts as the first. */
async function insist<T>(work: () => Promise<T>, missing: MissingPieces, carrier: Carrier): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = missing.bytes;
    try {
      return await work();
    } catch (thrown) {
      failures = before - missing.bytes >= LEAST_BYTES ? 1 : failures + 1;
      const asked = askedToWait(thrown);
      if (!mayPass(thrown) || failures >= TRIES || asked > LONGEST_WAIT) throw thrown;
      // Mirrors take turns: the next answer may be from the one before.
      const pause = isDoubt(thrown) ? 100 : Math.max(500 * 2 ** failures, asked);
      await carrier.wait(pause, carrier.signal);
      carrier.signal.throwIfAborted();
    }
  }
}

/** Milliseconds that a server wants to be left alone, where it says so. */
const askedToWait = (thrown: unknown): number =>
  thrown instanceof DrobeError ? 1000 * Number(thrown.facts['retrySeconds'] ?? 0) : 0;

const isDoubt = (thrown: unknown): boolean =>
  thrown instanceof DrobeError && thrown.code === 'download-doubtful';

/** A broken line, a busy server, another mirror; not a file that is not there. */
function mayPass(thrown: unknown): boolean {
  if (isDoubt(thrown)) return true;
  if (!(thrown instanceof DrobeError)) return false;
  if (thrown.code === 'no-answer') return true;
  if (thrown.code !== 'network') return false;
  const { status } = thrown.facts;
  return status === undefined || Number(status) >= 500 || [408, 425, 429].includes(Number(status));
}

/** @returns false where the server would send the whole file instead of a part: nothing of it is read then. */
async function pullRange(missing: MissingPieces, carrier: Carrier): Promise<boolean> {
  const { file, bounds } = missing;
  if (!bounds) return true;
  const { begin, end } = bounds;
  const headers = { Range: `bytes=${begin}-${end - 1}` };
  const response = await get(file.url, { headers, signal: carrier.signal }, carrier.fetch);
  if (response.status !== 206) {
    await response.body?.cancel();
    return false;
  }
  const told = rangeOf(response);
  await checkSame(missing, response, told.total);
  if (!Number.isNaN(told.begin) && told.begin !== begin) {
    await response.body?.cancel();
    const reason = `bytes from ${told.begin} on arrived, not from ${begin}`;
    throw new DrobeError('network', { url: file.url, reason });
  }
  await receive(response, begin, missing, carrier);
  return true;
}

async function pullWhole(missing: MissingPieces, carrier: Carrier): Promise<void> {
  const { url, bytes } = missing.file;
  if (missing.isEmpty) return;
  const response = await get(url, { signal: carrier.signal }, carrier.fetch);
  const length = lengthOf(response);
  if (length !== bytes && isPage(response)) {
    await response.body?.cancel();
    throw new DrobeError('download-is-page', { url });
  }
  await checkSame(missing, response, length);
  await receive(response, 0, missing, carrier);
}

/**
 * Compares size and tag with those of the file that was first looked at.
 * @throws DrobeError 'download-changed', 'download-doubtful'
 */
async function checkSame({ file, proven }: MissingPieces, response: Response, total: number): Promise<void> {
  const { url, tag, bytes } = file;
  const changed = !Number.isNaN(total) && total !== bytes;
  if (!changed && (proven || sameTag(tag, tagOf(response)))) return;
  await response.body?.cancel();
  throw new DrobeError(changed ? 'download-changed' : 'download-doubtful', { url });
}

/** Takes the pieces out of a body whose first byte lies at `at` in the file. */
async function receive(
  response: Response,
  at: number,
  missing: MissingPieces,
  carrier: Carrier,
): Promise<void> {
  const { url } = missing.file;
  const batch = new Batch(carrier);
  const keep = async () => {
    await batch.hand();
    const begun = carrier.keep && missing.begun();
    if (begun) await carrier.keep(begun);
  };
  let next = performance.now() + KEEP_EVERY;
  try {
    for await (const chunk of chunks(url, response)) {
      carrier.signal.throwIfAborted();
      await takeFrom(chunk, at, missing, batch, carrier);
      at += chunk.length;
      if (missing.isEmpty) break;
      if (performance.now() < next) continue;
      await keep();
      next = performance.now() + KEEP_EVERY;
    }
  } finally {
    await keep();
  }
  const { bounds } = missing;
  if (bounds) throw cutShort(url, at, bounds.firstEnd);
}

/** Takes the pieces out of one chunk of a body. */
async function takeFrom(
  chunk: Uint8Array<ArrayBuffer>,
  at: number,
  missing: MissingPieces,
  batch: Batch,
  { onBytes }: Carrier,
): Promise<void> {
  const end = at + chunk.length;
  let rest = chunk;
  while (rest.length > 0) {
    const filled = missing.fill(rest, end - rest.length);
    if (filled.taken > 0) onBytes(filled.taken);
    if (filled.complete) await batch.add(filled.complete);
    rest = filled.rest;
  }
}

/** Complete pieces, handed over several at a time. */
class Batch {
  readonly #take: Carrier['take'];
  #pieces: ArrivedPiece[] = [];

  constructor({ take }: Carrier) {
    this.#take = take;
  }

  async add(piece: ArrivedPiece): Promise<void> {
    this.#pieces.push(piece);
    if (this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) >= BATCH_BYTES) await this.hand();
  }

  async hand(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (pieces.length > 0) await this.#take(pieces);
  }
}
