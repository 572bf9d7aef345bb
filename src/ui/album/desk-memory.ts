import type { Desk } from '../paint/desk';
import type { Storing } from './storing.svelte';

/** Milliseconds without a change after which the desk is stored. */
const SOON = 400;

/** Stores the desk, but not with every stroke. */
export class DeskMemory {
  /** Whether the desk would be lost with the page. */
  isLost = false;
  readonly #storing: Storing;
  /** The desk that is still to be stored. */
  #desk: Desk | null = null;

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  /** Stores it a moment after the last call. @returns a function that prevents it. */
  remember(desk: Desk): () => void {
    this.#desk = desk;
    const soon = setTimeout(() => this.rememberNow(), SOON);
    return () => clearTimeout(soon);
  }

  /** Stores at once what is still to be stored: the page may be closed. */
  rememberNow(): void {
    const desk = this.#desk;
    if (!desk) return;
    this.#desk = null;
    void this.#storing
      .attempt((drawer) => drawer.desks.save(desk).then(() => true))
      .then((kept) => {
        this.isLost = this.#storing.drawer !== null && !kept;
      });
  }
}
