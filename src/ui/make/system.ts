/** What the studio needs of the browser. */
import { AlbumDatabase } from '../album/database/album-database';
import { hintSteps } from '../control/hints';
import { pictures } from '../paint/source.svelte';
import {
  localStorageOrNull,
  sessionStorageOrNull,
  tabStorage,
  type KeyValueStorage,
} from '../settings/persisted.svelte';

/** What the page gives it. */
export const system = {
  storage: tabStorage(),
  /** Shared by all tabs. */
  common: localStorageOrNull(),
  database: new AlbumDatabase(undefined, sessionStorageOrNull()),
  pictures,
  hints: hintSteps,
  now: () => performance.now(),
  seed: () => crypto.getRandomValues(new Uint32Array(1))[0]!, // an array of one
};

/** The same for tests; without storage and database nothing is kept. */
export type System = Omit<typeof system, 'storage' | 'common' | 'database'> & {
  readonly storage: KeyValueStorage | null;
  readonly common?: KeyValueStorage | null;
  readonly database: AlbumDatabase | null;
};

/** A unique name. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
}
