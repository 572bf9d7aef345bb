import type { Filed } from './card';

/** Cards that are added at once, so that lists of them are not updated for each. */
const SOME = 25;

/** Pictures imported by the thousand: known ones are recognised by their hashes, new ones added in batches. */
export class ImportBatch {
  readonly #places: number[] = [];
  readonly #hashes: Set<string>;
  readonly #lay: (cards: readonly Filed[]) => void;
  #waiting: Filed[] = [];

  /** @param cards of all pictures. @param lay adds cards to them. */
  constructor(cards: readonly Filed[], lay: (cards: readonly Filed[]) => void) {
    this.#hashes = new Set(cards.flatMap(({ hash }) => hash ?? []));
    this.#lay = lay;
  }

  /** The places of new pictures. */
  get places(): readonly number[] {
    return this.#places;
  }

  isKnown(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  add(card: Filed): void {
    this.#places.push(card.place);
    if (card.hash !== null) this.#hashes.add(card.hash);
    this.#waiting.push(card);
    if (this.#waiting.length >= SOME) this.lay();
  }

  /** Adds the cards that are waiting. */
  lay(): void {
    this.#lay(this.#waiting);
    this.#waiting = [];
  }
}
