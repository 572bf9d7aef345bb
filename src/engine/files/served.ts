/** Models that are served from models/ beside the app. */
import type { ErrorCode } from '../../errors';
import { CONFIG_YAML } from '../../nets/predicts/predicts';
import { fetchBlob, remoteFile } from '../../weights/download/remote';
import { readHeader, type Slices } from '../../weights/safetensors';
import type { ModelEntry } from '../api';
import { toldHeader, type Beside } from './beside';
import { problemOf, whatIs } from './verdict';

/** A model's file, none of which has been read. */
export interface Found {
  readonly slices: Slices;
  /** The name of its file. */
  readonly file: string;
  readonly beside: Beside;
}

/** A file as `models/index.json` lists it. */
interface Listed {
  readonly file: string;
  readonly bytes: number;
  readonly yaml?: string;
}

const SERVED = 'served:';
/** Errors of the connection, not of the file: it is asked for again. */
const UNREACHED: ReadonlySet<ErrorCode> = new Set(['network', 'no-answer']);

/** Whether this is the id of a served model, not of a stored one. */
export const isServed = (id: string): boolean => id.startsWith(SERVED);

/** The models that a server offers in models/. */
export class ServedModels {
  readonly #folder: string;
  /** By file and size. Headers of served files do not change while the app is open. */
  readonly #entries = new Map<string, Promise<ModelEntry>>();
  /** By id: tells a served file from an earlier one of the same name. */
  readonly #versions = new Map<string, string>();
  /** By file: the settings that lie beside it. */
  readonly #beside = new Map<string, Promise<Beside>>();
  /** What the server listed last; null where it has not yet. */
  #listed: readonly Listed[] | null = null;

  /** @param folder address of models/, with a slash at the end. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param anew ask the server again, though it has answered before. */
  async list(anew = false): Promise<ModelEntry[]> {
    if (anew || !this.#listed) this.#listed = await this.#index();
    return Promise.all((this.#listed ?? []).map((one) => this.#entry(one)));
  }

  /** The id with the version of the file that is served; of any other model, its id. */
  versionOf(id: string): string {
    return this.#versions.get(id) ?? id;
  }

  async find(id: string): Promise<Found> {
    const file = fileOf(id);
    return { slices: await remoteFile(this.#addressOf(file)), file, beside: await this.#besideOf(file) };
  }

  /** The whole file, and what lies beside it. */
  async fetch(
    id: string,
    signal: AbortSignal,
    onBytes: (doneBytes: number, totalBytes: number) => void,
  ): Promise<{ readonly blob: Blob; readonly beside: Beside }> {
    const file = fileOf(id);
    const blob = await fetchBlob(this.#addressOf(file), signal, onBytes);
    return { blob, beside: await this.#besideOf(file) };
  }

  #entry({ file, bytes, yaml }: Listed): Promise<ModelEntry> {
    const key = `${file} ${bytes}`;
    const known = this.#entries.get(key);
    if (known) return known;
    if (yaml !== undefined) this.#beside.set(file, this.#configAt(yaml));
    const entry = this.#read(file, bytes);
    this.#entries.set(key, entry);
    void entry.then((found) => {
      if ('problem' in found && UNREACHED.has(found.problem.code)) this.#entries.delete(key);
    });
    return entry;
  }

  async #read(file: string, bytes: number): Promise<ModelEntry> {
    const entry = { id: SERVED + file, file, bytes, origin: 'served' as const };
    try {
      const slices = await remoteFile(this.#addressOf(file));
      this.#versions.set(entry.id, `${entry.id} ${bytes} ${slices.tag ?? ''}`);
      const header = await toldHeader(await readHeader(slices), slices, await this.#besideOf(file));
      return { ...entry, ...whatIs(header, file) };
    } catch (thrown) {
      return { ...entry, problem: problemOf(thrown) };
    }
  }

  /** What the server lists; null where it has no list: the app may be hosted without models. */
  async #index(): Promise<readonly Listed[] | null> {
    const response = await fetch(`${this.#folder}index.json`, { cache: 'no-cache' }).catch(() => null);
    if (!response?.ok) return null;
    const found: unknown = await response.json().catch(() => null); // some hosts answer with a page of their own
    return Array.isArray(found) ? (found as Listed[]) : null;
  }

  /** A checkpoint whose .yaml cannot be fetched is used without it. */
  async #configAt(yaml: string): Promise<Beside> {
    const response = await fetch(this.#addressOf(yaml)).catch(() => null);
    const text = response?.ok ? await response.text().catch(() => null) : null;
    return text === null ? {} : { [CONFIG_YAML]: text };
  }

  async #besideOf(file: string): Promise<Beside> {
    return (await this.#beside.get(file)) ?? {};
  }

  #addressOf(file: string): string {
    return this.#folder + file.split('/').map(encodeURIComponent).join('/');
  }
}

const fileOf = (id: string): string => id.slice(SERVED.length);
