/** Hashes of models, computed once and in the background, one model after another. */
import { hashesOf, keepHashes, keptHashes, type Hashes } from '../weights/hashes';
import { readHeader, type Slices } from '../weights/safetensors';

/** @param open gives a model's bytes. */
export function hashing(open: (id: string) => Promise<Slices>) {
  /** Known, or being computed, or given up while the app is open: a model that cannot be read is told when it is used. */
  const known = new Map<string, Hashes | null>();
  let work: Promise<unknown> = Promise.resolve();

  async function compute(id: string): Promise<void> {
    const file = await open(id);
    const { tensors } = await readHeader(file);
    const begins = [...tensors.values()].map(({ begin }) => begin);
    const hashes = await hashesOf(file, Math.min(file.size, ...begins));
    await keepHashes(id, hashes);
    known.set(id, hashes);
  }

  return {
    /** What is known by now of this model; what is not will be, some time after. */
    async of(id: string): Promise<Hashes | null> {
      const before = known.get(id);
      if (before !== undefined) return before;
      const kept = await keptHashes(id).catch(() => null);
      if (known.has(id)) return known.get(id) ?? null;
      known.set(id, kept);
      if (!kept) work = work.then(() => compute(id)).catch(() => undefined);
      return kept;
    },
  };
}
