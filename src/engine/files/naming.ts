/** Has pieces named beside the work of the engine, as many at a time as pays. */
import { nameHere, type Named, type Namer } from '../../weights/store/naming';
import { aside } from '../aside';
import type { NamerApi } from './namer';
import namerAddress from './namer?worker&url';

/** Up to here the pieces are named sooner than a worker is there: a header, or a small LoRA. */
const FEW_BYTES = 2 ** 20;
/** More are of no use: they read as fast as a disk writes then. */
const MOST = 4;
/** Bytes for which a worker is worth its start. */
const SHARE_BYTES = 2 ** 25;
/** What goes to one worker before the next one has its turn. */
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
  // What fails is told to whoever waits for it, and nobody waits for what comes after.
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

/** The numbers of the pieces that each worker names: in turn, so that all get on with the beginning first. */
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
    await aside<NamerApi, void>(namerAddress, 'drobe-namer', signal, async (namer, either) => {
      let at = 0;
      for await (const named of namer.names(either, own)) names[share[at++]!]!.resolve(named); // one for each
    });
  } catch (thrown) {
    for (const n of share) names[n]!.reject(thrown);
  }
}
