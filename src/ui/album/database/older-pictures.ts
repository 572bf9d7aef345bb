import { cardOf, isOf, type StoredCard } from '../card';
import type { StoredPicture } from '../stored';
import { besideOf, putBeside } from './beside';
import type { EntryStore } from './entry-store';
import { erase, FIRST, isOlder, keyOf, namesIn, under, type Named } from './layout';

/**
 * Pictures of versions that made no cards, and kept 40. They stay where they lie, so that a page of such a version, which may
 * be open in another tab, finds them; what it does to them meanwhile is found out.
 */
export class OlderPictures {
  readonly #entries: EntryStore;

  constructor(entries: EntryStore) {
    this.#entries = entries;
  }

  async places(): Promise<number[]> {
    return (await this.#entries.keys(under('picture'))).map(([, place]) => Number(place));
  }

  /** Cards for pictures that have none yet, without what reading their files would tell. */
  async bare(places: readonly number[]): Promise<StoredCard[]> {
    const found = await this.#entries.readMany<Named<StoredPicture>>(places.map(keyOf));
    return found.flatMap((picture, i) => (picture ? [bareCard(places[i]!, picture)] : [])); // as many
  }

  /** Gives them cards and thumbnails. @returns the places of those that got some, and of those that are gone. */
  async takeOver(): Promise<{ readonly added: readonly number[]; readonly removed: readonly number[] }> {
    const places = await this.places();
    const cards = await this.#entries.keys(IDBKeyRange.bound(['card', 0], ['card', FIRST], false, true));
    const removed = cards.map(([, place]) => Number(place)).filter((place) => !places.includes(place));
    await this.forget(removed);
    const added: number[] = [];
    // The newest first: they are seen first.
    for (const place of places.toReversed()) if (await this.take(place)) added.push(place);
    return { added, removed };
  }

  /** Deletes cards and thumbnails of pictures that an older version deleted. */
  async forget(places: readonly number[]): Promise<void> {
    const older = places.filter(isOlder);
    if (older.length === 0) return;
    await this.#entries.write((store) => {
      for (const place of older) {
        const picture = store.getKey([...keyOf(place)]);
        picture.onsuccess = () => {
          if (picture.result === undefined) erase(store, place);
        };
      }
    });
  }

  /** Gives one picture a card and a thumbnail. @returns false where it has a card of its own. */
  async take(place: number): Promise<boolean> {
    const picture = await this.#entries.read<Named<StoredPicture>>(keyOf(place));
    if (!picture) return false;
    const bare = bareCard(place, picture);
    const card = await this.#entries.read<StoredCard>(['card', place]);
    // An older version may have put another picture where one was deleted.
    if (card && isOf(card, bare)) return false;
    const { hash, thumbnail } = await besideOf(picture.itself);
    let taken = false;
    await this.#entries.write((store) => {
      const there = store.getKey([...keyOf(place)]);
      there.onsuccess = () => {
        if (there.result === undefined) return;
        taken = true;
        putBeside(store, { ...bare, hash }, thumbnail);
      };
    });
    return taken;
  }
}

const bareCard = (place: number, picture: Named<StoredPicture>): StoredCard =>
  cardOf(place, picture, { made: 0, hash: null, uses: namesIn(picture) });
