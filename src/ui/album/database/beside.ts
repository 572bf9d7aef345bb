/** What is stored beside a picture: its card and its thumbnail. */
import { nameOf } from '../../../weights/db';
import type { Original } from '../../files/picture';
import { thumbnailOf } from '../../files/thumbnail';
import type { StoredCard } from '../card';

/** What is computed from a picture's file before it is stored. */
export interface Beside {
  /** The file's SHA-256. */
  readonly hash: string;
  /** Null where the browser cannot make one. */
  readonly thumbnail: Blob | null;
}

/** Makes the thumbnail of a picture, if it can be decoded, and the hash of its file. */
export async function besideOf(itself: Original): Promise<Beside> {
  const [thumbnail, content] = await Promise.all([
    thumbnailOf(itself).catch(() => null),
    itself.blob.arrayBuffer(),
  ]);
  return { thumbnail, hash: await nameOf(new Uint8Array(content)) };
}

/** Stores a card, and the thumbnail of its picture or none, in a transaction. */
export function putBeside(store: IDBObjectStore, card: StoredCard, thumbnail: Blob | null): void {
  store.put(card, ['card', card.place]);
  if (thumbnail) store.put(thumbnail, ['thumbnail', card.place]);
  else store.delete(['thumbnail', card.place]);
}
