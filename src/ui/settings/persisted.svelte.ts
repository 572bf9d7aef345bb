/** What a Persisted needs of localStorage, which some browsers forbid. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** The browser's storage, or null where even asking for it throws. */
export function localShelf(): Shelf | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/**
 * What a tab finds again, whatever others do meanwhile; a tab that is opened later begins with what was put down last.
 * Null where both storages are forbidden.
 */
export function tabShelf(): Shelf | null {
  const shelves = [sessionShelf(), localShelf()].filter((shelf) => shelf !== null);
  if (shelves.length === 0) return null;
  return {
    getItem: (key) => shelves.reduce<string | null>((found, shelf) => found ?? shelf.getItem(key), null),
    setItem: (key, value) => {
      for (const shelf of shelves) shelf.setItem(key, value);
    },
  };
}

/** What lasts as long as the tab, or null where even asking for it throws. */
export function sessionShelf(): Shelf | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/** Asks the browser not to clear what this site stores when disk space runs low. */
export async function askToKeep(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Not offered here (an insecure address, an old browser): nothing to be done about it.
  }
}

/**
 * Settings that outlast a reload. What is found in storage counts only where it has the shape of `fallback`, and
 * after `mend` has put it in range. The version is part of the key: a new shape starts afresh.
 */
export class Persisted<T extends object> {
  current: T;
  readonly #key: string;
  readonly #shelf: Shelf | null;

  /** @param upgrade makes what an older version stored look like today's. */
  constructor(
    name: string,
    fallback: T,
    mend: (found: T) => T,
    shelf: Shelf | null,
    upgrade = (found: unknown): unknown => found,
  ) {
    this.#key = `drobe.${name}.1`;
    this.#shelf = shelf;
    this.current = $state(mend(shaped(fallback, upgrade(this.#read()))));
  }

  /** Called in an effect, it runs again whenever a setting changes. */
  save(): void {
    const text = JSON.stringify($state.snapshot(this.current));
    try {
      this.#shelf?.setItem(this.#key, text);
    } catch {
      // Full or forbidden storage: the settings last for this visit only.
    }
  }

  #read(): unknown {
    try {
      return JSON.parse(this.#shelf?.getItem(this.#key) ?? 'null');
    } catch {
      return null;
    }
  }
}

/** `fallback` with those fields of `found` that are of the same type. */
function shaped<T extends object>(fallback: T, found: unknown): T {
  if (typeof found !== 'object' || found === null) return { ...fallback };
  const known = Object.entries(found).filter(
    ([key, value]) => Object.hasOwn(fallback, key) && typeof value === typeof Reflect.get(fallback, key),
  );
  return { ...fallback, ...Object.fromEntries(known) };
}
