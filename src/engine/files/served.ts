/** Models that are served from models/ beside the app. */
import type { ErrorCode } from '../../errors';
import { CONFIG_YAML } from '../../nets/predicts/predicts';
import { fetchBlob, remoteFile } from '../../weights/download/remote';
import { readHeader, type Slices } from '../../weights/safetensors';
import type { ModelEntry } from '../api';
import { toldHeader, type Beside } from './beside';
import { problemOf, whatIs } from './verdict';

/** A model's bytes, none of which are read yet. */
export interface Found {
  readonly slices: Slices;
  /** The name of its file. */
  readonly file: string;
  readonly beside: Beside;
}

/** A file as `models/index.json` has it. */
interface Listed {
  readonly file: string;
  readonly bytes: number;
  readonly yaml?: string;
}

const SERVED = 'served:';
/** What says nothing of a file, but of the way to it. */
const NOT_HERE: ReadonlySet<ErrorCode> = new Set(['network', 'no-answer']);

/** Whether the model of this id is served, and not stored. */
export const isServed = (id: string): boolean => id.startsWith(SERVED);

/** @param folder where models/ is served, with a slash at the end. */
export function served(folder: string) {
  /** Headers of served files do not change while the app is open; one that did not come is asked for again. */
  const known = new Map<string, Promise<ModelEntry>>();
  /** What tells a served file from others in its place, by id. */
  const versions = new Map<string, string>();
  /** What the server listed last; null where it has not yet. */
  let listed: readonly Listed[] | null = null;
  /** What lies beside served files, by their names. */
  const besides = new Map<string, Promise<Beside>>();

  const addressOf = (file: string): string => folder + file.split('/').map(encodeURIComponent).join('/');
  const fileOf = (id: string): string => id.slice(SERVED.length);
  const besideOf = async (file: string): Promise<Beside> => (await besides.get(file)) ?? {};

  /** Where it cannot be fetched the checkpoint is as if it had none. */
  async function configAt(yaml: string): Promise<Beside> {
    const response = await fetch(addressOf(yaml)).catch(() => null);
    const text = response?.ok ? await response.text().catch(() => null) : null;
    return text === null ? {} : { [CONFIG_YAML]: text };
  }

  async function entryOf(file: string, bytes: number): Promise<ModelEntry> {
    const entry = { id: SERVED + file, file, bytes, origin: 'served' as const };
    try {
      const slices = await remoteFile(addressOf(file));
      versions.set(entry.id, `${entry.id} ${bytes} ${slices.tag ?? ''}`);
      const header = await toldHeader(await readHeader(slices), slices, await besideOf(file));
      return { ...entry, ...whatIs(header, file) };
    } catch (thrown) {
      return { ...entry, problem: problemOf(thrown) };
    }
  }

  /** Null where it does not come: hosted without models, there are only imported ones. */
  async function index(): Promise<readonly Listed[] | null> {
    const response = await fetch(`${folder}index.json`, { cache: 'no-cache' }).catch(() => null);
    if (!response?.ok) return null;
    const found: unknown = await response.json().catch(() => null); // some hosts answer with a page of their own
    return Array.isArray(found) ? (found as Listed[]) : null;
  }

  return {
    /** @param anew whether the server is asked which there are though it has told: for a picture they are those that the page shows. */
    async list(anew = false): Promise<ModelEntry[]> {
      if (anew || !listed) listed = await index();
      return Promise.all(
        (listed ?? []).map(({ file, bytes, yaml }) => {
          const key = `${file} ${bytes}`;
          if (yaml !== undefined && !known.has(key)) besides.set(file, configAt(yaml));
          const asked = known.get(key);
          if (asked) return asked;
          const entry = entryOf(file, bytes);
          known.set(key, entry);
          void entry.then((found) => {
            if ('problem' in found && NOT_HERE.has(found.problem.code)) known.delete(key);
          });
          return entry;
        }),
      );
    },

    /** The id, and what tells the file from others in its place; of others, their id alone. */
    versionOf: (id: string): string => versions.get(id) ?? id,

    async find(id: string): Promise<Found> {
      const file = fileOf(id);
      return { slices: await remoteFile(addressOf(file)), file, beside: await besideOf(file) };
    },

    /** All of its file, and what lies beside it. */
    async fetch(
      id: string,
      signal: AbortSignal,
      onBytes: (doneBytes: number, totalBytes: number) => void,
    ): Promise<{ readonly blob: Blob; readonly beside: Beside }> {
      const file = fileOf(id);
      return { blob: await fetchBlob(addressOf(file), signal, onBytes), beside: await besideOf(file) };
    },
  };
}
