/** Checks what the database returns: disks damage records as they damage weights. */
import { fieldsOf } from '../../objects';
import type { Key } from '../db';
import type { Links } from './links';
import type { RemoteModel } from './origin';

/** The version of the form of records. */
export const SCHEMA = 2;

/** The record of a stored model, written last. */
export interface StoredModel {
  readonly schema: typeof SCHEMA;
  readonly id: string;
  /** Name of the file it came from. */
  readonly file: string;
  readonly bytes: number;
  /** `copy`: its bytes are in the database. `link`: they are read from the files where they lie. */
  readonly kind: 'copy' | 'link';
  /** When it was imported: milliseconds, as Date.now() counts them, or later where another was. Only the order counts. */
  readonly added: number;
  /** Whatever the importer stores with it. */
  readonly extra: unknown;
}

/** A piece, and where it is. */
export interface Part {
  readonly key: Key;
  readonly bytes: number;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

export const isKey = (value: unknown): value is Key =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((part) => typeof part === 'string' || Number.isFinite(part));

/** Whether a record is that of a model, in the form of this version. */
export function isModel(value: unknown): value is StoredModel {
  const { schema, id, file, bytes, kind, extra } = fieldsOf(value);
  return (
    schema === SCHEMA &&
    typeof id === 'string' &&
    typeof file === 'string' &&
    isCount(bytes) &&
    (kind === 'copy' || kind === 'link') &&
    extra === Object(extra)
  );
}

/** The name of a model's file; empty where a record does not tell. */
export function fileIn(record: unknown): string {
  const { file } = fieldsOf(record);
  return typeof file === 'string' ? file : '';
}

/** When something was begun or imported; 0 where the record does not say. */
export function addedOf(record: unknown): number {
  const { added } = fieldsOf(record);
  return Number.isSafeInteger(added) ? Number(added) : 0;
}

/** Whether a newer version of this program wrote it, which keeps models in another way. */
export const isNewer = (value: unknown): boolean => Number(fieldsOf(value)['schema']) > SCHEMA;

/** The list of a copy's pieces. */
export const isCopy = (value: unknown): value is readonly Part[] =>
  Array.isArray(value) &&
  value.every((part) => {
    const { key, bytes } = fieldsOf(part);
    return isKey(key) && isCount(bytes);
  });

/** Files that a model is linked to. */
export function isLinks(value: unknown): value is Links {
  const { files, layout } = fieldsOf(value);
  return Array.isArray(files) && isLayout(layout);
}

function isLayout(value: unknown): boolean {
  const { head, ranges } = fieldsOf(value);
  return (
    head instanceof Uint8Array &&
    Array.isArray(ranges) &&
    ranges.every((range) => {
      const { file, begin, end } = fieldsOf(range);
      return file !== undefined && isCount(begin) && isCount(end) && begin <= end;
    })
  );
}

/** Files on servers that hold a model's bytes. */
export const isOrigin = (value: unknown): value is RemoteModel =>
  isLayout(value) &&
  (value as RemoteModel).ranges.every(({ file }) => {
    const { url, bytes, head } = fieldsOf(file);
    return typeof url === 'string' && isCount(bytes) && head instanceof Uint8Array;
  });
