/** How things lie in the drawer, and what belongs to what there. */
import { beginningWith } from '../../weights/db';
import type { Original } from '../files/picture';
import type { Desk } from '../paint/desk';
import type { Settings } from '../settings/settings';

/** What is started from lies there once, whatever was made of it: the rest has its name. */
export type Named<T extends { readonly original: Original | null }> = Omit<T, 'original'> & {
  readonly original: string | null;
};

export interface NamedErrand {
  readonly settings: Settings;
  readonly desk: Named<Desk>;
  readonly stopped?: true;
}

/** `turn`: when it was changed, in milliseconds since 1970. Older versions counted, or knew of one desk, without. */
export type NamedDesk = Named<Desk> & { readonly turn?: number };

export const deskOf = ({ mode, original, mask, margins }: Desk): Desk => ({ mode, original, mask, margins });

export function forget(store: IDBObjectStore, id: string): void {
  store.delete(['errand', id]);
  store.delete(beginningWith('step', id));
}

/** Deletes what was started from and is nobody's any more. */
export function sweep(store: IDBObjectStore): void {
  const [values, names] = [store.getAll(), store.getAllKeys(beginningWith('original'))];
  names.onsuccess = () => {
    const used = new Set(
      (values.result as Owner[]).flatMap(({ original, desk }) => [original, desk?.original]),
    );
    for (const key of names.result as [string, string][]) if (!used.has(key[1])) store.delete(key);
  };
}

/** Whatever may have the name of what it was started from: a picture, the desk or a run. */
type Owner = Partial<Named<Desk> & NamedErrand>;
