/**
 * Which tab this is. Each tab has a desk of its own, under a name that survives reloads; while it is open it holds the lock
 * of that name, so that no other tab takes its desk.
 */
import { HELD_ELSEWHERE, takeLock, isLocked, randomId } from '../../../weights/db';

/** After a reload the previous page may still hold the lock: how long to wait for it, in milliseconds, at each try. */
const WAITS = [0, 100, 300, 600] as const;

/** Where a tab keeps its name: sessionStorage, which a duplicated tab gets a copy of. */
export type Session = Pick<Storage, 'getItem' | 'setItem'>;

interface Named {
  /** This tab's name. */
  readonly id: string;
  /** Whose desk it starts with: its own, one that a closed tab left, or a copy of another tab's; null for none. */
  readonly from: string | null;
}

export class Tab {
  readonly #key: string;
  readonly #session: Session | null;
  #id: string | null = null;

  /** @param name of the database that the desks lie in. */
  constructor(name: string, session: Session | null) {
    this.#key = `drobe.tab.${name}`;
    this.#session = session;
  }

  /** Finds out or decides which tab this is. @param desks the names of stored desks, the last used first. */
  async settle(desks: readonly string[]): Promise<Named> {
    if (this.#id !== null) return { id: this.#id, from: desks.includes(this.#id) ? this.#id : null };
    const named = await this.#choose(desks);
    this.#id = named.id;
    this.#session?.setItem(this.#key, named.id);
    return named;
  }

  /** Those of these names that belong to other open tabs. */
  async others(names: readonly string[], own: string): Promise<readonly string[]> {
    const living = await Promise.all(names.map((name) => isLocked(lockOf(name))));
    return names.filter((name, i) => name !== own && living[i]);
  }

  async #choose(desks: readonly string[]): Promise<Named> {
    const own = this.#session?.getItem(this.#key) ?? null;
    if (own !== null) {
      for (const wait of WAITS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if ((await takeLock(lockOf(own))) !== HELD_ELSEWHERE)
          return { id: own, from: desks.includes(own) ? own : null };
      }
      // This tab is a duplicate of one that is still open.
    }
    // Without locks nobody knows which tabs live: none is taken over then.
    for (const left of own === null ? desks : []) {
      if (typeof (await takeLock(lockOf(left))) === 'function') return { id: left, from: left };
    }
    const id = randomId();
    await takeLock(lockOf(id));
    return { id, from: own ?? desks[0] ?? null };
  }
}

const lockOf = (tab: string): string => `desk-${tab}`;
