import type { Inputs } from '../paint/inputs';
import type { Storing } from './storing.svelte';

/** Milliseconds without a change after which the inputs are stored. */
const SOON = 400;

/** Stores the inputs, but not with every stroke. */
export class InputsStorage {
  /** Whether the inputs would be lost with the page. */
  isLost = false;
  readonly #storing: Storing;
  /** The inputs that are still to be stored. */
  #inputs: Inputs | null = null;

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  /** Stores it a moment after the last call. @returns a function that prevents it. */
  remember(inputs: Inputs): () => void {
    this.#inputs = inputs;
    const soon = setTimeout(() => this.rememberNow(), SOON);
    return () => clearTimeout(soon);
  }

  /** Stores at once what is still to be stored: the page may be closed. */
  rememberNow(): void {
    const inputs = this.#inputs;
    if (!inputs) return;
    this.#inputs = null;
    void this.#storing
      .attempt((database) => database.inputs.save(inputs).then(() => true))
      .then((kept) => {
        this.isLost = this.#storing.database !== null && !kept;
      });
  }
}
