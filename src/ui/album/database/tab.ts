import type { KeyValueStorage } from '../../settings/persisted.svelte';
import { HELD_ELSEWHERE, takeLock, isLocked, randomId } from '../../../weights/db';

/** After a reload the previous page may still hold the lock: how long to wait for it, in milliseconds, at each try. */
const WAITS = [0, 100, 300, 600] as const;

interface Named {
  /** This tab's name. */
  readonly id: string;
  /** Whose inputs it starts with: its own, one that a closed tab left, or a copy of another tab's; null for none. */
  readonly from: string | null;
}

/**
 * Which tab this is. Each tab stores its inputs under a name that survives reloads; while it is open it holds the lock of that
 * name, so that no other tab takes them over.
 */
export class Tab {
  readonly #key: string;
  readonly #session: KeyValueStorage | null;
  #id: string | null = null;

  /** @param name of the database. @param session sessionStorage, which a duplicated tab gets a copy of. */
  constructor(name: string, session: KeyValueStorage | null) {
    this.#key = `drobe.tab.${name}`;
    this.#session = session;
  }

  /** Finds out or decides which tab this is. @param stored the tabs whose inputs are stored, the last used first. */
  async settle(stored: readonly string[]): Promise<Named> {
    if (this.#id !== null) return { id: this.#id, from: stored.includes(this.#id) ? this.#id : null };
    const named = await this.#choose(stored);
    this.#id = named.id;
    this.#session?.setItem(this.#key, named.id);
    return named;
  }

  /** Those of these names that belong to other open tabs. */
  async others(names: readonly string[], own: string): Promise<readonly string[]> {
    const living = await Promise.all(names.map((name) => isLocked(lockOf(name))));
    return names.filter((name, i) => name !== own && living[i]);
  }

  async #choose(stored: readonly string[]): Promise<Named> {
    const own = this.#session?.getItem(this.#key) ?? null;
    if (own !== null) {
      for (const wait of WAITS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if ((await takeLock(lockOf(own))) !== HELD_ELSEWHERE)
          return { id: own, from: stored.includes(own) ? own : null };
      }
      // This tab is a duplicate of one that is still open.
    }
    // Without locks nobody knows which tabs live: none is taken over then.
    for (const left of own === null ? stored : []) {
      if (typeof (await takeLock(lockOf(left))) === 'function') return { id: left, from: left };
    }
    const id = randomId();
    await takeLock(lockOf(id));
    return { id, from: own ?? stored[0] ?? null };
  }
}

/** Versions that are open in other tabs take the same locks. */
const lockOf = (tab: string): string => `desk-${tab}`;
