/** What is used of localStorage and sessionStorage, which some browsers forbid. */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** localStorage; null where accessing it throws. */
export function localStorageOrNull(): KeyValueStorage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/**
 * Storage of this tab, independent of others; a new tab starts with what any tab stored last. Null where both kinds of
 * storage are forbidden.
 */
export function tabStorage(): KeyValueStorage | null {
  const kinds = [sessionStorageOrNull(), localStorageOrNull()].filter((storage) => storage !== null);
  if (kinds.length === 0) return null;
  return {
    getItem: (key) => kinds.reduce<string | null>((found, storage) => found ?? storage.getItem(key), null),
    setItem: (key, value) => {
      for (const storage of kinds) storage.setItem(key, value);
    },
  };
}

/** sessionStorage, which lasts as long as the tab; null where accessing it throws. */
export function sessionStorageOrNull(): KeyValueStorage | null {
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
 * Settings that survive reloads. Stored values count only where they have the types of `fallback`, and after `mend` has
 * brought them into range. The version is part of the key: a new shape starts afresh.
 */
export class Persisted<T extends object> {
  current: T;
  readonly #key: string;
  readonly #storage: KeyValueStorage | null;

  /** @param upgrade turns what an older version stored into today's form. */
  constructor(
    name: string,
    fallback: T,
    mend: (found: T) => T,
    storage: KeyValueStorage | null,
    upgrade = (found: unknown): unknown => found,
  ) {
    this.#key = `drobe.${name}.1`;
    this.#storage = storage;
    this.current = $state(mend(shaped(fallback, upgrade(this.#read()))));
  }

  /** Stores them. Called in an effect, it runs again whenever a setting changes. */
  save(): void {
    const text = JSON.stringify($state.snapshot(this.current));
    try {
      this.#storage?.setItem(this.#key, text);
    } catch {
      // Full or forbidden storage: the settings last for this visit only.
    }
  }

  #read(): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(this.#key) ?? 'null');
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
