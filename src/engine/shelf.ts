/** Every checkpoint within reach: the imported ones in IndexedDB, and those served from models/ beside the app. */
import { DrobeError } from '../errors';
import { contentsOf } from '../pipeline/inspection';
import { mentions } from '../text/prompt';
import { beginningOf, blobsOf, mapFiles } from '../weights/layout';
import { linksTo } from '../weights/links';
import { fetchBlob, remoteFile } from '../weights/remote';
import { peekHeader, readHeader, type Slices } from '../weights/safetensors';
import { segmentsOf } from '../weights/segments';
import { link, linksOf, listStored, openStored, removeStored, store } from '../weights/store';
import { sweep } from '../weights/sweep';
import { sharedBytes, verify } from '../weights/verify';
import type {
  Inspection,
  InstallProgress,
  LocalModel,
  ModelEntry,
  Offer,
  StorageFacts,
  Verification,
} from './api';
import { extraOf, storedEntry } from './stored';
import { problemOf, verdictOn, whatIs } from './verdict';

const SERVED = 'served:';

/** @param folder where models/ is served, with a slash at the end. */
export function shelf(folder: string) {
  // What a killed tab left half imported goes before anything is listed; failing to sweep harms nobody.
  const swept = sweep().catch(() => undefined);
  /** Headers of served files do not change while the app is open. */
  const known = new Map<string, Promise<ModelEntry>>();

  const addressOf = (file: string): string => folder + file.split('/').map(encodeURIComponent).join('/');

  async function served(): Promise<ModelEntry[]> {
    const response = await fetch(`${folder}index.json`, { cache: 'no-cache' }).catch(() => null);
    if (!response?.ok) return []; // hosted without models: only imported ones then
    const index: unknown = await response.json().catch(() => null); // some hosts answer with a page of their own
    if (!Array.isArray(index)) return [];
    return Promise.all(
      (index as { file: string; bytes: number }[]).map(({ file, bytes }) => {
        const key = `${file} ${bytes}`;
        const entry = known.get(key) ?? servedEntry(file, bytes);
        known.set(key, entry);
        return entry;
      }),
    );
  }

  async function servedEntry(file: string, bytes: number): Promise<ModelEntry> {
    const entry = { id: SERVED + file, file, bytes, origin: 'served' as const };
    try {
      const header = await readHeader(await remoteFile(addressOf(file)));
      return { ...entry, ...whatIs(header, file) };
    } catch (thrown) {
      return { ...entry, problem: problemOf(thrown) };
    }
  }

  /** A model's bytes, none of which are read yet, and the name of its file. */
  async function slicesOf(id: string): Promise<[Slices, string]> {
    if (id.startsWith(SERVED)) {
      const file = id.slice(SERVED.length);
      return [await remoteFile(addressOf(file)), file];
    }
    const parts = await openStored(id);
    const file = (await listStored()).find((model) => model.id === id)?.file ?? '';
    return [new Blob(parts), file];
  }

  async function readable(what: string | File | Offer): Promise<[Slices, string]> {
    if (typeof what === 'string') return slicesOf(what);
    if (what instanceof File) return [what, what.name];
    // Its header came with it; tensors are not asked for.
    return [beginningOf(new Blob([what.model?.head ?? '']), what.bytes), what.file];
  }

  return {
    async list(): Promise<ModelEntry[]> {
      await swept;
      const [imported, beside] = await Promise.all([listStored(), served()]);
      return [...imported.map(storedEntry), ...beside];
    },

    /** Checks a model by its header, then copies it. */
    async *install(
      { name, layout }: LocalModel,
      signal: AbortSignal,
    ): AsyncGenerator<InstallProgress, ModelEntry, void> {
      const file = new Blob(blobsOf(mapFiles(layout, (local) => local.file)));
      const header = await readHeader(file);
      const about = { file: name, extra: extraOf(whatIs(header, name)) };
      return storedEntry(yield* store(file, segmentsOf(header), about, signal));
    },

    /** Checks a model by its header, then remembers where it lies. @throws DrobeError 'bad-request' without handles. */
    async link({ name, layout }: LocalModel): Promise<ModelEntry> {
      const links = linksTo(
        mapFiles(layout, ({ file, handle }) => {
          if (handle) return { file, handle };
          throw new DrobeError('bad-request', { reason: 'this file cannot be found again' });
        }),
      );
      const header = await readHeader(new Blob(blobsOf(mapFiles(layout, ({ file }) => file))));
      const about = { file: name, extra: extraOf(whatIs(header, name)) };
      return storedEntry(await link(links, header.bytes, about));
    },

    /** The files that a linked model is read from; none of one that is not linked. */
    async filesOf(id: string): Promise<FileSystemFileHandle[]> {
      return (await linksOf(id))?.files.map(({ handle }) => handle) ?? [];
    },

    /** The textual inversions that any of these prompts calls, each with the word that does. */
    async embeddings(prompts: readonly string[]): Promise<{ id: string; trigger: string }[]> {
      return (await this.list()).flatMap((entry) => {
        if (!('addon' in entry) || entry.addon.kind !== 'embedding') return [];
        const called = entry.addon.triggers.filter((word) =>
          prompts.some((prompt) => mentions(prompt, word)),
        );
        return called.map((trigger) => ({ id: entry.id, trigger }));
      });
    },

    /** The LoRA that prompts call so; letter case does not count. @throws DrobeError 'lora-unknown' */
    async lora(name: string): Promise<ModelEntry> {
      const names: string[] = [];
      for (const entry of await this.list()) {
        if (!('addon' in entry) || entry.addon.kind !== 'lora') continue;
        if (entry.addon.name.toLowerCase() === name.toLowerCase()) return entry;
        names.push(entry.addon.name);
      }
      throw new DrobeError('lora-unknown', { name, known: names.join(', ') });
    },

    /** What the header of a file, an offer or the model with this id tells. @throws DrobeError where none is sound. */
    async inspect(what: string | File | Offer): Promise<Inspection> {
      const [file, name] = await readable(what);
      const { header, lack } = await peekHeader(file);
      return {
        ...contentsOf(header),
        bytes: header.bytes,
        verdict: verdictOn(header, name),
        lack: lack && problemOf(lack),
      };
    },

    /** What is stored, and whether it stays. */
    async storage(): Promise<StorageFacts> {
      // All are missing outside secure contexts, whatever the types say.
      const manager = navigator.storage as StorageManager | undefined;
      const { usage = null, quota = null } = (await manager?.estimate()) ?? {};
      return {
        usedBytes: usage,
        freeBytes: usage === null || quota === null ? null : Math.max(0, quota - usage),
        persisted: (await manager?.persisted()) ?? false,
        shared: await sharedBytes(),
      };
    },

    /** Reads all of a stored model once more, and names what is damaged. */
    async *verify(id: string, signal: AbortSignal): AsyncGenerator<InstallProgress, Verification, void> {
      const { damaged, unknown, header } = yield* verify(id, signal);
      if (damaged.length === 0) return { damaged: [], unknown };
      const touched = [...(header?.tensors.values() ?? [])].filter(({ begin, end }) =>
        damaged.some((piece) => piece.begin < end && begin < piece.end),
      );
      return { damaged: touched.length > 0 ? touched.map(({ name }) => name) : null, unknown };
    },

    async contents(id: string): Promise<Blob> {
      return new Blob(await openStored(id));
    },

    async remove(id: string): Promise<void> {
      if (id.startsWith(SERVED))
        throw new DrobeError('bad-request', { reason: 'a served model is not ours to delete' });
      await removeStored(id);
    },

    /** The file's bytes, as Blobs that lie one after another. */
    async open(
      id: string,
      signal: AbortSignal,
      onBytes: (doneBytes: number, totalBytes: number) => void,
    ): Promise<readonly Blob[]> {
      if (!id.startsWith(SERVED)) return openStored(id);
      const file = id.slice(SERVED.length);
      return [await fetchBlob(addressOf(file), signal, onBytes)];
    },
  };
}
