import { within, type Range } from '../controls/range';
import type { Shelf } from '../settings/persisted.svelte';
import { Shared } from '../settings/shared.svelte';

import type { Storing } from './storing.svelte';

const range: Range = { min: 1, max: 1_000_000, step: 1 };

/** Of so few pictures it is said that there is room for no more. */
const FEW = 25;

/** Where no picture is there yet that tells how large they are. */
const USUAL_BYTES = 1e6;

/** How many pictures are kept, and for how many more the browser has room. */
export class Room {
  /** How many one may choose to keep. */
  readonly range = range;
  readonly #most: Shared<number | null>;
  readonly #storing: Storing;
  /** Bytes that the browser says it would still take; null where it does not tell. */
  #free = $state.raw<number | null>(null);
  #each = $state.raw(USUAL_BYTES);
  /** For so few more pictures there is room; null where that is no matter, or nobody knows. */
  readonly left = $derived.by(() => {
    const left = this.#free === null ? Infinity : Math.floor(this.#free / this.#each);
    return left <= FEW ? left : null;
  });

  constructor(storing: Storing, common: Shelf | null) {
    this.#storing = storing;
    this.#most = new Shared('album', common, mostIn);
  }

  /** So many are kept; null: as many as there is room for. */
  get most(): number | null {
    return this.#most.current;
  }

  /** It counts from the next picture on. */
  keep(most: number | null): void {
    this.#most.change(() => mostIn(most));
  }

  /** Other tabs may have chosen. */
  refresh(): void {
    this.#most.refresh();
  }

  /** Looks how much room there is. @param bytes of all pictures. */
  async look(bytes: number, pictures: number): Promise<void> {
    const free = await this.#storing.attempt((drawer) => drawer.freeBytes());
    this.#each = pictures > 0 ? bytes / pictures : USUAL_BYTES;
    this.#free = free;
  }
}

function mostIn(found: unknown): number | null {
  if (typeof found !== 'number' || !Number.isFinite(found)) return null;
  return within(Math.round(found), range);
}
