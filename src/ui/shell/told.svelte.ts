import { Persisted, type Shelf } from '../settings/persisted.svelte';

/** What was said of this device in an earlier visit, and so need not be said again. */
export class Told {
  readonly #kept: Persisted<{ slow: string }>;
  readonly #before: string;
  #dismissed = $state(false);

  constructor(shelf: Shelf | null) {
    this.#kept = new Persisted('told', { slow: '' }, (found) => found, shelf);
    this.#before = this.#kept.current.slow;
  }

  isNews(slow: string): boolean {
    return !this.#dismissed && slow !== this.#before;
  }

  /** It is being said: once is enough. */
  remember(slow: string): void {
    this.#kept.current.slow = slow;
    this.#kept.save();
  }

  dismiss(): void {
    this.#dismissed = true;
  }
}
