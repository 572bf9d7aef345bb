import type { Filed } from './card';

/** So many cards are laid at once: whatever shows them is not drawn anew for each. */
const SOME = 25;

/** Pictures that are brought by the thousand: known ones are told by their hashes, new ones laid some at a time. */
export class Inflow {
  readonly #places: number[] = [];
  readonly #hashes: Set<string>;
  readonly #lay: (cards: readonly Filed[]) => void;
  #waiting: Filed[] = [];

  /** @param cards of all pictures that are there. @param lay puts cards among them. */
  constructor(cards: readonly Filed[], lay: (cards: readonly Filed[]) => void) {
    this.#hashes = new Set(cards.flatMap(({ hash }) => hash ?? []));
    this.#lay = lay;
  }

  /** Of the new ones. */
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

  /** Lays what waits. */
  lay(): void {
    this.#lay(this.#waiting);
    this.#waiting = [];
  }
}
