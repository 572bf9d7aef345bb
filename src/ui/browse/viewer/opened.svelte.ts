import { untrack } from 'svelte';
import type { Result } from '../../album/result';

/** What is known of a picture that was opened. */
export type Look =
  | { readonly kind: 'reading' | 'gone' }
  | { readonly kind: 'ready'; readonly result: Result };

/** Pictures that are looked at, and their neighbours, read ahead. */
export class Opened {
  #looks = $state.raw<Readonly<Record<number, Look>>>({});
  readonly #whole: (place: number) => Promise<Result | null>;

  constructor(whole: (place: number) => Promise<Result | null>) {
    this.#whole = whole;
  }

  of(place: number): Look {
    return this.#looks[place] ?? { kind: 'reading' };
  }

  /** Reads these, the first of them first, and forgets all others. Meant to be called in an effect. */
  read(places: readonly number[]): void {
    const before = untrack(() => this.#looks);
    this.#looks = Object.fromEntries(places.map((place) => [place, before[place] ?? { kind: 'reading' }]));
    for (const [i, place] of places.entries())
      if (!before[place] && places.indexOf(place) === i) void this.#take(place);
  }

  async #take(place: number): Promise<void> {
    const result = await this.#whole(place).catch(() => null);
    if (!this.#looks[place]) return;
    this.#looks = { ...this.#looks, [place]: result ? { kind: 'ready', result } : { kind: 'gone' } };
  }
}
