import type {
  DownloadProgress,
  EngineApi,
  InstallProgress,
  ModelEntry,
  StorageFacts,
  Verification,
} from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { isAbort, toDrobeError, type DrobeError } from '../../errors';
import { saveName } from '../words/format';

/** What is being done with a stored model, or its result. */
export type Task =
  | ({ readonly kind: 'verifying' } & InstallProgress)
  | ({ readonly kind: 'verified' } & Verification)
  | ({ readonly kind: 'repairing' } & DownloadProgress)
  /** How many bytes were fetched again. */
  | { readonly kind: 'repaired'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly error: DrobeError };

/** The browser's storage: what it contains, and whether that is intact. */
export class ModelStorage {
  open = $state(false);
  facts = $state.raw<StorageFacts | null>(null);
  /** Tasks by the models' ids. */
  tasks = $state.raw<Readonly<Record<string, Task>>>({});

  readonly #engine: Remote<EngineApi>;
  readonly #save: (file: Blob, name: string) => void;
  #stop = new AbortController();

  constructor(engine: Remote<EngineApi>, save: (file: Blob, name: string) => void) {
    this.#engine = engine;
    this.#save = save;
  }

  async show(): Promise<void> {
    this.open = true;
    await this.load();
  }

  close(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.open = false;
    this.tasks = {};
  }

  /** After a failure it stays unknown: using the models will say what is wrong. */
  async load(): Promise<void> {
    try {
      this.facts = (await this.#engine.storage(new AbortController().signal).next()).value;
    } catch {
      this.facts = null;
    }
  }

  /** Checks a model, and keeps the result. */
  async verify({ id }: ModelEntry): Promise<void> {
    await this.#follow(
      id,
      (signal) => this.#engine.verify(signal, id),
      (progress) => ({ kind: 'verifying', ...progress }),
      (found) => ({ kind: 'verified', ...found }),
    );
  }

  /** Fetches what is damaged of a downloaded model again, from where it came. */
  async repair(id: string): Promise<void> {
    await this.#follow(
      id,
      (signal) => this.#engine.repair(signal, id),
      (progress) => ({ kind: 'repairing', ...progress }),
      (bytes) => ({ kind: 'repaired', bytes }),
    );
  }

  /** Saves the model's file, as it was imported. */
  async export({ id, file }: ModelEntry): Promise<void> {
    await this.#follow(
      id,
      (signal) => this.#engine.contents(signal, id),
      (progress) => ({ kind: 'verifying', ...progress }),
      (contents) => {
        this.#save(contents, saveName(file));
        return null;
      },
    );
  }

  /** Keeps the progress of a call and its result, if that is not null. One call at a time for each model. */
  async #follow<Y, R>(
    id: string,
    call: (signal: AbortSignal) => AsyncGenerator<Y, R, void>,
    onProgress: (progress: Y) => Task,
    onResult: (result: R) => Task | null,
  ): Promise<void> {
    if (this.isBusy(id)) return;
    const { signal } = this.#stop;
    this.#set(id, { kind: 'verifying', doneBytes: 0, totalBytes: 0 });
    try {
      const run = call(signal);
      for (;;) {
        const { done, value } = await run.next();
        if (signal.aborted) return;
        this.#set(id, done ? onResult(value) : onProgress(value));
        if (done) return;
      }
    } catch (thrown) {
      if (!isAbort(thrown)) this.#set(id, { kind: 'failed', error: toDrobeError(thrown) });
    }
  }

  /** Whether something is being done with a model. */
  isBusy(id: string): boolean {
    const kind = this.tasks[id]?.kind;
    return kind === 'verifying' || kind === 'repairing';
  }

  /** The server that damaged parts of a model can be fetched from, or null. */
  repairsFrom(id: string): string | null {
    const task = this.tasks[id];
    if (task?.kind === 'verified') return task.damaged?.length === 0 ? null : task.server;
    return task?.kind === 'failed' ? serverIn(task.error) : null;
  }

  #set(id: string, task: Task | null): void {
    const { [id]: _, ...others } = this.tasks;
    this.tasks = task ? { ...others, [id]: task } : others;
  }
}

/** The server that an error says damaged parts can be fetched from, or null. */
export const serverIn = ({ code, facts }: DrobeError): string | null =>
  (code === 'model-damaged' && String(facts['server'] ?? '')) || null;
