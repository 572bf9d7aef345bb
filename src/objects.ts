/** Objects by their keys: closed tables, whose keys are all known, and values of unknown origin, of which nothing is. */

/** The keys of a closed table, in its order. */
export const keysOf = <K extends string>(table: Readonly<Partial<Record<K, unknown>>>): K[] =>
  Object.keys(table) as K[]; // a closed table has no others

type Entry<T> = { [K in keyof T & string]-?: [key: K, value: Required<T>[K]] }[keyof T & string];

/** The keys and values of a closed table, in its order. */
export const entriesOf = <T extends object>(table: T): Entry<T>[] => Object.entries(table) as Entry<T>[]; // see `keysOf`

/** An object of unknown origin. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object other than a list. */
export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a value; none where it is no object. */
export const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

/** Whether a value is a list: as Array.isArray, but without making each item an `any`. */
export const isList: (value: unknown) => value is readonly unknown[] = Array.isArray;

/** The items of a value; none where it is no list. */
export const itemsOf = (value: unknown): readonly unknown[] => (isList(value) ? value : []);
