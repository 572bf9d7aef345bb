/**
 * Pieces of files from servers that may do anything: break connections, ignore ranges, swap the file. Several lines at
 * a time; what has arrived whole is handed over at once, and what broke off is asked for again from there.
 */
import { DrobeError, isAbort } from '../errors';
import { chunks, cutShort, get, rangeOf, tagOf, type Fetch, type RemoteFile } from './remote';

/** A file on a server, as it was when it was first looked at. */
export interface RemoteRef extends Pick<RemoteFile, 'tag' | 'ranged'> {
  readonly url: string;
  readonly bytes: number;
}

/** A piece that is wanted: the n-th of a model, and where it lies in the file. */
export interface Wish {
  readonly n: number;
  readonly begin: number;
  readonly end: number;
}

/** Pieces of one file, in its order. */
export interface Order {
  readonly file: RemoteRef;
  readonly wishes: readonly Wish[];
}

export interface Arrived {
  readonly n: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Carrier {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** Keeps what has arrived. */
  readonly take: (pieces: readonly Arrived[]) => Promise<void>;
  /** So many bytes more, or fewer where a piece will be fetched again. */
  readonly onBytes: (count: number) => void;
  /** Until it is time to try again, or the signal says that nobody wants it any more. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const LINES = 4;
/** What one request asks for, unless a single piece is larger. */
const SPAN_BYTES = 2 ** 24;
/** What is handed over in one go. */
const BATCH_BYTES = 2 ** 22;
/** So often in a row with less than that, and a server is given up. */
const TRIES = 6;
const LEAST_BYTES = 2 ** 16;

/**
 * Fetches all pieces.
 * @throws DrobeError 'network' where a server stays unreachable, 'download-refused', 'download-changed', and what `take`
 * throws. Pieces that were taken until then stay taken.
 */
export async function pull(orders: readonly Order[], carrier: Carrier): Promise<void> {
  const spans = orders.filter(({ file }) => file.ranged).flatMap(spansOf);
  const whole = orders.filter(({ file }) => !file.ranged).map(queueOf);
  await inLines(spans, carrier, async (queue, inLine) => {
    if (await insist(() => pullRange(queue, inLine), queue, inLine)) return;
    carrier.onBytes(-queue.filled);
    whole.push(queue);
  });
  // What its server sends only as a whole comes in one piece, once.
  for (const queue of merged(whole)) await insist(() => pullWhole(queue, carrier), queue, carrier);
}

/** What is still to come of a file: pieces leave the list as they arrive. */
interface Queue {
  readonly file: RemoteRef;
  readonly left: Wish[];
  /** As much of the first piece as has arrived: a line may break more often than a piece is long. */
  piece: Uint8Array<ArrayBuffer> | null;
  filled: number;
}

const queueOf = ({ file, wishes }: Order): Queue => ({ file, left: [...wishes], piece: null, filled: 0 });

/** Pieces that lie one after another are asked for together. */
function spansOf({ file, wishes }: Order): Queue[] {
  const spans: Queue[] = [];
  for (const wish of wishes) {
    const open = spans.at(-1)?.left;
    const follows = open?.at(-1)?.end === wish.begin;
    if (open && follows && wish.end - open[0]!.begin <= SPAN_BYTES) open.push(wish);
    else spans.push(queueOf({ file, wishes: [wish] }));
  }
  return spans;
}

function merged(queues: readonly Queue[]): Queue[] {
  const files = new Map<RemoteRef, Wish[]>();
  for (const { file, left } of queues) files.set(file, [...(files.get(file) ?? []), ...left]);
  return [...files].map(([file, wishes]) =>
    queueOf({ file, wishes: wishes.sort((a, b) => a.begin - b.begin) }),
  );
}

/** Works through a list with several workers; the first to fail stops all. */
async function inLines(
  spans: readonly Queue[],
  carrier: Carrier,
  work: (span: Queue, inLine: Carrier) => Promise<void>,
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

/** Tries again, later and later, while what fails may pass and something comes now and then. */
async function insist<T>(work: () => Promise<T>, queue: Queue, carrier: Carrier): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = missingIn(queue);
    try {
      return await work();
    } catch (thrown) {
      failures = before - missingIn(queue) >= LEAST_BYTES ? 1 : failures + 1;
      if (!mayPass(thrown) || failures >= TRIES) throw thrown;
      await carrier.wait(500 * 2 ** failures, carrier.signal);
      carrier.signal.throwIfAborted();
    }
  }
}

const missingIn = ({ left, filled }: Queue): number =>
  left.reduce((sum, { begin, end }) => sum + end - begin, -filled);

/** A broken line, a busy server; not a file that is not there. */
function mayPass(thrown: unknown): boolean {
  if (!(thrown instanceof DrobeError) || thrown.code !== 'network') return false;
  const { status } = thrown.facts;
  return status === undefined || Number(status) >= 500 || [408, 425, 429].includes(Number(status));
}

/** False where the server sends the whole file instead of the part: nothing of it is read then. */
async function pullRange(queue: Queue, carrier: Carrier): Promise<boolean> {
  const { file, left } = queue;
  const first = left[0]; // fewer with each try
  const last = left.at(-1);
  if (!first || !last) return true;
  const begin = first.begin + queue.filled;
  const headers = { Range: `bytes=${begin}-${last.end - 1}` };
  const response = await get(file.url, { headers, signal: carrier.signal }, carrier.fetch);
  if (response.status !== 206) {
    await response.body?.cancel();
    return false;
  }
  const told = rangeOf(response);
  await checkSame(file, response, told.total);
  if (!Number.isNaN(told.begin) && told.begin !== begin) {
    await response.body?.cancel();
    const reason = `bytes from ${told.begin} on arrived, not from ${begin}`;
    throw new DrobeError('network', { url: file.url, reason });
  }
  await receive(response, begin, queue, carrier);
  return true;
}

async function pullWhole(queue: Queue, carrier: Carrier): Promise<void> {
  if (queue.left.length === 0) return;
  const response = await get(queue.file.url, { signal: carrier.signal }, carrier.fetch);
  await checkSame(queue.file, response, NaN);
  await receive(response, 0, queue, carrier);
}

/** @throws DrobeError 'download-changed' where the server now has another file at the same address. */
async function checkSame({ url, tag, bytes }: RemoteRef, response: Response, total: number): Promise<void> {
  const now = tagOf(response);
  const same = (tag === null || now === null || tag === now) && (Number.isNaN(total) || total === bytes);
  if (same) return;
  await response.body?.cancel();
  throw new DrobeError('download-changed', { url });
}

/** Takes the pieces out of a body whose first byte lies at `at` in the file. */
async function receive(response: Response, at: number, queue: Queue, carrier: Carrier): Promise<void> {
  const { file, left } = queue;
  let batch: Arrived[] = [];
  const hand = async () => {
    const arrived = batch;
    batch = [];
    if (arrived.length > 0) await carrier.take(arrived);
  };
  try {
    for await (const chunk of chunks(file.url, response)) {
      for (let from = 0; from < chunk.length && left.length > 0;) {
        const { n, begin, end } = left[0]!; // there is one
        const skip = begin + queue.filled - (at + from);
        if (skip > 0) {
          from += skip;
          continue;
        }
        const piece = (queue.piece ??= new Uint8Array(end - begin));
        const part = chunk.subarray(from, from + piece.length - queue.filled);
        piece.set(part, queue.filled);
        queue.filled += part.length;
        from += part.length;
        carrier.onBytes(part.length);
        if (queue.filled < piece.length) continue;
        batch.push({ n, bytes: piece });
        left.shift();
        queue.piece = null;
        queue.filled = 0;
        if (batch.reduce((sum, { bytes }) => sum + bytes.length, 0) >= BATCH_BYTES) await hand();
      }
      at += chunk.length;
      if (left.length === 0) break;
    }
  } finally {
    await hand();
  }
  const missing = left[0];
  if (missing) throw cutShort(file.url, at, missing.end);
}
