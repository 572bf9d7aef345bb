import type { StoredCard } from './card';

/** Cards that are added at once, so that lists of them are not updated for each. */
const SOME = 25;

/** Pictures imported by the thousand: known ones are recognised by their hashes, new ones added in batches. */
export class ImportBatch {
  readonly #places: number[] = [];
  readonly #hashes: Set<string>;
  readonly #addCards: (cards: readonly StoredCard[]) => void;
  #waiting: StoredCard[] = [];

  /** @param cards of all pictures. @param addCards adds cards to them. */
  constructor(cards: readonly StoredCard[], addCards: (cards: readonly StoredCard[]) => void) {
    this.#hashes = new Set(cards.flatMap(({ hash }) => hash ?? []));
    this.#addCards = addCards;
  }

  /** The places of new pictures. */
  get places(): readonly number[] {
    return this.#places;
  }

  isKnown(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  add(card: StoredCard): void {
    this.#places.push(card.place);
    if (card.hash !== null) this.#hashes.add(card.hash);
    this.#waiting.push(card);
    if (this.#waiting.length >= SOME) this.flush();
  }

  /** Adds the cards that are waiting. */
  flush(): void {
    this.#addCards(this.#waiting);
    this.#waiting = [];
  }
}
