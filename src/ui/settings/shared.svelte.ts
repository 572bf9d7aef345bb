import type { Shelf } from './persisted.svelte';

/** What all tabs have in common. It is read afresh before each change, so that none of them undoes another one's. */
export class Shared<T> {
  current: T;
  readonly #key: string;
  readonly #shelf: Shelf | null;
  readonly #read: (found: unknown) => T;
  /** Full or forbidden storage: this tab goes its own way, for this visit. */
  #alone = false;

  /** @param read makes it of whatever storage has; of null, where it has nothing. */
  constructor(name: string, shelf: Shelf | null, read: (found: unknown) => T) {
    this.#key = `drobe.${name}.1`;
    this.#shelf = shelf;
    this.#read = read;
    this.current = $state.raw(read(null));
    this.#alone = shelf === null;
    this.refresh();
  }

  /** Other tabs may have changed it. */
  refresh(): void {
    if (this.#alone) return;
    this.current = this.#read(this.#found());
  }

  change(to: (now: T) => T): void {
    this.refresh();
    this.current = to(this.current);
    try {
      this.#shelf?.setItem(this.#key, JSON.stringify(this.current));
    } catch {
      this.#alone = true;
    }
  }

  #found(): unknown {
    try {
      return JSON.parse(this.#shelf?.getItem(this.#key) ?? 'null');
    } catch {
      return null;
    }
  }
}
