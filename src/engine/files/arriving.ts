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

/** Checkpoints that are being imported: until their copies are complete, the person's own files are read. */
export class Arrivals {
  readonly #stored: (id: string) => Promise<ByteSource>;
  readonly #all = new Map<string, Arrival>();

  /** @param stored gives the bytes of a finished copy. @throws where there is none. */
  constructor(stored: (id: string) => Promise<ByteSource>) {
    this.#stored = stored;
  }

  list(): ModelEntry[] {
    return [...this.#all.values()].map(({ entry }) => entry);
  }

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** Undefined where it is not being imported. */
  find(id: string): Arrival['found'] | undefined {
    return this.#all.get(id)?.found;
  }

  async open(id: string): Promise<{ readonly header: Header; readonly source: ByteSource } | null> {
    const arrival = this.#all.get(id);
    if (!arrival) return null;
    const { slices, beside } = arrival.found;
    return { header: await toldHeader(await readHeader(slices), slices, beside), source: arrival.source };
  }

  /**
   * Has a model read from its own files until the signal aborts. Whoever has it open then reads its copy, or, where the
   * import failed, goes on with the files.
   */
  async stay(entry: ModelEntry, { layout, beside = {} }: LocalModel, signal: AbortSignal): Promise<void> {
    const { id, file } = entry;
    const blobs = blobsOf(mapFiles(layout, (local) => local.file));
    const { source, succeed } = succeeded(blobSource(blobs, file));
    this.#all.set(id, { entry, found: { slices: new Blob(blobs), file, beside }, source });
    if (!signal.aborted) await new Promise((over) => signal.addEventListener('abort', over));
    this.#all.delete(id);
    const copy = await this.#stored(id).catch(() => null);
    if (copy) succeed(copy);
  }
}
