/** Hashes of models, computed once and in the background, one model after another. */
import { toDrobeError } from '../../errors';
import { recognise } from '../../nets/detect/detect';
import { keepHashes, keepHashesElsewhere, keptHashes, type Hashes } from '../../weights/store/hashes';
import { readHeader, type Header } from '../../weights/safetensors';
import { aside } from '../aside';
import type { HasherApi } from './hasher';
import hasherAddress from './hasher?worker&url';

/** Milliseconds that a finished picture waits for hashes which are nearly there. */
const PATIENCE = 2000;

/** @param open gives a stored model's bytes. */
export function hashing(open: (id: string) => Promise<Blob>) {
  /** Known, or being computed, or given up while the app is open: a model that cannot be read is told when it is used. */
  const known = new Map<string, Hashes | null>();
  let work: Promise<unknown> = Promise.resolve();

  async function compute(id: string, file: Blob, keep: typeof keepHashes): Promise<void> {
    const hashes = await hashesAside(file, loraBegins(await readHeader(file)));
    known.set(id, hashes);
    await keep(id, hashes);
  }

  /** What is known by now. @param start begins to compute the rest. */
  async function lookUp(id: string, start: (() => Promise<void>) | null): Promise<Hashes | null> {
    const before = known.get(id);
    if (before) return before;
    const kept = await keptHashes(id).catch(() => null);
    if (known.has(id)) return known.get(id) ?? null;
    if (kept || start) known.set(id, kept);
    if (!kept && start) work = work.then(start).catch(() => undefined);
    return kept;
  }

  return {
    /** What is known by now of this stored model; what is not will be, some time after. */
    of: (id: string): Promise<Hashes | null> =>
      lookUp(id, async () => compute(id, await open(id), keepHashes)),

    /**
     * The same of a file that lies elsewhere, and is at hand once it was fetched to be used.
     * @param version by which it is told from others in its place.
     */
    elsewhere: (version: string, file?: Blob): Promise<Hashes | null> =>
      lookUp(version, file ? () => compute(version, file, keepHashesElsewhere) : null),

    /** Those that are known in a moment, where some are not yet. @param ids or versions. */
    async soon(ids: readonly string[], patience = PATIENCE): Promise<void> {
      const late = new Promise((done) => setTimeout(done, patience));
      if (ids.some((id) => known.get(id) === null)) await Promise.race([work, late]);
    },
  };
}

/** Where the tensors of a LoRA begin; null where it is none. */
function loraBegins(header: Header): number | null {
  if (!isLora(header)) return null;
  return [...header.tensors.values()].reduce((first, { begin }) => Math.min(first, begin), header.bytes);
}

/** As the verdict on a file has it, without what that asks of a checkpoint beyond what it is. */
function isLora(header: Header): boolean {
  try {
    recognise(header);
    return false;
  } catch (thrown) {
    return toDrobeError(thrown).code === 'file-is-lora';
  }
}

const hashesAside = (file: Blob, tensorsFrom: number | null): Promise<Hashes> =>
  aside<HasherApi, Hashes>(
    hasherAddress,
    'drobe-hasher',
    new AbortController().signal,
    async (hasher, signal) => {
      const { value } = await hasher.hashes(signal, file, tensorsFrom).next();
      return value;
    },
  );
