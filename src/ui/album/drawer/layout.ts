/** How things lie in the drawer, and what belongs to what there. */
import { beginningWith, type Key } from '../../../weights/db';
import type { Unit } from '../../control/unit';
import type { Original } from '../../files/picture';
import type { Desk } from '../../paint/desk';
import type { Reference } from '../../reference/reference';
import type { Settings } from '../../settings/settings';
import type { Filed } from '../card';

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

/**
 * Pictures of older versions have places from 1 on and lie under another name than ours. Those versions keep the last 40 of
 * what they find under theirs and delete the others: a page of one, in another tab or after a step back, must not find ours.
 */
export const FIRST = 1_000_000;

/** Whether an older version keeps what lies there. */
export const isOlder = (place: number): boolean => place < FIRST;

/** The key of a picture. */
export const keyOf = (place: number): Key => [isOlder(place) ? 'picture' : 'kept', place];

/** The names under which things lie. A picture has its card and its thumbnail in the same place. */
export const under = (
  kind: 'picture' | 'card' | 'removal' | 'errand' | 'step' | 'desk' | 'original' | 'queue' | 'waiting',
): IDBKeyRange => beginningWith(kind);

/** A picture with all that lies beside it. */
export function erase(store: IDBObjectStore, place: number): void {
  for (const key of [keyOf(place), ['card', place], ['thumbnail', place]]) store.delete([...key]);
}

/** Pictures that were taken out of sight by a tab, which can bring them back. */
export interface NamedRemoval {
  readonly tab: string;
  readonly places: readonly number[];
}

/** Deletes pictures that something was made of and that are nobody's any more. */
export function sweep(store: IDBObjectStore): void {
  const names = store.getAllKeys(under('original'));
  names.onsuccess = () => {
    if (names.result.length === 0) return;
    const cards = store.getAll(under('card'));
    const holders = (['picture', 'desk', 'errand', 'waiting'] as const).map((kind) =>
      store.getAll(under(kind)),
    );
    holders.at(-1)!.onsuccess = () => {
      const used = new Set([
        ...(cards.result as Filed[]).flatMap(({ uses }) => uses),
        ...holders
          .flatMap(({ result }) => result as Holder[])
          .flatMap((holder) => [...namesIn(holder), ...namesIn(holder.desk ?? {})]),
      ]);
      for (const key of names.result as [string, string][]) if (!used.has(key[1])) store.delete(key);
    };
  };
}

/** Whatever may have the names of pictures: a picture without a card, the desk, or a run that goes on or waits. */
type Holder = Partial<Named<Desk> & NamedErrand>;
