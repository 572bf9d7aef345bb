/** Every checkpoint within reach: the imported ones in IndexedDB, and those served from models/ beside the app. */
import { DrobeError, toDrobeError } from '../errors';
import { taesdPrefix } from '../nets/taesd';
import { inspect } from '../pipeline/inspect';
import { contentsOf } from '../pipeline/inspection';
import { mentions } from '../text/prompt';
import { fetchBlob, remoteFile } from '../weights/remote';
import { peekHeader, readHeader, type Header, type Slices } from '../weights/safetensors';
import { listStored, openStored, removeStored, store, sweep, type StoredModel } from '../weights/store';
import type { AddonFacts, Inspection, InstallProgress, ModelEntry, ModelFacts, Problem } from './api';
import { embeddingFacts, factsOf, loraFacts, stemOf } from './facts';

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

  return {
    async list(): Promise<ModelEntry[]> {
      await swept;
      const [imported, beside] = await Promise.all([listStored(), served()]);
      return [...imported.map(storedEntry), ...beside];
    },

    /** Checks a file by its header, then copies it. */
    async *install(file: File, signal: AbortSignal): AsyncGenerator<InstallProgress, ModelEntry, void> {
      const what = whatIs(await readHeader(file), file.name);
      return storedEntry(yield* store(file, file.name, 'facts' in what ? what.facts : what, signal));
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

    /** What the header of a file, or of the model with this id, tells. @throws DrobeError where it has none that is sound. */
    async inspect(what: string | File): Promise<Inspection> {
      const [file, name] = typeof what === 'string' ? await slicesOf(what) : [what, what.name];
      const { header, lack } = await peekHeader(file);
      return {
        ...contentsOf(header),
        bytes: header.bytes,
        verdict: verdictOn(header, name),
        lack: lack && problemOf(lack),
      };
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

type What = { readonly facts: ModelFacts } | { readonly addon: AddonFacts };

/** A checkpoint or something to add to one. @throws DrobeError that says what else it is. */
function whatIs(header: Header, file: string): What {
  try {
    return { facts: factsOf(inspect(header), file) };
  } catch (thrown) {
    const { code } = toDrobeError(thrown);
    if (code === 'file-is-lora') return { addon: loraFacts(header, file) };
    if (code === 'file-is-taesd') {
      if (taesdPrefix(header.tensors.keys()) !== null)
        return { addon: { kind: 'taesd', name: stemOf(file) } };
      throw new DrobeError('unsupported-model', {
        found: 'the encoder of a TAESD, of which the decoder is used',
      });
    }
    if (code === 'file-is-vae') return { addon: { kind: 'vae', name: stemOf(file) } };
    if (code === 'file-is-embedding') return { addon: embeddingFacts(header, file) };
    throw thrown;
  }
}

function verdictOn(header: Header, file: string): Inspection['verdict'] {
  try {
    return whatIs(header, file);
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

function problemOf(thrown: unknown): Problem {
  const { code, facts } = toDrobeError(thrown);
  return { code, facts };
}

function storedEntry({ id, file, bytes, extra }: StoredModel): ModelEntry {
  const entry = { id, file, bytes, origin: 'stored' } as const;
  // Written by `install`, of this version of the schema: a checkpoint's facts lie there as they are.
  const what = extra as ModelFacts | { readonly addon: AddonFacts };
  return 'addon' in what ? { ...entry, addon: what.addon } : { ...entry, facts: what };
}
