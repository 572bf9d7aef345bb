/**
 * Pieces of files from servers that may do anything: break connections, ignore ranges, swap the file. Several lines at
 * a time; what has arrived whole is handed over at once, and what broke off is asked for again from there.
 */
import { DrobeError, isAbort } from '../../errors';
import { chunks, cutShort, get, isPage, lengthOf, rangeOf, sameTag, tagOf } from './remote';
import type { Fetch, RemoteFile } from './remote';

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
  /** Its first bytes, where they arrived before. */
  readonly have?: Uint8Array<ArrayBuffer>;
}

/** Pieces of one file, in its order. */
export interface Order {
  readonly file: RemoteRef;
  readonly wishes: readonly Wish[];
  /** A sum decides in the end whether it is the right file: that a server gives it another tag says nothing then. */
  readonly proven: boolean;
}

export interface Arrived {
  readonly n: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a piece that is not whole yet, from `at` in it on. */
export interface Begun extends Arrived {
  readonly at: number;
}

export interface Carrier {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** Keeps what has arrived. */
  readonly take: (pieces: readonly Arrived[]) => Promise<void>;
  /** Keeps what has arrived of a piece that is not whole: told now and then, and when a line ends. */
  readonly keep?: (begun: Begun) => Promise<void>;
  /** So many bytes more. */
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
/** Milliseconds after which what has arrived is kept, whole or not: all that is lost where a tab is closed. */
const KEEP_EVERY = 2000;

/**
 * Fetches all pieces.
 * @throws DrobeError 'network' or 'no-answer' where a server stays unreachable, 'download-refused', 'download-is-page',
 * 'download-changed' where the file has another size now, 'download-doubtful' where it has another tag, and what `take`
 * and `keep` throw. What was taken and kept until then stays so.
 */
export async function pull(orders: readonly Order[], carrier: Carrier): Promise<void> {
  const spans = orders.filter(({ file }) => file.ranged).flatMap(spansOf);
  const whole = orders.filter(({ file }) => !file.ranged).map(queueOf);
  await inLines(spans, carrier, async (queue, inLine) => {
    if (!(await insist(() => pullRange(queue, inLine), queue, inLine))) whole.push(queue);
  });
  // What its server sends only as a whole comes in one piece, once.
  for (const queue of merged(whole)) await insist(() => pullWhole(queue, carrier), queue, carrier);
}

/** What is still to come of a file: pieces leave the list as they arrive. */
interface Queue extends Pick<Order, 'file' | 'proven'> {
  readonly left: Wish[];
  /** The first of them, as far as it has arrived: a line may break more often than a piece is long. */
  piece: Uint8Array<ArrayBuffer> | null;
  filled: number;
  /** So much of it is kept. */
  kept: number;
}

const queueOf = ({ wishes, ...order }: Order): Queue => ({
  ...order,
  left: [...wishes],
  piece: null,
  filled: 0,
  kept: 0,
});

/** The first piece that is still to come, with what there is of it. */
function firstOf(queue: Queue): Uint8Array<ArrayBuffer> {
  const { begin, end, have } = queue.left[0]!; // whoever asks has seen that there is one
  if (!queue.piece) {
    queue.piece = new Uint8Array(end - begin);
    queue.piece.set(have ?? []);
    queue.filled = queue.kept = have?.length ?? 0;
  }
  return queue.piece;
}

/** Pieces that lie one after another are asked for together. */
function spansOf({ wishes, ...order }: Order): Queue[] {
  const spans: Queue[] = [];
  for (const wish of wishes) {
    const open = spans.at(-1)?.left;
    const follows = open?.at(-1)?.end === wish.begin && !wish.have;
    if (open && follows && wish.end - open[0]!.begin <= SPAN_BYTES) open.push(wish);
    else spans.push(queueOf({ ...order, wishes: [wish] }));
  }
  return spans;
}

function merged(queues: readonly Queue[]): Queue[] {
  const orders = new Map<RemoteRef, Order & { readonly wishes: Wish[] }>();
  for (const queue of queues) {
    const { file, proven } = queue;
    const order = orders.get(file) ?? { file, proven, wishes: [] };
    orders.set(file, order);
    order.wishes.push(...wishesIn(queue));
  }
  return [...orders.values()].map((order) => {
    order.wishes.sort((a, b) => a.begin - b.begin);
    return queueOf(order);
  });
}

/** What is left of a queue, with what there is of it. */
function wishesIn({ left, piece, filled }: Queue): Wish[] {
  const [first, ...others] = left;
  if (!first || !piece) return left;
  return [{ ...first, have: piece.subarray(0, filled) }, ...others];
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
      // Mirrors take turns: the next answer may be from the one before.
      await carrier.wait(isDoubt(thrown) ? 100 : 500 * 2 ** failures, carrier.signal);
      carrier.signal.throwIfAborted();
    }
  }
}

const missingIn = ({ left, filled }: Queue): number =>
  left.reduce((sum, { begin, end }) => sum + end - begin, -filled);

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

/** False where the server sends the whole file instead of the part: nothing of it is read then. */
async function pullRange(queue: Queue, carrier: Carrier): Promise<boolean> {
  const { file, left } = queue; // fewer with each try
  const last = left.at(-1);
  if (!last) return true;
  firstOf(queue);
  const begin = left[0]!.begin + queue.filled;
  const headers = { Range: `bytes=${begin}-${last.end - 1}` };
  const response = await get(file.url, { headers, signal: carrier.signal }, carrier.fetch);
  if (response.status !== 206) {
    await response.body?.cancel();
    return false;
  }
  const told = rangeOf(response);
  await checkSame(queue, response, told.total);
  if (!Number.isNaN(told.begin) && told.begin !== begin) {
    await response.body?.cancel();
    const reason = `bytes from ${told.begin} on arrived, not from ${begin}`;
    throw new DrobeError('network', { url: file.url, reason });
  }
  await receive(response, begin, queue, carrier);
  return true;
}

async function pullWhole(queue: Queue, carrier: Carrier): Promise<void> {
  const { url, bytes } = queue.file;
  if (queue.left.length === 0) return;
  const response = await get(url, { signal: carrier.signal }, carrier.fetch);
  const length = lengthOf(response);
  if (length !== bytes && isPage(response)) {
    await response.body?.cancel();
    throw new DrobeError('download-is-page', { url });
  }
  await checkSame(queue, response, length);
  await receive(response, 0, queue, carrier);
}

/**
 * Whether it is the file that was first looked at, as far as the answer tells.
 * @throws DrobeError 'download-changed', 'download-doubtful'
 */
async function checkSame({ file, proven }: Queue, response: Response, total: number): Promise<void> {
  const { url, tag, bytes } = file;
  const changed = !Number.isNaN(total) && total !== bytes;
  if (!changed && (proven || sameTag(tag, tagOf(response)))) return;
  await response.body?.cancel();
  throw new DrobeError(changed ? 'download-changed' : 'download-doubtful', { url });
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
  const keepAll = async () => {
    await hand();
    await keepBegun(queue, carrier);
  };
  let next = performance.now() + KEEP_EVERY;
  try {
    for await (const chunk of chunks(file.url, response)) {
      carrier.signal.throwIfAborted();
      for (let from = 0; from < chunk.length && left.length > 0;) {
        const piece = firstOf(queue);
        const { n, begin } = left[0]!; // there is one
        const skip = begin + queue.filled - (at + from);
        if (skip > 0) {
          from += skip;
          continue;
        }
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
      if (performance.now() < next) continue;
      await keepAll();
      next = performance.now() + KEEP_EVERY;
    }
  } finally {
    await keepAll();
  }
  const missing = left[0];
  if (missing) throw cutShort(file.url, at, missing.end);
}

async function keepBegun(queue: Queue, carrier: Carrier): Promise<void> {
  const { left, piece, filled, kept } = queue;
  if (!carrier.keep || !piece || filled === kept) return;
  queue.kept = filled;
  await carrier.keep({ n: left[0]!.n, at: kept, bytes: piece.slice(kept, filled) }); // it is the first one's
}
