import { DrobeError, isAbort, toDrobeError } from '../../errors';
import type {
  EngineApi,
  Gathered,
  InstallProgress,
  LocalFile,
  LocalModel,
  ModelEntry,
} from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import type { Choosing } from './choosing';
import { Persisted, askToKeep, type KeyValueStorage } from '../settings/persisted.svelte';

/** How an import is getting on. */
export type Installing =
  | { readonly kind: 'idle' }
  | ({
      readonly kind: 'running';
      readonly file: string;
      readonly number: number;
      readonly of: number;
      /** Whether it can be used already. */
      readonly usable: boolean;
    } & InstallProgress);

/** Where imported models go. */
interface Target {
  /** @param file its name where it came from. */
  add(entry: ModelEntry, file?: string, choosing?: Choosing): void;
  arriving(entry: ModelEntry, file: string, choosing: Choosing): void;
  choosing(): Choosing;
  arrived(entry: ModelEntry): void;
  withdraw(id: string): void;
  fail(file: string, thrown: unknown): void;
  clearMessages(): void;
  /** A file name that is free. */
  nameFor(file: string): string;
}

/** Imports of files, one after another. */
export class Imports {
  current = $state.raw<Installing>({ kind: 'idle' });
  /** Whether files that the browser can find again are used in place, and not copied. */
  readonly keeping: Persisted<{ inPlace: boolean }>;
  readonly #engine: Remote<EngineApi>;
  readonly #library: Target;
  #queue: LocalModel[] = [];
  /** What is being imported. */
  #now: LocalModel | null = null;
  #stop = new AbortController();

  constructor(engine: Remote<EngineApi>, library: Target, storage: KeyValueStorage | null) {
    this.#engine = engine;
    this.#library = library;
    this.keeping = new Persisted('keeping', { inPlace: false }, (found) => found, storage);
  }

  /**
   * Imports files one after another, the parts of one model together; more may be added meanwhile. Each is chosen as soon as
   * it can be used, unless somebody works with another one by then: a checkpoint can before it is copied.
   */
  async add(found: readonly LocalFile[]): Promise<void> {
    const choosing = this.#library.choosing();
    const { models, refused, settings } = await this.#gather(found);
    this.#queue.push(...models);
    if (this.current.kind === 'idle') this.#library.clearMessages();
    for (const { file, problem } of refused)
      this.#library.fail(file, new DrobeError(problem.code, problem.facts));
    for (const one of settings) await this.#annotate(one);
    await this.#work(choosing);
  }

  /**
   * Stops the current import and drops those that wait.
   * @returns what was not imported.
   */
  stop(): readonly LocalModel[] {
    const stopped = [...(this.#now ? [this.#now] : []), ...this.#queue];
    this.#queue = [];
    this.#stop.abort();
    this.#stop = new AbortController(); // for what is added before the stopped one has ended
    return stopped;
  }

  /** Imports what was stopped, from its beginning. */
  async again(stopped: readonly LocalModel[]): Promise<void> {
    this.#queue.push(...stopped);
    await this.#work(this.#library.choosing());
  }

  /** Imports what waits, unless that is being done. */
  async #work(choosing: Choosing): Promise<void> {
    if (this.current.kind === 'running') {
      this.current = { ...this.current, of: this.current.number + this.#queue.length };
      return;
    }
    void askToKeep();
    let number = 0;
    for (let model = this.#queue.shift(); model; model = this.#queue.shift()) {
      number++;
      const of = number + this.#queue.length;
      const { name: file, bytes: totalBytes } = model;
      this.current = { kind: 'running', file, number, of, doneBytes: 0, totalBytes, usable: false };
      this.#now = model;
      await this.#installOne(model, choosing);
    }
    this.#now = null;
    this.current = { kind: 'idle' };
  }

  /** Finds the models among files. If that fails, the first file is refused with the error. */
  async #gather(found: readonly LocalFile[]): Promise<Gathered> {
    try {
      return (await this.#engine.gather(new AbortController().signal, found).next()).value;
    } catch (thrown) {
      const { code, facts } = toDrobeError(thrown);
      return {
        models: [],
        settings: [],
        refused: [{ file: found[0]?.file.name ?? '', problem: { code, facts } }],
      };
    }
  }

  /** Applies a file of settings to models that were imported before it. */
  async #annotate(settings: LocalFile): Promise<void> {
    try {
      const { value } = await this.#engine.annotate(new AbortController().signal, settings).next();
      for (const entry of value) this.#library.add(entry);
    } catch (thrown) {
      this.#library.fail(settings.file.name, thrown);
    }
  }

  async #installOne(model: LocalModel, choosing: Choosing): Promise<void> {
    const findable = model.layout.ranges.every(({ file }) => file.handle);
    const inPlace = this.keeping.current.inPlace && findable;
    const named = { ...model, name: this.#library.nameFor(model.name) };
    const install = this.#engine[inPlace ? 'link' : 'install'](this.#stop.signal, named);
    let early: ModelEntry | undefined;
    try {
      for (;;) {
        const { done, value } = await install.next();
        if (done)
          return early?.id === value.id
            ? this.#library.arrived(value)
            : this.#library.add(value, model.name, choosing);
        const { entry, ...progress } = value;
        if (entry) this.#library.arriving((early = entry), model.name, choosing);
        if (this.current.kind === 'running')
          this.current = { ...this.current, ...progress, usable: early !== undefined };
      }
    } catch (thrown) {
      if (!isAbort(thrown)) this.#library.fail(model.name, thrown);
    } finally {
      if (early) this.#library.withdraw(early.id);
    }
  }
}
