/** What the studio needs of the browser. */
import { Drawer } from '../album/drawer/drawer';
import { hintSteps } from '../control/hints';
import { pictures } from '../paint/source.svelte';
import { localShelf, sessionShelf, tabShelf, type Shelf } from '../settings/persisted.svelte';

export const system = {
  shelf: tabShelf(),
  /** Shared by all tabs. */
  common: localShelf(),
  drawer: new Drawer(undefined, sessionShelf()),
  pictures,
  hints: hintSteps,
  now: () => performance.now(),
  seed: () => crypto.getRandomValues(new Uint32Array(1))[0]!, // an array of one
};

/** The same for tests; without shelves and drawer nothing is kept. */
export type System = Omit<typeof system, 'shelf' | 'common' | 'drawer'> & {
  readonly shelf: Shelf | null;
  readonly common?: Shelf | null;
  readonly drawer: Drawer | null;
};

/** A unique name. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
}
