import type { EngineApi, InstallProgress, ModelEntry, StorageFacts, Verification } from '../engine/api';
import type { Remote } from '../engine/rpc';
import { isAbort, toDrobeError, type DrobeError } from '../errors';
import { saveName } from './format';

/** What is being done with a stored model, or came of it. */
export type Task =
  | ({ readonly kind: 'verifying' } & InstallProgress)
  | ({ readonly kind: 'verified' } & Verification)
  | { readonly kind: 'failed'; readonly error: DrobeError };

/** The browser's storage: what it holds, and whether it still holds it. */
export class Vault {
  open = $state(false);
  facts = $state.raw<StorageFacts | null>(null);
  /** By the models' ids. */
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

  async load(): Promise<void> {
    this.facts = (await this.#engine.storage(new AbortController().signal).next()).value;
  }

  /** Reads a model once more, and remembers what came of it. */
  async verify({ id }: ModelEntry): Promise<void> {
    if (this.tasks[id]?.kind === 'verifying') return;
    const { signal } = this.#stop;
    this.#set(id, { kind: 'verifying', doneBytes: 0, totalBytes: 0 });
    try {
      const run = this.#engine.verify(signal, id);
      for (;;) {
        const { done, value } = await run.next();
        if (signal.aborted) return;
        this.#set(id, done ? { kind: 'verified', ...value } : { kind: 'verifying', ...value });
        if (done) return;
      }
    } catch (thrown) {
      if (!isAbort(thrown)) this.#set(id, { kind: 'failed', error: toDrobeError(thrown) });
    }
  }

  /** Gives the model's file back, as it came. */
  async export({ id, file }: ModelEntry): Promise<void> {
    try {
      const { value } = await this.#engine.contents(new AbortController().signal, id).next();
      this.#save(value, saveName(file));
    } catch (thrown) {
      this.#set(id, { kind: 'failed', error: toDrobeError(thrown) });
    }
  }

  #set(id: string, task: Task): void {
    this.tasks = { ...this.tasks, [id]: task };
  }
}
