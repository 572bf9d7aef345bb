/** Every checkpoint within reach: the imported ones in IndexedDB, and those served from models/ beside the app. */
import { DrobeError } from '../errors';
import { CONFIG_YAML } from '../nets/predicts/predicts';
import type { LoraUse } from '../nets/lora';
import { inNormalForm, type NormalForm } from '../nets/names/normal-form';
import { contentsOf } from '../pipeline/inspection';
import { useOf } from '../pipeline/lora';
import { sameName } from '../text/lora';
import { beginningOf, blobsOf, mapFiles } from '../weights/layout';
import type { Hashes } from '../weights/hashes';
import { linksTo } from '../weights/links';
import { fetchBlob, remoteFile } from '../weights/remote';
import { peekHeader, readHeader, type Header, type Slices } from '../weights/safetensors';
import { segmentsOf } from '../weights/segments';
import { blobSource, type ByteSource } from '../weights/source';
import {
  link,
  linksOf,
  listStored,
  openStored,
  remember,
  removeStored,
  store,
  twinOf,
  type Unreadable,
} from '../weights/store';
import { storedSource } from '../weights/stored';
import { sweep } from '../weights/sweep';
import { sharedBytes, verify } from '../weights/verify';
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
import { readSettings, sameStem, toldHeader, type Beside } from './beside';
import { calledWords } from './called';
import { apart, stemOf } from './facts';
import { judge } from './judge';
import { hashing } from './hashing';
import { extraOf, storedBeside, storedEntry } from './stored';
import { nowAndThen } from './throttle';
import { problemOf, verdictOn, whatIs, type What } from './verdict';

const SERVED = 'served:';

/** A model's bytes, none of which are read yet. */
interface Found {
  readonly slices: Slices;
  /** The name of its file. */
  readonly file: string;
  readonly beside: Beside;
}

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
  /** Headers of served files do not change while the app is open. */
  const known = new Map<string, Promise<ModelEntry>>();
  /** What tells a served file from others in its place, by id. */
  const versions = new Map<string, string>();
  const versionOf = (id: string): string => versions.get(id) ?? id;
  /** Pieces that were read once since the app was opened and are what was stored. */
  const sound = new Set<string>();

  let last: { readonly id: string; readonly tensors: NormalForm['tensors'] } | null = null;

  /** What lies beside served files, by their names. */
  const served = new Map<string, Promise<Beside>>();

  const hashes = hashing(async (id) => (await slicesOf(id)).slices);

  const addressOf = (file: string): string => folder + file.split('/').map(encodeURIComponent).join('/');

  async function listServed(): Promise<ModelEntry[]> {
    const response = await fetch(`${folder}index.json`, { cache: 'no-cache' }).catch(() => null);
    if (!response?.ok) return []; // hosted without models: only imported ones then
    const index: unknown = await response.json().catch(() => null); // some hosts answer with a page of their own
    if (!Array.isArray(index)) return [];
    return Promise.all(
      (index as { file: string; bytes: number; yaml?: string }[]).map(({ file, bytes, yaml }) => {
        const key = `${file} ${bytes}`;
        if (yaml !== undefined && !known.has(key)) served.set(file, configAt(yaml));
        const entry = known.get(key) ?? servedEntry(file, bytes);
        known.set(key, entry);
        return entry;
      }),
    );
  }

  /** Where it cannot be fetched the checkpoint is as if it had none. */
  async function configAt(yaml: string): Promise<Beside> {
    const response = await fetch(addressOf(yaml)).catch(() => null);
    return response?.ok ? { [CONFIG_YAML]: await response.text() } : {};
  }

  const hashesById = (id: string): Promise<Hashes | null> =>
    id.startsWith(SERVED) ? hashes.elsewhere(versionOf(id)) : hashes.of(id);

  async function withHashes(entry: ModelEntry): Promise<ModelEntry> {
    const found = await hashesById(entry.id).catch(() => null);
    return found ? { ...entry, hashes: found } : entry;
  }

  async function servedEntry(file: string, bytes: number): Promise<ModelEntry> {
    const entry = { id: SERVED + file, file, bytes, origin: 'served' as const };
    try {
      const slices = await remoteFile(addressOf(file));
      versions.set(entry.id, `${entry.id} ${bytes} ${slices.tag ?? ''}`);
      const beside = await served.get(file);
      return { ...entry, ...whatIs(await toldHeader(await readHeader(slices), slices, beside), file) };
    } catch (thrown) {
      return { ...entry, problem: problemOf(thrown) };
    }
  }

  async function slicesOf(id: string): Promise<Found> {
    if (id.startsWith(SERVED)) {
      const file = id.slice(SERVED.length);
      return { slices: await remoteFile(addressOf(file)), file, beside: (await served.get(file)) ?? {} };
    }
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

  /** What it is in a file of another name: that is what a person calls it, whatever it calls itself. */
  async function calledOtherwise(entry: ModelEntry & What, name: string): Promise<What> {
    if ('facts' in entry) return { facts: { ...entry.facts, title: stemOf(name) } };
    const { slices, beside } = await slicesOf(entry.id);
    return whatIs(await toldHeader(await readHeader(slices), slices, beside), name);
  }

  async function readable(what: string | File | Offer): Promise<Found> {
    if (typeof what === 'string') return slicesOf(what);
    if (what instanceof File) return { slices: what, file: what.name, beside: {} };
    // Its header came with it; tensors are not asked for.
    const slices = beginningOf(new Blob([what.model?.head ?? '']), what.bytes);
    return { slices, file: what.file, beside: what.beside ?? {} };
  }

  return {
    async list(): Promise<ModelEntry[]> {
      await swept;
      const [imported, beside] = await Promise.all([listStored(), listServed()]);
      const stored = imported.models.map(storedEntry);
      return apart([
        ...(await Promise.all(stored.map(withHashes))),
        ...imported.unreadable.map(unreadableEntry),
        ...(await Promise.all(beside.map(withHashes))),
      ]);
    },

    /** Checks a model by its header, then copies it. What is there already, by this name, stays alone. */
    async *install(
      { name, layout, beside }: LocalModel,
      signal: AbortSignal,
    ): AsyncGenerator<InstallProgress, ModelEntry, void> {
      const file = new Blob(blobsOf(mapFiles(layout, (local) => local.file)));
      const header = await readHeader(file);
      const what = whatIs(await toldHeader(header, file, beside), name);
      const about = { file: name, extra: extraOf(what, beside) };
      const stored = yield* store(file, segmentsOf(header), about, signal);
      const twin = await twinOf(stored);
      if (!twin) return storedEntry(stored);
      await removeStored(stored.id);
      return storedEntry(twin);
    },

    /** Calls a model otherwise from now on. @param name with the ending. */
    async rename(id: string, name: string): Promise<ModelEntry> {
      const { models } = await listStored();
      const stored = models.find((other) => other.id === id);
      const entry = stored && storedEntry(stored);
      if (!entry || 'problem' in entry) throw new DrobeError('model-gone', { model: id });
      const extra = extraOf(await calledOtherwise(entry, name), storedBeside(stored));
      return withHashes(storedEntry(await remember(id, { file: name, extra })));
    },

    /** Checks a model by its header, then remembers where it lies. @throws DrobeError 'bad-request' without handles. */
    async link({ name, layout, beside }: LocalModel): Promise<ModelEntry> {
      const links = linksTo(
        mapFiles(layout, ({ file, handle }) => {
          if (handle) return { file, handle };
          throw new DrobeError('bad-request', { reason: 'this file cannot be found again' });
        }),
      );
      const whole = new Blob(blobsOf(mapFiles(layout, ({ file }) => file)));
      const what = whatIs(await toldHeader(await readHeader(whole), whole, beside), name);
      const about = { file: name, extra: extraOf(what, beside) };
      return storedEntry(await link(links, whole.size, about));
    },

    /** Has stored checkpoints of the name of a .yaml be drawn as it says. @throws DrobeError 'settings-alone' */
    async annotate({ file, path }: LocalFile): Promise<ModelEntry[]> {
      const { kind, text } = await readSettings(file, path, file);
      const { models } = await listStored();
      const named = models.filter((model) => sameStem(model.file, path));
      const changed: ModelEntry[] = [];
      for (const model of kind === CONFIG_YAML ? named : []) {
        const { slices } = await slicesOf(model.id);
        const beside = { ...storedBeside(model), [CONFIG_YAML]: text };
        const what = whatIs(await toldHeader(await readHeader(slices), slices, beside), model.file);
        if ('addon' in what) continue;
        changed.push(
          await withHashes(storedEntry(await remember(model.id, { extra: extraOf(what, beside) }))),
        );
      }
      if (changed.length === 0) throw new DrobeError('settings-alone');
      return changed;
    },

    /** The files that a linked model is read from; none of one that is not linked. */
    async filesOf(id: string): Promise<FileSystemFileHandle[]> {
      return (await linksOf(id))?.files.map(({ handle }) => handle) ?? [];
    },

    /** The hashes of these models, as far as they are known in a moment. */
    async hashesOf(ids: readonly string[]): Promise<Map<string, Hashes>> {
      await hashes.soon(ids.map(versionOf));
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
      for (const entry of await this.list())
        if ('addon' in entry && entry.addon.kind === 'lora' && sameName(entry.addon.name, name)) return entry;
      throw new DrobeError('lora-unknown', { name, known: (await this.loraNames()).join(', ') });
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
      const { damaged, tensors, unknown, server } = yield* verify(id, signal);
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
      if (id.startsWith(SERVED))
        throw new DrobeError('bad-request', { reason: 'a served model is not ours to delete' });
      await removeStored(id);
    },

    /** Opens a model to be read from. Of what is stored only the header is compared with what was stored. */
    async open(
      id: string,
      signal: AbortSignal,
      onBytes: (doneBytes: number, totalBytes: number) => void,
    ): Promise<Readable> {
      if (!id.startsWith(SERVED)) {
        const stored = await openStored(id);
        const source = storedSource(stored, judge, sound);
        await source.check?.(HEADER);
        const whole = new Blob(stored.blobs.slice());
        return {
          header: await toldHeader(await readHeader(whole), whole, storedBeside(stored.meta)),
          source,
        };
      }
      const name = id.slice(SERVED.length);
      const file = await fetchBlob(addressOf(name), signal, onBytes);
      void hashes.elsewhere(versionOf(id), file); // now that all of it is here
      const header = await toldHeader(await readHeader(file), file, await served.get(name));
      return { header, source: blobSource([file]) };
    },
  };
}

/** Where a header begins, which is a piece by itself. */
const HEADER = [{ begin: 0, end: 1 }];

function unreadableEntry({ id, file, newer }: Unreadable): ModelEntry {
  const problem = { code: newer ? 'record-newer' : 'record-damaged', facts: { file } } as const;
  return { id, file, bytes: 0, origin: 'stored', problem };
}
