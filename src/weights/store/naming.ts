/** Names pieces by their bytes. Reading and hashing them is most of the cost of an import. */
import { nameOf } from '../db';
import { Reading } from './reading';

/** A piece's name, or why its bytes cannot be read. */
export type Named = { readonly name: string } | { readonly unread: string };

/** Names pieces, in their order. */
export type Namer = (pieces: readonly Blob[], signal: AbortSignal) => AsyncGenerator<Named, void, void>;

/** In this thread, one after the other: memory holds one piece at a time. */
export const nameHere: Namer = async function* (pieces, signal) {
  const reading = new Reading(pieces);
  try {
    for (const _ of pieces) {
      signal.throwIfAborted();
      yield await nameNext(reading);
    }
  } finally {
    await reading.close();
  }
};

async function nameNext(reading: Reading): Promise<Named> {
  try {
    return { name: await nameOf(await reading.next()) };
  } catch (cause) {
    return { unread: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) };
  }
}
