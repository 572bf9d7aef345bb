import type { Filed } from './card';
import { at, laid, without } from './cards';
import type { Result } from './result';
import type { Storing } from './storing.svelte';
import { RECENT, Wholes } from './wholes.svelte';

/** The pictures that are in sight: a card of each, and the newest few whole. */
export class Sight {
  /** Newest first. */
  cards = $state.raw<readonly Filed[]>([]);
  /** Bytes of the pictures. */
  readonly bytes = $derived(this.cards.reduce((sum, { bytes }) => sum + bytes, 0));
  readonly wholes: Wholes;

  constructor(storing: Storing) {
    this.wholes = new Wholes(storing);
  }

  at(places: readonly number[]): readonly Filed[] {
    return at(this.cards, places);
  }

  /** Puts cards where they belong, in the place of those that lie there; the newest are whole soon. */
  async lay(cards: readonly Filed[]): Promise<void> {
    if (cards.length > 0) this.cards = laid(this.cards, cards);
    await this.fill();
  }

  /** Pictures are not there any more. Gives those whose files are only in memory. */
  lose(places: readonly number[]): readonly Result[] {
    if (places.length === 0) return [];
    this.cards = without(this.cards, places);
    return this.wholes.takeAway(places);
  }

  /** The newest are whole again: those at once that are at hand. */
  async fill(): Promise<void> {
    const newest = this.cards.slice(0, RECENT).map(({ place }) => place);
    this.wholes.settle(newest);
    if (!(await this.wholes.load(newest))) return;
    this.wholes.settle(this.cards.slice(0, RECENT).map(({ place }) => place));
  }
}
