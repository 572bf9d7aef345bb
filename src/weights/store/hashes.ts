/**
 * Hashes by which recipes name files: of a whole file, as A1111 and Civitai name checkpoints and embeddings ("AutoV2" is its
 * first ten digits), and of what lies behind a file's header, as they name LoRAs (its first twelve): a file keeps that when
 * only its metadata change.
 */
import { fieldsOf } from '../../objects';
import { createSHA256, sha256 } from 'hash-wasm';
import { read, sumOf, transact } from '../db';
import { Reading } from './reading';

/** SHA-256, in hexadecimal digits. */
export interface Hashes {
  readonly file: string;
  /** LoRAs only: nothing else is named by it, and it takes as long as the file's own. */
  readonly tensors?: string;
  /**
   * The first eight digits of a hash of 64 KB that begin at 1 MB, by which A1111 named models once, and its extension
   * still names ControlNets; absent in what an older version computed.
   */
  readonly brief?: string;
}

const BRIEF = { from: 2 ** 20, bytes: 2 ** 16, digits: 8 };

/** Bytes read at a time, so that other work gets its turn in between. */
const SLICE = 2 ** 22;

/** Files up to this size are hashed by the browser, which is many times faster, but takes all bytes at once. */
const AT_ONCE = 2 ** 26;

/**
 * @param tensorsFrom where the header of a LoRA ends; null of any other file.
 * @param most how many bytes may be held at once.
 */
export async function hashesOf(file: Blob, tensorsFrom: number | null, most = AT_ONCE): Promise<Hashes> {
  const whole = file.size <= most ? await atOnce(file, tensorsFrom) : null;
  return { ...(whole ?? (await inSlices(file, tensorsFrom))), brief: await briefOf(file) };
}

/** Null where the browser cannot hash. */
async function atOnce(file: Blob, tensorsFrom: number | null): Promise<Hashes | null> {
  const bytes = new Uint8Array(await file.slice(0, file.size).arrayBuffer());
  const sum = await sumOf(bytes);
  if (sum === null || tensorsFrom === null) return sum === null ? null : { file: sum };
  const tensors = await sumOf(bytes.subarray(tensorsFrom));
  return tensors === null ? null : { file: sum, tensors };
}

async function inSlices(file: Blob, tensorsFrom: number | null): Promise<Hashes> {
  const begin = tensorsFrom ?? 0;
  const whole = (await createSHA256()).init();
  const behind = tensorsFrom === null ? null : (await createSHA256()).init();
  const slices: { readonly at: number; readonly blob: Blob }[] = [];
  for (let at = 0; at < file.size;) {
    // No slice lies on both sides of the header's end.
    const end = Math.min(at + SLICE, at < begin ? begin : file.size, file.size);
    slices.push({ at, blob: file.slice(at, end) });
    at = end;
  }
  const reading = new Reading(slices.map(({ blob }) => blob));
  try {
    for (const { at } of slices) {
      const bytes = await reading.next();
      whole.update(bytes);
      if (at >= begin) behind?.update(bytes);
    }
  } finally {
    await reading.close();
  }
  return {
    file: whole.digest(),
    ...(behind && { tensors: behind.digest() }),
  };
}

async function briefOf(file: Blob): Promise<string> {
  const part = await file.slice(BRIEF.from, BRIEF.from + BRIEF.bytes).arrayBuffer();
  const bytes = new Uint8Array(part);
  return ((await sumOf(bytes)) ?? (await sha256(bytes))).slice(0, BRIEF.digits);
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[\da-f]{64}$/.test(value);

const isBrief = (value: unknown): value is string => typeof value === 'string' && /^[\da-f]{8}$/.test(value);

/** The hashes that were computed before. */
export async function keptHashes(id: string): Promise<Hashes | null> {
  const { file, tensors, brief } = fieldsOf(await read<unknown>(['hashes', id]));
  if (!isHash(file)) return null;
  return { file, ...(isHash(tensors) && { tensors }), ...(isBrief(brief) && { brief }) };
}

/** Stores them, for as long as the model is there. */
export function keepHashes(id: string, hashes: Hashes): Promise<void> {
  return transact((store) => {
    const there = store.getKey(['meta', id]);
    there.onsuccess = () => {
      if (there.result !== undefined) store.put(hashes, ['hashes', id]);
    };
  });
}

/** Stores those of a served file. @param version tells it from a later file of the same name. */
export const keepHashesElsewhere = (version: string, hashes: Hashes): Promise<void> =>
  transact((store) => {
    store.put(hashes, ['hashes', version]);
  });
