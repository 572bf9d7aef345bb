import type { KeyValueStorage } from './persisted.svelte';

/** A value shared by all tabs. It is read again before each change, so that no tab overwrites another one's change. */
export class Shared<T> {
  current: T;
  readonly #key: string;
  readonly #storage: KeyValueStorage | null;
  readonly #read: (found: unknown) => T;
  /** Whether storage is full or forbidden: then this tab keeps a value of its own for this visit. */
  #alone = false;

  /** @param read converts whatever was stored; null where nothing was. */
  constructor(name: string, storage: KeyValueStorage | null, read: (found: unknown) => T) {
    this.#key = `drobe.${name}.1`;
    this.#storage = storage;
    this.#read = read;
    this.current = $state.raw(read(null));
    this.#alone = storage === null;
    this.refresh();
  }

  /** Takes over what other tabs changed. */
  refresh(): void {
    if (this.#alone) return;
    this.current = this.#read(this.#found());
  }

  change(to: (now: T) => T): void {
    this.refresh();
    this.current = to(this.current);
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.current));
    } catch {
      this.#alone = true;
    }
  }

  #found(): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(this.#key) ?? 'null');
    } catch {
      return null;
    }
  }
}
