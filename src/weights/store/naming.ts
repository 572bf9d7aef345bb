/** Names pieces by their bytes. Reading and hashing them is most of the cost of an import. */
import { nameOf } from '../db';

/** A piece's name, or why its bytes cannot be read. */
export type Named = { readonly name: string } | { readonly unread: string };

/** Names pieces, in their order. */
export type Namer = (pieces: readonly Blob[], signal: AbortSignal) => AsyncGenerator<Named, void, void>;

/** In this thread, one after the other: memory holds one piece at a time. */
export const nameHere: Namer = async function* (pieces, signal) {
  for (const piece of pieces) {
    signal.throwIfAborted();
    yield await nameBy(piece);
  }
};

async function nameBy(piece: Blob): Promise<Named> {
  try {
    return { name: await nameOf(new Uint8Array(await piece.arrayBuffer())) };
  } catch (cause) {
    return { unread: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) };
  }
}
