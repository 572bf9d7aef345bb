import type { StoredCard } from './card';
import { at, merged, without } from './cards';
import type { Result } from './result';
import type { Storing } from './storing.svelte';
import { RECENT, FullPictures } from './full-pictures.svelte';

/** The pictures on this page: a card of each, and the newest few completely. */
export class LoadedPictures {
  /** Newest first. */
  cards = $state.raw<readonly StoredCard[]>([]);
  /** Bytes of the pictures. */
  readonly bytes = $derived(this.cards.reduce((sum, { bytes }) => sum + bytes, 0));
  readonly full: FullPictures;

  constructor(storing: Storing) {
    this.full = new FullPictures(storing);
  }

  at(places: readonly number[]): readonly StoredCard[] {
    return at(this.cards, places);
  }

  /** Adds cards, replacing those in the same places, and reads the newest pictures. */
  async addCards(cards: readonly StoredCard[]): Promise<void> {
    if (cards.length > 0) this.cards = merged(this.cards, cards);
    await this.fill();
  }

  /** Takes pictures away. @returns those that exist only in memory. */
  lose(places: readonly number[]): readonly Result[] {
    if (places.length === 0) return [];
    this.cards = without(this.cards, places);
    return this.full.takeAway(places);
  }

  /** Reads the newest pictures; those at hand are there at once. */
  async fill(): Promise<void> {
    const newest = this.cards.slice(0, RECENT).map(({ place }) => place);
    this.full.settle(newest);
    if (!(await this.full.load(newest))) return;
    this.full.settle(this.cards.slice(0, RECENT).map(({ place }) => place));
  }
}
