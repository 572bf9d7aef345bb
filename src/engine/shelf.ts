/** Every checkpoint within reach: the imported ones in IndexedDB, and those served from models/ beside the app. */
import { DrobeError } from '../errors';
import type { LoraUse } from '../nets/lora';
import { inNormalForm, type NormalForm } from '../nets/names/normal-form';
import { contentsOf } from '../pipeline/files/inspection';
import { useOf } from '../pipeline/files/lora';
import { sameName } from '../text/lora';
import type { Hashes } from '../weights/store/hashes';
import { beginningOf } from '../weights/store/layout';
import { peekHeader, readHeader, type Header } from '../weights/safetensors';
import { blobSource, type ByteSource } from '../weights/source';
import { linksOf, listStored, openStored, removeStored, type Unreadable } from '../weights/store/store';
import { storedSource } from '../weights/store/stored';
import { sweep } from '../weights/store/sweep';
import { sharedBytes, verify } from '../weights/store/verify';
import type {
  Inspection,
  InstallProgress,
  LocalFile,
  LocalModel,
  ModelEntry,
  Offer,
  StorageFacts,
  Verification,
} from './api';
import { toldHeader } from './files/beside';
import { calledWords } from './called';
import { arrivals } from './files/arriving';
import { apart } from './files/facts';
import { hashing } from './files/hashing';
import { annotateModels, linkModel, renameModel } from './files/imports';
import { judge } from './files/judge';
import { nameInWorkers } from './files/naming';
import { isServed, served, type Found } from './files/served';
import { storedBeside, storedEntry } from './files/stored';
import { nowAndThen } from './throttle';
import { problemOf, verdictOn } from './files/verdict';

/** A model that can be read. */
export interface Readable {
  readonly header: Header;
  readonly source: ByteSource;
}

/** A word of a prompt, and the entries of the files that have vectors for it. */
export interface CalledFiles {
  readonly trigger: string;
  readonly files: readonly Extract<ModelEntry, { addon: unknown }>[];
}

/** @param folder where models/ is served, with a slash at the end. */
export function shelf(folder: string) {
  // What a killed tab left half imported goes before anything is listed; failing to sweep harms nobody.
  const swept = sweep().catch(() => undefined);
  const host = served(folder);
  /** Pieces that were read once since the app was opened and are what was stored. */
  const sound = new Set<string>();

  let last: { readonly id: string; readonly tensors: NormalForm['tensors'] } | null = null;

  const arriving = arrivals(async (id) => storedSource(await openStored(id), judge, sound));

  const hashes = hashing(async (id) => (await storedFile(id)).slices);

  async function hashesById(id: string): Promise<Hashes | null> {
    if (arriving.has(id)) return null; // its copy is hashed
    return isServed(id) ? hashes.elsewhere(host.versionOf(id)) : hashes.of(id);
  }

  async function withHashes(entry: ModelEntry): Promise<ModelEntry> {
    const found = await hashesById(entry.id).catch(() => null);
    return found ? { ...entry, hashes: found } : entry;
  }

  async function slicesOf(id: string): Promise<Found> {
    return isServed(id) ? host.find(id) : (arriving.find(id) ?? storedFile(id));
  }

  async function storedFile(id: string): Promise<Found & { readonly slices: Blob }> {
    const stored = await openStored(id);
    await storedSource(stored, judge, sound).check?.(HEADER);
    const { meta } = stored;
    return { slices: new Blob(stored.blobs.slice()), file: meta.file, beside: storedBeside(meta) };
  }

  const headerOf = async (id: string): Promise<Header> => readHeader((await slicesOf(id)).slices);

  /** A checkpoint's tensors in normal form; those of the last one are kept. */
  async function tensorsOf(id: string): Promise<NormalForm['tensors']> {
    if (last?.id !== id) last = { id, tensors: inNormalForm((await headerOf(id)).tensors).tensors };
    return last.tensors;
  }

  async function readable(what: string | File | Offer): Promise<Found> {
    if (typeof what === 'string') return slicesOf(what);
    if (what instanceof File) return { slices: what, file: what.name, beside: {} };
    // Its header came with it; tensors are not asked for.
    const slices = beginningOf(new Blob([what.model?.head ?? '']), what.bytes);
    return { slices, file: what.file, beside: what.beside ?? {} };
  }

  return {
    /** @param anew as of those that are served. */
    async list(anew = false): Promise<ModelEntry[]> {
      await swept;
      const [imported, others] = await Promise.all([listStored(), host.list(anew)]);
      const stored = imported.models.map(storedEntry);
      const coming = arriving.list().filter(({ id }) => !stored.some((one) => one.id === id));
      return apart([
        ...(await Promise.all(stored.map(withHashes))),
        ...coming,
        ...imported.unreadable.map(unreadableEntry),
        ...(await Promise.all(others.map(withHashes))),
      ]);
    },

    /** Lists a model that is being imported, until the signal aborts; see `arrivals`. */
    arrive: (entry: ModelEntry, model: LocalModel, signal: AbortSignal): Promise<void> =>
      arriving.stay(entry, model, signal),

    link: linkModel,

    /** Calls a model otherwise from now on. @param name with the ending. */
    async rename(id: string, name: string): Promise<ModelEntry> {
      return withHashes(await renameModel(id, name, slicesOf));
    },

    /** Has stored checkpoints of the name of a .yaml be drawn as it says. @throws DrobeError 'settings-alone' */
    async annotate(settings: LocalFile): Promise<ModelEntry[]> {
      return Promise.all((await annotateModels(settings, slicesOf)).map(withHashes));
    },

    /** The files that a linked model is read from; none of one that is not linked. */
    async filesOf(id: string): Promise<FileSystemFileHandle[]> {
      return (await linksOf(id))?.files.map(({ handle }) => handle) ?? [];
    },

    /** The hashes of these models, as far as they are known in a moment. */
    async hashesOf(ids: readonly string[]): Promise<Map<string, Hashes>> {
      await hashes.soon(ids.map(host.versionOf));
      const found = await Promise.all(ids.map(async (id) => [id, await hashesById(id)] as const));
      return new Map(found.flatMap(([id, known]) => (known ? [[id, known] as const] : [])));
    },

    /** The words in any of these prompts that have vectors of their own. @param on ids of the LoRAs that are on. */
    async words(prompts: readonly string[], on: ReadonlySet<string>): Promise<CalledFiles[]> {
      const addons = (await this.list()).filter((entry) => 'addon' in entry);
      return calledWords(addons, prompts, on).map(({ trigger, ids }) => ({
        trigger,
        files: ids.map((id) => addons.find((entry) => entry.id === id)!), // they are these entries'
      }));
    },

    /** What prompts call the LoRAs at hand. */
    async loraNames(): Promise<string[]> {
      const entries = await this.list();
      return entries.flatMap((entry) =>
        'addon' in entry && entry.addon.kind === 'lora' ? [entry.addon.name] : [],
      );
    },

    /** The LoRA that prompts call so; letter case does not count. @throws DrobeError 'lora-unknown' */
    async lora(name: string): Promise<ModelEntry> {
      const called = (entry: ModelEntry): boolean =>
        'addon' in entry && entry.addon.kind === 'lora' && sameName(entry.addon.name, name);
      const found = (await this.list()).find(called) ?? (await this.list(true)).find(called);
      if (found) return found;
      throw new DrobeError('lora-unknown', { name, known: (await this.loraNames()).join(', ') });
    },

    /** The upscaler of this name; letter case does not count. @throws DrobeError 'upscaler-unknown' */
    async upscaler(name: string): Promise<ModelEntry> {
      const named = (await this.list()).flatMap((entry) =>
        'addon' in entry && entry.addon.kind === 'upscaler' ? [{ entry, called: entry.addon.name }] : [],
      );
      const found = named.find(({ called }) => sameName(called, name));
      if (found) return found.entry;
      throw new DrobeError('upscaler-unknown', { name, known: named.map(({ called }) => called).join(', ') });
    },

    /**
     * What the header of a file, an offer or the model with this id tells. @throws DrobeError where none is sound.
     * @param model the id of the chosen one, or empty.
     */
    async inspect(what: string | File | Offer, model = ''): Promise<Inspection> {
      const { slices, file, beside } = await readable(what);
      const { header, lack } = await peekHeader(slices);
      const verdict = verdictOn(await toldHeader(header, slices, beside), file);
      const isLora = 'addon' in verdict && verdict.addon.kind === 'lora';
      return {
        ...contentsOf(header),
        bytes: header.bytes,
        verdict,
        use: isLora && model ? useOf(header, await tensorsOf(model)) : null,
        lack: lack && problemOf(lack),
      };
    },

    /** How much a model uses of each LoRA, by the LoRA's id. Those that cannot be read say so when they are drawn with. */
    async uses(model: string): Promise<ReadonlyMap<string, LoraUse>> {
      const uses = new Map<string, LoraUse>();
      for (const entry of await this.list()) {
        if (!('addon' in entry) || entry.addon.kind !== 'lora') continue;
        const header = await headerOf(entry.id).catch(() => null);
        if (header) uses.set(entry.id, useOf(header, await tensorsOf(model)));
      }
      return uses;
    },

    /** A file's header, as the model is told by. @throws DrobeError where it is none, or is damaged. */
    header: headerOf,

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
      const { damaged, tensors, unknown, server } = yield* verify(id, signal, nameInWorkers);
      return { damaged: damaged.length > 0 ? tensors : [], unknown, server };
    },

    /** The model's file, after a look at every byte of it. @throws DrobeError 'model-damaged' */
    async contents(id: string, report: (progress: InstallProgress) => void): Promise<Blob> {
      const stored = await openStored(id);
      const tell = nowAndThen(report);
      const source = storedSource(stored, judge, sound);
      await source.check?.([{ begin: 0, end: source.bytes }], (doneBytes, totalBytes) =>
        tell({ doneBytes, totalBytes }),
      );
      return new Blob(stored.blobs.slice());
    },

    async remove(id: string): Promise<void> {
      if (isServed(id))
        throw new DrobeError('bad-request', { reason: 'a served model is not ours to delete' });
      if (arriving.has(id)) throw new DrobeError('bad-request', { reason: 'it is being imported' });
      await removeStored(id);
    },

    /** Opens a model to be read from. Of what is stored only the header is compared with what was stored. */
    async open(
      id: string,
      signal: AbortSignal,
      onBytes: (doneBytes: number, totalBytes: number) => void,
    ): Promise<Readable> {
      if (isServed(id)) {
        const { blob, beside: told } = await host.fetch(id, signal, onBytes);
        void hashes.elsewhere(host.versionOf(id), blob); // now that all of it is here
        return { header: await toldHeader(await readHeader(blob), blob, told), source: blobSource([blob]) };
      }
      const coming = await arriving.open(id);
      if (coming) return coming;
      const stored = await openStored(id);
      const source = storedSource(stored, judge, sound);
      await source.check?.(HEADER);
      const whole = new Blob(stored.blobs.slice());
      const header = await toldHeader(await readHeader(whole), whole, storedBeside(stored.meta));
      return { header, source };
    },
  };
}

/** Where a header begins, which is a piece by itself. */
const HEADER = [{ begin: 0, end: 1 }];

function unreadableEntry({ id, file, newer }: Unreadable): ModelEntry {
  const problem = { code: newer ? 'record-newer' : 'record-damaged', facts: { file } } as const;
  return { id, file, bytes: 0, origin: 'stored', problem };
}
