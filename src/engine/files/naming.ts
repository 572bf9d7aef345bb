/** Names pieces in workers beside the engine, in as many as pay. */
import { nameHere, type Named, type Namer } from '../../weights/store/naming';
import { inWorker } from '../in-worker';
import type { NamerApi } from './namer';
import namerAddress from './namer?worker&url';

/** Bytes that are named sooner than a worker starts: a header, or a small LoRA. */
const FEW_BYTES = 2 ** 20;
/** The most workers: these read as fast as a disk writes. */
const MOST = 4;
/** Bytes for which starting a worker pays. */
const SHARE_BYTES = 2 ** 25;
/** Bytes that go to one worker before the next gets its turn. */
const TURN_BYTES = 2 ** 24;

/** @throws DrobeError 'engine-crashed' where a worker cannot be started. */
export const nameInWorkers: Namer = async function* (pieces, signal) {
  signal.throwIfAborted();
  const bytes = pieces.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= FEW_BYTES) {
    yield* nameHere(pieces, signal);
    return;
  }
  const names = pieces.map(() => Promise.withResolvers<Named>());
  // A failure is thrown where its name is awaited, and the names after it are never awaited.
  for (const { promise } of names) promise.catch(() => undefined);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const lines = shares(pieces, bytes).map((share) => nameShare(pieces, share, names, either));
  try {
    for (const { promise } of names) yield await promise;
    await Promise.all(lines);
  } finally {
    stop.abort();
  }
};

/** The indices of the pieces that each worker names, dealt out in turn, so that the first pieces are named first. */
function shares(pieces: readonly Blob[], bytes: number): number[][] {
  const most = Math.min(MOST, 1 + Math.ceil(navigator.hardwareConcurrency / 2));
  const all = Array.from({ length: Math.min(most, Math.ceil(bytes / SHARE_BYTES)) }, (): number[] => []);
  let begun = 0;
  for (const [n, { size }] of pieces.entries()) {
    all[Math.floor(begun / TURN_BYTES) % all.length]?.push(n);
    begun += size;
  }
  return all.filter((share) => share.length > 0);
}

async function nameShare(
  pieces: readonly Blob[],
  share: readonly number[],
  names: readonly PromiseWithResolvers<Named>[],
  signal: AbortSignal,
): Promise<void> {
  const own = share.map((n) => pieces[n]!); // they are these pieces' numbers
  try {
    await inWorker<NamerApi, void>(namerAddress, 'drobe-namer', signal, async (namer, either) => {
      let at = 0;
      for await (const named of namer.names(either, own)) names[share[at++]!]!.resolve(named); // one for each
    });
  } catch (thrown) {
    for (const n of share) names[n]!.reject(thrown);
  }
}
