import { placesIn, toggled, type Places } from './places';

/** Which pictures of the album are chosen, by their places there. */
export class Selection {
  chosen = $state.raw<Places>(placesIn([]));
  /** Where a stretch was begun that Shift makes longer and shorter, and what is chosen beside it. */
  #stretch: { readonly from: number; readonly beside: Places } | null = null;

  toggle(place: number): void {
    this.chosen = toggled(this.chosen, place);
    this.#stretch = { from: place, beside: this.chosen };
  }

  /**
   * Chooses all up to a picture, instead of what was chosen so before.
   * @param from where to begin, unless that was said by what was chosen last.
   * @param order the places as they are shown.
   */
  extend(from: number, to: number, order: readonly number[]): void {
    this.#stretch ??= { from, beside: this.chosen };
    const ends = [order.indexOf(this.#stretch.from), order.indexOf(to)].toSorted((a, b) => a - b);
    const [first = -1, last = -1] = ends;
    // What it began with may no longer be shown.
    const stretch = first < 0 ? [to] : order.slice(first, last + 1);
    this.chosen = placesIn([...this.#stretch.beside, ...stretch]);
  }

  /** The next stretch begins anew. */
  settle(): void {
    this.#stretch = null;
  }

  take(places: readonly number[]): void {
    this.chosen = placesIn(places);
    this.#stretch = null;
  }

  clear(): void {
    this.take([]);
  }
}
