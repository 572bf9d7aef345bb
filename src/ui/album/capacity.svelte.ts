import { within, type Range } from '../controls/range';
import type { KeyValueStorage } from '../settings/persisted.svelte';
import { Shared } from '../settings/shared.svelte';

import type { Storing } from './storing.svelte';

const range: Range = { min: 1, max: 1_000_000, step: 1 };

/** From this number of pictures on, the page says for how few there is room. */
const FEW = 25;

/** Bytes of a usual picture, while the album is empty. */
const USUAL_BYTES = 1e6;

/** How many pictures are kept, and for how many more the browser has room. */
export class Capacity {
  /** The numbers of pictures that can be chosen to be kept. */
  readonly range = range;
  readonly #most: Shared<number | null>;
  readonly #storing: Storing;
  /** Bytes that the browser says it would still take; null where it does not tell. */
  #free = $state.raw<number | null>(null);
  #each = $state.raw(USUAL_BYTES);
  /** For how many more pictures there is room; null where there is plenty, or that is not known. */
  readonly left = $derived.by(() => {
    const left = this.#free === null ? Infinity : Math.floor(this.#free / this.#each);
    return left <= FEW ? left : null;
  });

  constructor(storing: Storing, common: KeyValueStorage | null) {
    this.#storing = storing;
    this.#most = new Shared('album', common, mostIn);
  }

  /** How many pictures are kept; null for as many as there is room for. */
  get most(): number | null {
    return this.#most.current;
  }

  /** Sets how many pictures are kept, from the next picture on. */
  keep(most: number | null): void {
    this.#most.change(() => mostIn(most));
  }

  /** Takes over what other tabs chose. */
  refresh(): void {
    this.#most.refresh();
  }

  /** Finds out how much room there is. @param bytes of all pictures. */
  async measure(bytes: number, pictures: number): Promise<void> {
    const free = await this.#storing.attempt((database) => database.freeBytes());
    this.#each = pictures > 0 ? bytes / pictures : USUAL_BYTES;
    this.#free = free;
  }
}

function mostIn(found: unknown): number | null {
  if (typeof found !== 'number' || !Number.isFinite(found)) return null;
  return within(Math.round(found), range);
}
