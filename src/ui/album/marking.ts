import type { Changes } from '../controls/changes.svelte';
import type { Filed, Marks } from './card';
import { byMarks } from './cards';
import type { Sight } from './sight.svelte';
import type { Storing } from './storing.svelte';

/** What a person says of pictures, which can be taken back. */
export class Marking {
  readonly #storing: Storing;
  readonly #sight: Sight;
  readonly #changes: Changes;

  constructor(storing: Storing, sight: Sight, changes: Changes) {
    this.#storing = storing;
    this.#sight = sight;
    this.#changes = changes;
  }

  /** @param told what is said of it. */
  async mark(places: readonly number[], marks: Partial<Marks>, told: string): Promise<void> {
    const before = this.#sight.at(places);
    await this.#put(before, marks);
    // One picture's stars are taken back by the key that gave them.
    if (before.length > 1 || marks.folder !== undefined)
      this.#changes.add({ words: told, undo: () => void this.#unmark(before) });
  }

  /** As they were. */
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
