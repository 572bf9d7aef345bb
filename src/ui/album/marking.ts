import type { Changes } from '../controls/changes.svelte';
import type { Filed, Marks } from './card';
import { byMarks } from './cards';
import type { Sight } from './sight.svelte';
import type { Storing } from './storing.svelte';

/** Marks pictures with stars and folders; this can be undone. */
export class Marking {
  readonly #storing: Storing;
  readonly #sight: Sight;
  readonly #changes: Changes;

  constructor(storing: Storing, sight: Sight, changes: Changes) {
    this.#storing = storing;
    this.#sight = sight;
    this.#changes = changes;
  }

  /** @param told the notice's text. */
  async mark(places: readonly number[], marks: Partial<Marks>, told: string): Promise<void> {
    const before = this.#sight.at(places);
    await this.#put(before, marks);
    // Stars of a single picture need no notice: the key that gave them takes them back.
    if (before.length > 1 || marks.folder !== undefined)
      this.#changes.add({ words: told, undo: () => void this.#unmark(before) });
  }

  /** Restores the marks of cards. */
  async #unmark(before: readonly Filed[]): Promise<void> {
    for (const cards of byMarks(before)) {
      const { stars, folder } = cards[0]!; // none is empty
      await this.#put(cards, { stars, folder });
    }
  }

  async #put(cards: readonly Filed[], marks: Partial<Marks>): Promise<void> {
    const { wholes } = this.#sight;
    const kept = cards.map(({ place }) => place).filter((place) => !wholes.isUnkept(place));
    const laid = this.#sight.lay(cards.map((card) => ({ ...card, ...marks })));
    if (kept.length > 0) await this.#storing.attempt((drawer) => drawer.pictures.mark(kept, marks));
    await laid;
  }
}
