/** Every model within reach: imported ones in IndexedDB, and those served from models/ beside the app. */
import { defined } from '../checked';
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
import { Arrivals } from './files/arriving';
import { withOwnNames } from './files/facts';
import { Hashing } from './files/hashing';
import { annotateModels, linkModel, renameModel } from './files/imports';
import { judge } from './files/judge';
import { nameInWorkers } from './files/naming';
import { isServed, ServedModels, type Found } from './files/served';
import { storedBeside, storedEntry } from './files/stored';
import { throttled } from './throttle';
import { problemOf, verdictOn } from './files/verdict';

/** A model that can be read. */
export interface Readable {
  readonly header: Header;
  readonly source: ByteSource;
}

/** A word in a prompt, and the files that have vectors for it. */
export interface CalledFiles {
  readonly trigger: string;
  readonly files: readonly Extract<ModelEntry, { addon: unknown }>[];
}

/** The models within reach: their list, their bytes, and what their headers say. */
export class ModelRepository {
  readonly #served: ServedModels;
  readonly #arrivals = new Arrivals(async (id) => this.#checkedSource(await openStored(id)));
  readonly #hashing = new Hashing(async (id) => (await this.#storedFile(id)).slices);
  /** Settled once what a killed tab left half imported is deleted; a failure to do so harms nobody. */
  readonly #swept = sweep().catch(() => undefined);
  /** Names of stored pieces that were read since the app was opened, and found to be what was stored. */
  readonly #sound = new Set<string>();
  /** The checkpoint that LoRAs were last compared with. */
  #compared: { readonly id: string; readonly tensors: NormalForm['tensors'] } | null = null;

  /** @param folder address of models/ beside the app, with a slash at the end. */
  constructor(folder: string) {
    this.#served = new ServedModels(folder);
  }

  /** @param anew ask the server again which models it has. */
  async list(anew = false): Promise<ModelEntry[]> {
    await this.#swept;
    const [imported, served] = await Promise.all([listStored(), this.#served.list(anew)]);
    const stored = imported.models.map(storedEntry);
    const arriving = this.#arrivals.list().filter(({ id }) => !stored.some((one) => one.id === id));
    return withOwnNames([
      ...(await Promise.all(stored.map((entry) => this.#withHashes(entry)))),
      ...arriving,
      ...imported.unreadable.map(unreadableEntry),
      ...(await Promise.all(served.map((entry) => this.#withHashes(entry)))),
    ]);
  }

  /** Lists a model that is being imported, until the signal aborts; see `Arrivals`. */
  arrive(entry: ModelEntry, model: LocalModel, signal: AbortSignal): Promise<void> {
    return this.#arrivals.stay(entry, model, signal);
  }

  /** Lists a model that stays where its files lie. @throws DrobeError 'bad-request' without file handles */
  link(model: LocalModel): Promise<ModelEntry> {
    return linkModel(model);
  }

  /** Gives a model another file name. @param name with the ending. */
  async rename(id: string, name: string): Promise<ModelEntry> {
    return this.#withHashes(await renameModel(id, name, this.#slicesOf));
  }

  /** Applies a .yaml to the stored checkpoints of the same name. @throws DrobeError 'settings-alone' if there is none */
  async annotate(settings: LocalFile): Promise<ModelEntry[]> {
    const changed = await annotateModels(settings, this.#slicesOf);
    return Promise.all(changed.map((entry) => this.#withHashes(entry)));
  }

  /** The files that a linked model is read from; none for any other model. */
  async filesOf(id: string): Promise<FileSystemFileHandle[]> {
    return (await linksOf(id))?.files.map(({ handle }) => handle) ?? [];
  }

  /** The hashes of these models that are known, or will be in a moment. */
  async hashesOf(ids: readonly string[]): Promise<Map<string, Hashes>> {
    await this.#hashing.soon(ids.map((id) => this.#served.versionOf(id)));
    const found = await Promise.all(ids.map(async (id) => [id, await this.#hashes(id)] as const));
    return new Map(found.flatMap(([id, known]) => (known ? [[id, known] as const] : [])));
  }

  /** The words in these prompts that have vectors of their own. @param on ids of the LoRAs that are on. */
  async words(prompts: readonly string[], on: ReadonlySet<string>): Promise<CalledFiles[]> {
    const addons = (await this.list()).filter((entry) => 'addon' in entry);
    return calledWords(addons, prompts, on).map(({ trigger, ids }) => ({
      trigger,
      files: ids.map((id) => defined(addons.find((entry) => entry.id === id))),
    }));
  }

  /** The names by which prompts call LoRAs. */
  async loraNames(): Promise<string[]> {
    return named(await this.list(), 'lora').map(({ name }) => name);
  }

  /** The LoRA of this name; letter case does not count. @throws DrobeError 'lora-unknown' */
  async lora(name: string): Promise<ModelEntry> {
    const find = (entries: ModelEntry[]) => named(entries, 'lora').find((lora) => sameName(lora.name, name));
    const found = find(await this.list()) ?? find(await this.list(true));
    if (found) return found.entry;
    throw new DrobeError('lora-unknown', { name, known: (await this.loraNames()).join(', ') });
  }

  /** The upscaler of this name; letter case does not count. @throws DrobeError 'upscaler-unknown' */
  async upscaler(name: string): Promise<ModelEntry> {
    const all = named(await this.list(), 'upscaler');
    const found = all.find((upscaler) => sameName(upscaler.name, name));
    if (found) return found.entry;
    throw new DrobeError('upscaler-unknown', {
      name,
      known: all.map((upscaler) => upscaler.name).join(', '),
    });
  }

  /**
   * What the header of a file, an offer or the model with this id tells. @throws DrobeError where none is sound.
   * @param model id of the chosen checkpoint, or empty.
   */
  async inspect(what: string | File | Offer, model = ''): Promise<Inspection> {
    const { slices, file, beside } = await this.#readable(what);
    const { header, lack } = await peekHeader(slices);
    const verdict = verdictOn(await toldHeader(header, slices, beside), file);
    const isLora = 'addon' in verdict && verdict.addon.kind === 'lora';
    return {
      ...contentsOf(header),
      bytes: header.bytes,
      verdict,
      use: isLora && model ? useOf(header, await this.#tensorsOf(model)) : null,
      lack: lack && problemOf(lack),
    };
  }

  /** How much of each LoRA a model uses, by the LoRA's id. One that cannot be read is left out: drawing with it says why. */
  async uses(model: string): Promise<ReadonlyMap<string, LoraUse>> {
    const uses = new Map<string, LoraUse>();
    for (const { entry } of named(await this.list(), 'lora')) {
      const header = await this.header(entry.id).catch(() => null);
      if (header) uses.set(entry.id, useOf(header, await this.#tensorsOf(model)));
    }
    return uses;
  }

  /** The header of a file. @throws DrobeError where it has none, or a damaged one */
  async header(id: string): Promise<Header> {
    return readHeader((await this.#slicesOf(id)).slices);
  }

  /** How much is stored, and whether the browser may clear it. */
  async storage(): Promise<StorageFacts> {
    // Outside secure contexts all of this is missing, whatever the types say.
    const manager = navigator.storage as StorageManager | undefined;
    const { usage = null, quota = null } = (await manager?.estimate()) ?? {};
    return {
      usedBytes: usage,
      freeBytes: usage === null || quota === null ? null : Math.max(0, quota - usage),
      persisted: (await manager?.persisted()) ?? false,
      shared: await sharedBytes(),
    };
  }

  /** Reads all of a stored model again, and names what is damaged. */
  async *verify(id: string, signal: AbortSignal): AsyncGenerator<InstallProgress, Verification, void> {
    const { damaged, tensors, unknown, server } = yield* verify(id, signal, nameInWorkers);
    return { damaged: damaged.length > 0 ? tensors : [], unknown, server };
  }

  /** A stored model's file, every byte of it checked. @throws DrobeError 'model-damaged' */
  async contents(id: string, report: (progress: InstallProgress) => void): Promise<Blob> {
    const stored = await openStored(id);
    const tell = throttled(report);
    const source = this.#checkedSource(stored);
    await source.check?.([{ begin: 0, end: source.bytes }], (doneBytes, totalBytes) =>
      tell({ doneBytes, totalBytes }),
    );
    return new Blob(stored.blobs.slice());
  }

  /** Deletes a stored model, or forgets a linked one. @throws DrobeError 'bad-request' for any other */
  async remove(id: string): Promise<void> {
    if (isServed(id)) throw new DrobeError('bad-request', { reason: 'a served model is not ours to delete' });
    if (this.#arrivals.has(id)) throw new DrobeError('bad-request', { reason: 'it is being imported' });
    await removeStored(id);
  }

  /** Opens a model to be read from. Of a stored one the header alone is checked here: the rest is, as it is read. */
  async open(
    id: string,
    signal: AbortSignal,
    onBytes: (doneBytes: number, totalBytes: number) => void,
  ): Promise<Readable> {
    if (isServed(id)) {
      const { blob, beside } = await this.#served.fetch(id, signal, onBytes);
      void this.#hashing.elsewhere(this.#served.versionOf(id), blob); // all of it is here now
      return { header: await toldHeader(await readHeader(blob), blob, beside), source: blobSource([blob]) };
    }
    const arriving = await this.#arrivals.open(id);
    if (arriving) return arriving;
    const stored = await openStored(id);
    const source = this.#checkedSource(stored);
    await source.check?.(HEADER);
    const whole = new Blob(stored.blobs.slice());
    const header = await toldHeader(await readHeader(whole), whole, storedBeside(stored.meta));
    return { header, source };
  }

  async #hashes(id: string): Promise<Hashes | null> {
    if (this.#arrivals.has(id)) return null; // its copy will be hashed
    return isServed(id) ? this.#hashing.elsewhere(this.#served.versionOf(id)) : this.#hashing.of(id);
  }

  async #withHashes(entry: ModelEntry): Promise<ModelEntry> {
    const found = await this.#hashes(entry.id).catch(() => null);
    return found ? { ...entry, hashes: found } : entry;
  }

  readonly #slicesOf = async (id: string): Promise<Found> =>
    isServed(id) ? this.#served.find(id) : (this.#arrivals.find(id) ?? this.#storedFile(id));

  async #storedFile(id: string): Promise<Found & { readonly slices: Blob }> {
    const stored = await openStored(id);
    await this.#checkedSource(stored).check?.(HEADER);
    const { meta } = stored;
    return { slices: new Blob(stored.blobs.slice()), file: meta.file, beside: storedBeside(meta) };
  }

  #checkedSource(stored: Awaited<ReturnType<typeof openStored>>): ByteSource {
    return storedSource(stored, judge, this.#sound);
  }

  /** A checkpoint's tensors in normal form; those of the last one are kept. */
  async #tensorsOf(id: string): Promise<NormalForm['tensors']> {
    if (this.#compared?.id !== id)
      this.#compared = { id, tensors: inNormalForm((await this.header(id)).tensors).tensors };
    return this.#compared.tensors;
  }

  async #readable(what: string | File | Offer): Promise<Found> {
    if (typeof what === 'string') return this.#slicesOf(what);
    if (what instanceof File) return { slices: what, file: what.name, beside: {} };
    // An offer brings its header along; its tensors are not asked for.
    const slices = beginningOf(new Blob([what.model?.head ?? '']), what.bytes);
    return { slices, file: what.file, beside: what.beside ?? {} };
  }
}

/** The entries of one kind, with the names by which they are called. */
const named = (entries: readonly ModelEntry[], kind: 'lora' | 'upscaler') =>
  entries.flatMap((entry) =>
    'addon' in entry && entry.addon.kind === kind ? [{ entry, name: entry.addon.name }] : [],
  );

/** One byte of the header is enough to name its piece: a header is a piece by itself. */
const HEADER = [{ begin: 0, end: 1 }];

function unreadableEntry({ id, file, newer }: Unreadable): ModelEntry {
  const problem = { code: newer ? 'record-newer' : 'record-damaged', facts: { file } } as const;
  return { id, file, bytes: 0, origin: 'stored', problem };
}
