import type { Changes } from '../controls/changes.svelte';
import type { StoredCard, Marks } from './card';
import { byMarks } from './cards';
import type { LoadedPictures } from './loaded-pictures.svelte';
import type { Storing } from './storing.svelte';

/** Marks pictures with stars and folders; this can be undone. */
export class Marking {
  readonly #storing: Storing;
  readonly #loaded: LoadedPictures;
  readonly #changes: Changes;

  constructor(storing: Storing, loaded: LoadedPictures, changes: Changes) {
    this.#storing = storing;
    this.#loaded = loaded;
    this.#changes = changes;
  }

  /** @param told the notice's text. */
  async mark(places: readonly number[], marks: Partial<Marks>, told: string): Promise<void> {
    const before = this.#loaded.at(places);
    await this.#put(before, marks);
    // Stars of a single picture need no notice: the key that gave them takes them back.
    if (before.length > 1 || marks.folder !== undefined)
      this.#changes.add({ words: told, undo: () => void this.#unmark(before) });
  }

  /** Restores the marks of cards. */
  async #unmark(before: readonly StoredCard[]): Promise<void> {
    for (const cards of byMarks(before)) {
      const { stars, folder } = cards[0]!; // none is empty
      await this.#put(cards, { stars, folder });
    }
  }

  async #put(cards: readonly StoredCard[], marks: Partial<Marks>): Promise<void> {
    const { full } = this.#loaded;
    const kept = cards.map(({ place }) => place).filter((place) => !full.isUnkept(place));
    const added = this.#loaded.addCards(cards.map((card) => ({ ...card, ...marks })));
    if (kept.length > 0) await this.#storing.attempt((database) => database.pictures.mark(kept, marks));
    await added;
  }
}
