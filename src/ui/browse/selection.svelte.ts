import { placesIn, toggled, type Places } from './places';

/** The selected pictures, by their places in the album. */
export class Selection {
  chosen = $state.raw<Places>(placesIn([]));
  /** Where the range begins that Shift extends, and what is selected beside it. */
  #stretch: { readonly from: number; readonly beside: Places } | null = null;

  toggle(place: number): void {
    this.chosen = toggled(this.chosen, place);
    this.#stretch = { from: place, beside: this.chosen };
  }

  /**
   * Selects the range up to a picture, replacing the last range.
   * @param from where to begin, if no range has begun.
   * @param order the places as they are shown.
   */
  extend(from: number, to: number, order: readonly number[]): void {
    this.#stretch ??= { from, beside: this.chosen };
    const ends = [order.indexOf(this.#stretch.from), order.indexOf(to)].toSorted((a, b) => a - b);
    const [first = -1, last = -1] = ends;
    // The picture it began with may no longer be shown.
    const stretch = first < 0 ? [to] : order.slice(first, last + 1);
    this.chosen = placesIn([...this.#stretch.beside, ...stretch]);
  }

  /** Ends the range: the next one begins anew. */
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
