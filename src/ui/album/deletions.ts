import type { Change, Changes } from '../controls/changes.svelte';
import type { Removal } from './stored';
import type { LoadedPictures } from './loaded-pictures.svelte';
import type { Storing } from './storing.svelte';

/**
 * Deleted pictures that can be brought back. They stay in the database until that is no longer possible, so that thousands
 * need not be held in memory; pictures that are not stored are held.
 */
export class Deletions {
  readonly #storing: Storing;
  readonly #loaded: LoadedPictures;
  readonly #changes: Changes;
  #pending: readonly { readonly removal: Removal; readonly change: Change }[] = [];

  /** @param changes told of what can be undone. */
  constructor(storing: Storing, loaded: LoadedPictures, changes: Changes) {
    this.#storing = storing;
    this.#loaded = loaded;
    this.#changes = changes;
  }

  /** @param told the notice's text. @param back called when they are brought back. */
  async remove(places: readonly number[], told: string, back?: () => void): Promise<void> {
    const kept = places.filter((place) => !this.#loaded.full.isUnkept(place));
    const removal =
      kept.length > 0 ? await this.#storing.attempt((database) => database.pictures.remove(kept)) : null;
    this.done(places, removal, told, back);
    await this.#loaded.fill();
  }

  /**
   * Notes that pictures were deleted, so that this can be undone.
   * @param removal null where they are not stored, or storage fails.
   */
  done(places: readonly number[], removal: Removal | null, told: string, back?: () => void): void {
    const cards = this.#loaded.at(places);
    const { full } = this.#loaded;
    const unkept = this.#loaded.lose(places).map((result) => [full.placeOf(result), result] as const);
    const change: Change = {
      words: told,
      undo: () => {
        for (const [place, { url: _, number: __, ...picture }] of unkept)
          full.add(place, picture, { isKept: false });
        const inMemory = unkept.map(([place]) => place);
        const added = this.#loaded.addCards(
          removal ? cards.filter(({ place }) => inMemory.includes(place)) : cards,
        );
        void Promise.all([added, removal && this.#bringBack(removal)]).then(back);
      },
      ...(removal && { release: () => void this.#erase([removal]) }),
    };
    if (removal) this.#pending = [...this.#pending, { removal, change }];
    this.#changes.add(change);
  }

  /** Deletes all of them for good. @returns false where there were none. */
  async eraseAll(): Promise<boolean> {
    const pending = this.#pending;
    if (pending.length === 0) return false;
    await this.#erase(pending.map(({ removal }) => removal));
    for (const { change } of pending) this.#changes.forget(change);
    return true;
  }

  async #bringBack(removal: Removal): Promise<void> {
    this.#pending = this.#pending.filter((other) => other.removal !== removal);
    const cards = await this.#storing.attempt((database) => database.pictures.bringBack(removal));
    await this.#loaded.addCards(cards ?? []);
  }

  async #erase(removals: readonly Removal[]): Promise<void> {
    const left = removals.filter((removal) => this.#pending.some((other) => other.removal === removal));
    this.#pending = this.#pending.filter(({ removal }) => !left.includes(removal));
    if (left.length > 0) await this.#storing.attempt((database) => database.pictures.erase(left));
  }
}
