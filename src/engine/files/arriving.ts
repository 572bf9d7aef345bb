/** Checkpoints that are being imported: until their copies are there they are drawn from the person's own files. */
import { readHeader, type Header } from '../../weights/safetensors';
import { blobSource, succeeded, type ByteSource } from '../../weights/source';
import { blobsOf, mapFiles } from '../../weights/store/layout';
import type { LocalModel, ModelEntry } from '../api';
import { toldHeader } from './beside';
import type { Found } from './served';

interface Arrival {
  readonly entry: ModelEntry;
  readonly found: Found & { readonly slices: Blob };
  readonly source: ByteSource;
}

/** @param stored gives the bytes of a copy. @throws where it is not there. */
export function arrivals(stored: (id: string) => Promise<ByteSource>) {
  const all = new Map<string, Arrival>();

  return {
    list: (): ModelEntry[] => [...all.values()].map(({ entry }) => entry),

    has: (id: string): boolean => all.has(id),

    /** Undefined where it has arrived, or never will. */
    find: (id: string): Arrival['found'] | undefined => all.get(id)?.found,

    async open(id: string): Promise<{ readonly header: Header; readonly source: ByteSource } | null> {
      const arrival = all.get(id);
      if (!arrival) return null;
      const { slices, beside } = arrival.found;
      return { header: await toldHeader(await readHeader(slices), slices, beside), source: arrival.source };
    },

    /**
     * Lets a model be drawn from its files until the signal aborts. Whoever has it open then goes on with its copy, or,
     * where none came of it, with the files.
     */
    async stay(entry: ModelEntry, { layout, beside = {} }: LocalModel, signal: AbortSignal): Promise<void> {
      const { id, file } = entry;
      const blobs = blobsOf(mapFiles(layout, (local) => local.file));
      const { source, succeed } = succeeded(blobSource(blobs, file));
      all.set(id, { entry, found: { slices: new Blob(blobs), file, beside }, source });
      if (!signal.aborted) await new Promise((over) => signal.addEventListener('abort', over));
      all.delete(id);
      const copy = await stored(id).catch(() => null);
      if (copy) succeed(copy);
    },
  };
}
