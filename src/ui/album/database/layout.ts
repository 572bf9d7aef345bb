/** How entries are stored in the database, and what belongs to what. */
import { lastOf } from '../../../checked';
import { beginningWith, type Key, getAllIn, keysIn } from '../../../weights/db';
import type { Unit } from '../../control/unit';
import type { Original } from '../../files/picture';
import type { Inputs } from '../../paint/inputs';
import type { Reference } from '../../reference/reference';
import type { Settings } from '../../settings/settings';
import type { StoredCard } from '../card';

/** An entry with pictures that it may share with others: its source, and those that guide it. */
export interface Owner {
  readonly original: Original | null;
  readonly controls?: readonly Unit[];
  readonly references?: readonly Reference[];
}

/** The same entry with names in place of pictures: each picture is stored once, whatever was made from it. */
export type Named<T extends Owner> = Omit<T, keyof Owner> & {
  readonly original: string | null;
  readonly controls?: readonly NamedPicture<Unit>[];
  readonly references?: readonly NamedPicture<Reference>[];
};

type NamedPicture<T> = Omit<T, 'picture'> & { readonly picture: string | null };

/** Replaces an entry's pictures by their names. */
export function named<T extends Owner>(thing: T, nameOf: (picture: Original) => string): Named<T> {
  const { original, controls, references } = thing;
  const name = (picture: Original | null): string | null => picture && nameOf(picture);
  return {
    ...thing,
    original: name(original),
    ...(controls && { controls: controls.map((unit) => ({ ...unit, picture: name(unit.picture) })) }),
    ...(references && { references: references.map((one) => ({ ...one, picture: name(one.picture) })) }),
  };
}

/** Replaces the names by pictures, as far as they are there. */
export function whole<T extends Named<Owner>>(
  thing: T,
  pictureOf: (name: string) => Original | undefined,
): Omit<T, keyof Owner> & Owner {
  const { original, controls, references, ...rest } = thing;
  const picture = (name: string | null): Original | null => (name !== null && pictureOf(name)) || null;
  return {
    ...rest,
    original: picture(original),
    ...(controls && { controls: controls.map((unit) => ({ ...unit, picture: picture(unit.picture) })) }),
    ...(references && { references: references.map((one) => ({ ...one, picture: picture(one.picture) })) }),
  };
}

/** The names of an entry's pictures. */
export const namesIn = ({
  original,
  controls = [],
  references = [],
}: Partial<Named<Owner>>): readonly string[] =>
  [original, ...[...controls, ...references].map(({ picture }) => picture)].filter(
    (name) => typeof name === 'string',
  );

/** An unfinished run. Its inputs lie under the name that they had in the first version. */
export interface RunEntry {
  readonly settings: Settings;
  readonly desk: Named<Inputs>;
  readonly stopped?: true;
}

/** `turn`: when it was changed, in milliseconds since 1970. Older versions counted, or had one for all tabs, without. */
export type InputsEntry = Named<Inputs> & { readonly turn?: number };

/** What is found in the database, without what is no part of the inputs. */
export const inputsOf = ({ mode, original, mask, margins, controls, references }: Inputs): Inputs => ({
  ...{ mode, original, mask, margins },
  ...(controls && { controls }),
  ...(references && { references }),
});

/** Deletes an unfinished run with its steps, in a transaction. */
export function forget(store: IDBObjectStore, id: string): void {
  store.delete(['errand', id]);
  store.delete(beginningWith('step', id));
}

/**
 * Pictures of older versions have places from 1 on and lie under another name than ours. Those versions keep the last 40 of
 * what they find under theirs and delete the others: a page of one, in another tab or after a step back, must not find ours.
 */
export const FIRST = 1_000_000;

/** Whether an older version keeps what lies there. */
export const isOlder = (place: number): boolean => place < FIRST;

/** The key of a picture. */
export const keyOf = (place: number): Key => [isOlder(place) ? 'picture' : 'kept', place];

/** The key ranges of each kind of entry. A picture, its card and its thumbnail have the same place. */
export const under = (
  kind: 'picture' | 'card' | 'removal' | 'errand' | 'step' | 'desk' | 'original' | 'queue' | 'waiting',
): IDBKeyRange => beginningWith(kind);

/** Deletes a picture with its card and thumbnail. */
export function erase(store: IDBObjectStore, place: number): void {
  for (const key of [keyOf(place), ['card', place], ['thumbnail', place]]) store.delete([...key]);
}

/** Pictures that a tab deleted, and can bring back. */
export interface NamedRemoval {
  readonly tab: string;
  readonly places: readonly number[];
}

/** Deletes source pictures that no entry refers to. */
export function sweep(store: IDBObjectStore): void {
  const names = keysIn(store, under('original'));
  names.onsuccess = () => {
    if (names.result.length === 0) return;
    const cards = getAllIn<StoredCard>(store, under('card'));
    const holders = (['picture', 'desk', 'errand', 'waiting'] as const).map((kind) =>
      getAllIn<Holder>(store, under(kind)),
    );
    lastOf(holders).onsuccess = () => {
      const used = new Set([
        ...cards.result.flatMap(({ uses }) => uses),
        ...holders
          .flatMap(({ result }) => result)
          .flatMap((holder) => [...namesIn(holder), ...namesIn(holder.desk ?? {})]),
      ]);
      for (const key of names.result) if (!used.has(String(key[1]))) store.delete(key);
    };
  };
}

/** An entry that may refer to source pictures: a picture without a card, the inputs of a tab, or a run that is unfinished or waits. */
type Holder = Partial<Named<Inputs> & RunEntry>;
