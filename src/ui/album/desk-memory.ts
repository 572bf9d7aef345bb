import type { Desk } from '../paint/desk';
import type { Storing } from './storing.svelte';

/** Milliseconds without a change, and the desk is remembered. */
const SOON = 400;

/** Remembers what lies on the desk, not with every stroke. */
export class DeskMemory {
  /** Whether what lies there would go with the page. */
  isLost = false;
  readonly #storing: Storing;
  /** What is still to be remembered. */
  #desk: Desk | null = null;

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  /** Remembers it a moment after it was last told; gives a way not to. */
  remember(desk: Desk): () => void {
    this.#desk = desk;
    const soon = setTimeout(() => this.rememberNow(), SOON);
    return () => clearTimeout(soon);
  }

  /** Remembers at once what is still to be remembered: the page may go. */
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
