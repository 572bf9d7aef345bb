/** How things lie in the drawer, and what belongs to what there. */
import { beginningWith } from '../../weights/db';
import type { Unit } from '../control/unit';
import type { Original } from '../files/picture';
import type { Desk } from '../paint/desk';
import type { Reference } from '../reference/reference';
import type { Settings } from '../settings/settings';

/** Whatever has pictures that others may have, too: what it was started from, and what guides it. */
export interface Owner {
  readonly original: Original | null;
  readonly controls?: readonly Unit[];
  readonly references?: readonly Reference[];
}

/** Such a picture lies there once, whatever was made of it: the rest has its name. */
export type Named<T extends Owner> = Omit<T, keyof Owner> & {
  readonly original: string | null;
  readonly controls?: readonly NamedPicture<Unit>[];
  readonly references?: readonly NamedPicture<Reference>[];
};

type NamedPicture<T> = Omit<T, 'picture'> & { readonly picture: string | null };

/** With the names of its pictures. */
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

/** With its pictures, as far as they are there. */
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

/** The names that it has. */
export const namesIn = ({
  original,
  controls = [],
  references = [],
}: Partial<Named<Owner>>): readonly string[] =>
  [original, ...[...controls, ...references].map(({ picture }) => picture)].filter(
    (name) => typeof name === 'string',
  );

export interface NamedErrand {
  readonly settings: Settings;
  readonly desk: Named<Desk>;
  readonly stopped?: true;
}

/** `turn`: when it was changed, in milliseconds since 1970. Older versions counted, or knew of one desk, without. */
export type NamedDesk = Named<Desk> & { readonly turn?: number };

export const deskOf = ({ mode, original, mask, margins, controls, references }: Desk): Desk => ({
  ...{ mode, original, mask, margins },
  ...(controls && { controls }),
  ...(references && { references }),
});

export function forget(store: IDBObjectStore, id: string): void {
  store.delete(['errand', id]);
  store.delete(beginningWith('step', id));
}

/** Deletes pictures that something was made of and that are nobody's any more. */
export function sweep(store: IDBObjectStore): void {
  const [values, names] = [store.getAll(), store.getAllKeys(beginningWith('original'))];
  names.onsuccess = () => {
    const used = new Set(
      (values.result as Holder[]).flatMap((holder) => [...namesIn(holder), ...namesIn(holder.desk ?? {})]),
    );
    for (const key of names.result as [string, string][]) if (!used.has(key[1])) store.delete(key);
  };
}

/** Whatever may have the names of pictures: a result, the desk or a run. */
type Holder = Partial<Named<Desk> & NamedErrand>;
