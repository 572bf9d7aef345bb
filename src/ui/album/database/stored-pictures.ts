import { defined } from '../../../checked';
import { randomId, getAllIn, getIn } from '../../../weights/db';
import { thumbnailOf } from '../../files/thumbnail';
import { cardOf, evicted, type StoredCard, type Marks } from '../card';
import { at, merged, oneOf, without } from '../cards';
import type { Addition, StoredPicture, News, Placed, Removal } from '../stored';
import { besideOf, putBeside, type Beside } from './beside';
import type { EntryStore } from './entry-store';
import type { StoredInputs } from './stored-inputs';
import { erase, FIRST, isOlder, keyOf, namesIn, sweep, under, type Named, type NamedRemoval } from './layout';
import { OlderPictures } from './older-pictures';

/** If more cards than this are wanted, it is quicker to read all of them. */
const MANY = 200;

/** How a picture is added. */
interface Adding {
  /** The most pictures to keep of those made here; null for as many as there is room for. */
  readonly most: number | null;
  /** What is stored beside it, if that was computed already. */
  readonly beside?: Beside;
  readonly folder?: string;
  /** Further writes in the same transaction. */
  readonly also?: (store: IDBObjectStore) => void;
}

/**
 * Pictures, as many as there is room for. Each has a small card, read for all of them at the start, and a thumbnail; the
 * picture itself is read when somebody looks at it.
 */
export class StoredPictures {
  readonly #entries: EntryStore;
  readonly #inputs: StoredInputs;
  readonly #older: OlderPictures;
  readonly #tell: (news: News) => void;
  /** Ids of this page's deletions that can still be undone. */
  readonly #removals = new Set<string>();

  constructor(entries: EntryStore, inputs: StoredInputs, tell: (news: News) => void) {
    this.#entries = entries;
    this.#inputs = inputs;
    this.#older = new OlderPictures(entries);
    this.#tell = tell;
  }

  /** The cards of all pictures that are not deleted, newest first. */
  async cards(): Promise<readonly StoredCard[]> {
    const [cards, removals, older] = await Promise.all([
      this.#entries.all<StoredCard>(under('card')),
      this.#entries.all<NamedRemoval>(under('removal')),
      this.#older.places(),
    ]);
    const hasCard = oneOf(cards.map(({ place }) => place));
    const bare = older.filter((place) => !hasCard(place));
    const removed = removals.flatMap(({ places }) => places);
    return without(merged(cards, await this.#older.bare(bare)), removed);
  }

  /** The cards of the pictures in these places, as far as they are there. */
  async cardsAt(places: readonly number[]): Promise<readonly StoredCard[]> {
    if (places.length > MANY) return at(await this.cards(), places);
    const found = await this.#entries.readMany<StoredCard>(places.map((place) => ['card', place]));
    const bare = places.filter((place, i) => !found[i] && isOlder(place));
    return [...found.filter((card) => card !== undefined), ...(await this.#older.bare(bare))];
  }

  /** Pictures by their places, as far as they are there. */
  async wholes(places: readonly number[]): Promise<Placed[]> {
    const found = await this.#entries.readMany<Named<StoredPicture>>(places.map(keyOf));
    const there = found.flatMap((picture, i) => (picture ? [{ place: places[i]!, picture }] : [])); // as many
    const pictures = await this.#entries.wholes<StoredPicture>(there.map(({ picture }) => picture));
    return there.map(({ place }, i) => ({ place, picture: pictures[i]! })); // as many
  }

  /** A picture's thumbnail, or the picture itself where the browser cannot make one; null where it is gone. */
  async thumbnail(place: number): Promise<Blob | null> {
    const there = await this.#entries.read<Blob>(['thumbnail', place]);
    if (there) return there;
    const picture = await this.#entries.read<Named<StoredPicture>>(keyOf(place));
    if (!picture) return null;
    const made = await thumbnailOf(picture.itself).catch(() => null);
    if (!made) return picture.itself.blob;
    const written = this.#entries.write((store) => {
      const card = store.getKey(['card', place]);
      card.onsuccess = () => card.result !== undefined && store.put(made, ['thumbnail', place]);
    });
    await written.catch(() => undefined); // without room it will be made again when needed
    return made;
  }

  /**
   * Adds a picture as the newest. Where the number is limited, others make room, except starred ones and those that another
   * tab works with.
   * @throws DrobeError 'quota' | 'storage'
   */
  async add(picture: StoredPicture, { most, beside, folder = '', also }: Adding): Promise<Addition> {
    const [known, spared, tab] = await Promise.all([
      beside ?? besideOf(picture.itself),
      most === null ? new Set<string>() : this.#inputs.usedElsewhere(),
      this.#inputs.tab(),
    ]);
    const told: Addition[] = [];
    await this.#entries.write((store) => {
      also?.(store);
      const last = store.openKeyCursor(IDBKeyRange.bound(['card', FIRST], ['card', []]), 'prev');
      last.onsuccess = () => {
        const [, before = FIRST - 1] = (last.result?.key ?? []) as [string?, number?];
        const card = this.#put(picture, before + 1, { ...known, folder }, store);
        if (most === null) told.push({ card, evicted: null });
        else this.#makeRoom(store, { most, spared, tab }, (evicted) => told.push({ card, evicted }));
      };
    });
    const ended = defined(told[0]); // it is written
    this.#tell({ added: [ended.card.place], removed: ended.evicted?.places ?? [] });
    return ended;
  }

  /** Marks pictures. @returns their cards. */
  async mark(places: readonly number[], marks: Partial<Marks>): Promise<StoredCard[]> {
    const marked: StoredCard[] = [];
    for (const place of places.filter(isOlder)) await this.#older.take(place);
    await this.#entries.write((store) => {
      for (const place of places) {
        const found = getIn<StoredCard>(store, ['card', place]);
        found.onsuccess = () => {
          if (!found.result) return;
          const card = { ...found.result, ...marks };
          store.put(card, ['card', place]);
          marked.push(card);
        };
      }
    });
    this.#tell({ added: [], removed: [], marked: places });
    return marked;
  }

  /** Hides pictures in all tabs. They are deleted for good by `erase`, or after this tab is closed. */
  async remove(places: readonly number[]): Promise<Removal> {
    const removal = { id: randomId(), places };
    const tab = await this.#inputs.tab();
    await this.#entries.write((store) => this.#putRemoval(store, removal, tab));
    this.#tell({ added: [], removed: places });
    return removal;
  }

  /** Shows hidden pictures again. @returns their cards. */
  async bringBack({ id, places }: Removal): Promise<readonly StoredCard[]> {
    this.#removals.delete(id);
    await this.#entries.write((store) => store.delete(['removal', id]));
    this.#tell({ added: places, removed: [] });
    return this.cardsAt(places);
  }

  /** Deletes hidden pictures for good, with source pictures that nothing else was made from. */
  async erase(removals: readonly Pick<Removal, 'id'>[]): Promise<void> {
    for (const { id } of removals) this.#removals.delete(id);
    await this.#entries.write((store) => {
      for (const { id } of removals) {
        const found = getIn<NamedRemoval>(store, ['removal', id]);
        found.onsuccess = () => {
          for (const place of found.result?.places ?? []) erase(store, place);
          store.delete(['removal', id]);
          sweep(store);
        };
      }
    });
  }

  /** Those of these places whose pictures were made from what another tab works on. */
  async usedElsewhere(places: readonly number[]): Promise<readonly number[]> {
    const names = await this.#inputs.usedElsewhere();
    if (names.size === 0) return [];
    const cards = await this.cardsAt(places);
    return cards.filter(({ uses }) => uses.some((name) => names.has(name))).map(({ place }) => place);
  }

  /**
   * Housekeeping, once the page is shown: gives pictures of an older version cards and thumbnails, and deletes for good
   * what closed tabs had hidden.
   * @param told called with what changed.
   */
  async tidy(told: (news: News) => void): Promise<void> {
    const ids = await this.#entries.keys(under('removal'));
    const removals = await this.#entries.readMany<NamedRemoval>(ids);
    const living = await this.#inputs.living(removals.flatMap((removal) => removal?.tab ?? []));
    const left = ids
      .filter((_, i) => !living.includes(removals[i]?.tab ?? ''))
      .map(([, id]) => ({ id: String(id) }))
      .filter(({ id }) => !this.#removals.has(id));
    if (left.length > 0) await this.erase(left);

    const news = await this.#older.takeOver();
    if (news.added.length + news.removed.length > 0) {
      told(news);
      this.#tell(news);
    }
    await this.#entries.write(sweep);
  }

  /** Forgets pictures that an older version deleted. */
  forget(places: readonly number[]): Promise<void> {
    return this.#older.forget(places);
  }

  #put(
    picture: StoredPicture,
    place: number,
    { hash, thumbnail, folder }: Beside & Pick<Marks, 'folder'>,
    store: IDBObjectStore,
  ): StoredCard {
    const itself = { ...picture.itself, pixels: null };
    const kept = { ...this.#entries.named(picture, store), itself };
    store.put(kept, [...keyOf(place)]);
    const facts = { made: picture.made ?? Date.now(), hash, uses: namesIn(kept) };
    const card = { ...cardOf(place, picture, facts), folder };
    putBeside(store, card, thumbnail);
    return card;
  }

  #makeRoom(
    store: IDBObjectStore,
    { most, spared, tab }: { most: number; spared: ReadonlySet<string>; tab: string },
    told: (removal: Removal | null) => void,
  ): void {
    const removals = getAllIn<NamedRemoval>(store, under('removal'));
    const count = store.count(under('card'));
    count.onsuccess = () => {
      const removed = removals.result.flatMap(({ places }) => places);
      if (count.result - removed.length <= most) {
        told(null);
        return;
      }
      const cards = getAllIn<StoredCard>(store, under('card'));
      cards.onsuccess = () => {
        const inSight = without(cards.result, removed).toReversed();
        const going = evicted(inSight, most, ({ uses }) => uses.some((name) => spared.has(name)));
        const removal = { id: randomId(), places: going.map(({ place }) => place) };
        if (going.length > 0) this.#putRemoval(store, removal, tab);
        told(going.length > 0 ? removal : null);
      };
    };
  }

  #putRemoval(store: IDBObjectStore, { id, places }: Removal, tab: string): void {
    this.#removals.add(id);
    store.put({ tab, places } satisfies NamedRemoval, ['removal', id]);
  }
}
