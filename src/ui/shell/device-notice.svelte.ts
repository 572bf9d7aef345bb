import { Persisted, type KeyValueStorage } from '../settings/persisted.svelte';

/** What the page said about this device in an earlier visit, and need not say again. */
export class DeviceNotice {
  readonly #kept: Persisted<{ slow: string }>;
  readonly #before: string;
  #dismissed = $state(false);

  constructor(storage: KeyValueStorage | null) {
    this.#kept = new Persisted('told', { slow: '' }, (found) => found, storage);
    this.#before = this.#kept.current.slow;
  }

  isNew(slow: string): boolean {
    return !this.#dismissed && slow !== this.#before;
  }

  /** Notes that it was said. */
  remember(slow: string): void {
    this.#kept.current.slow = slow;
    this.#kept.save();
  }

  dismiss(): void {
    this.#dismissed = true;
  }
}
