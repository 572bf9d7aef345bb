/**
 * The page's side of the engine. Calls go to one of three workers: the engine, which is started again after it died or lost
 * its graphics device; a downloader, one for each request to another server; and an importer, while files are imported.
 */
import { endsEngine } from '../errors';
import type { DownloaderApi, EngineApi, ImportProgress, LocalModel, ModelEntry, WorkerApi } from './api';
import importerAddress from './files/importer?worker&url';
import { Importers } from './importers';
import { follow, lineTo, type EngineWorker, type Line } from './line';
import downloaderAddress from './remote/downloader?worker&url';
import type { Remote } from './rpc';
import { confinedScript, ownScript } from './scripts';
import engineAddress from './worker?worker&url';

const never = new AbortController().signal;

/** How workers are started: other than here only in tests. */
interface Workers {
  readonly engine: () => EngineWorker;
  readonly downloader: () => EngineWorker;
  readonly importer: () => EngineWorker;
  /** Milliseconds that an importer is kept without work. */
  readonly patience: number;
}

const workers: Workers = {
  // Engine and importer are confined as the page is: they can reach no server but the app's own.
  engine: () => new Worker(confinedScript(engineAddress), { type: 'module', name: 'drobe-engine' }),
  importer: () => new Worker(confinedScript(importerAddress), { type: 'module', name: 'drobe-importer' }),
  // Confined like the page, it could fetch nothing from elsewhere.
  downloader: () => new Worker(ownScript(downloaderAddress), { type: 'module', name: 'drobe-downloader' }),
  patience: 3000,
};

/** A model that is drawn from its own files, until the signal aborts. */
interface Arriving {
  readonly entry: ModelEntry;
  readonly model: LocalModel;
  readonly signal: AbortSignal;
}

/** Told the origins of requests that a worker made, each as often as it made one. */
type OnRequests = (origins: readonly string[], asker: 'app' | 'downloader') => void;

/**
 * Starts the engine, whose workers are started when they are first needed. @param onRequests told of the origins that
 * workers ask.
 */
export function startEngine(
  onRequests: OnRequests = () => undefined,
  started: Partial<Workers> = {},
): Remote<EngineApi> {
  const lines = new Lines(onRequests, { ...workers, ...started });
  const engine = <Y, R>(call: (remote: Remote<WorkerApi>) => AsyncGenerator<Y, R, void>) =>
    lines.engine(call);
  const downloader = <Y, R>(call: (remote: Remote<DownloaderApi>) => AsyncGenerator<Y, R, void>) =>
    lines.downloader(call);
  return {
    device: (signal, wish) => engine((remote) => remote.device(signal, wish)),
    models: (signal) => engine((remote) => remote.models(signal)),
    gather: (signal, files) => lines.gather(signal, files),
    install: (signal, model) => lines.install(signal, model),
    link: (signal, model) => engine((remote) => remote.link(signal, model)),
    annotate: (signal, settings) => engine((remote) => remote.annotate(signal, settings)),
    filesOf: (signal, id) => engine((remote) => remote.filesOf(signal, id)),
    look: (signal, address) => downloader((remote) => remote.look(signal, address)),
    download: (signal, what) => downloader((remote) => remote.download(signal, what)),
    unfinished: (signal) => engine((remote) => remote.unfinished(signal)),
    discard: (signal, id) => engine((remote) => remote.discard(signal, id)),
    inspect: (signal, what, model) => engine((remote) => remote.inspect(signal, what, model)),
    uses: (signal, model) => engine((remote) => remote.uses(signal, model)),
    storage: (signal) => engine((remote) => remote.storage(signal)),
    verify: (signal, id) => engine((remote) => remote.verify(signal, id)),
    repair: (signal, id) => downloader((remote) => remote.repair(signal, id)),
    contents: (signal, id) => engine((remote) => remote.contents(signal, id)),
    lacking: (signal, id) => engine((remote) => remote.lacking(signal, id)),
    countTokens: (signal, wish) => engine((remote) => remote.countTokens(signal, wish)),
    rename: (signal, id, name) => engine((remote) => remote.rename(signal, id, name)),
    remove: (signal, id) => engine((remote) => remote.remove(signal, id)),
    prepare: (signal, job) => engine((remote) => remote.prepare(signal, job)),
    generate: (signal, job) => engine((remote) => remote.generate(signal, job)),
    hint: (signal, wish) => engine((remote) => remote.hint(signal, wish)),
    enlarge: (signal, wish) => engine((remote) => remote.enlarge(signal, wish)),
    breakOff: () => lines.breakOff(),
  };
}

class Lines {
  readonly #onRequests: OnRequests;
  readonly #start: Workers;
  readonly #importers: Importers;
  #current: (Line<WorkerApi> & { calls: number }) | undefined;
  /** Every engine is told of these, also one that is started later. */
  readonly #arriving = new Set<Arriving>();

  constructor(onRequests: OnRequests, start: Workers) {
    this.#onRequests = onRequests;
    this.#start = start;
    this.#importers = new Importers(start.importer, start.patience);
  }

  /** Runs one call on the current engine. One that failed for good is ended with its last open call. */
  async *engine<Y, R>(call: (remote: Remote<WorkerApi>) => AsyncGenerator<Y, R, void>) {
    const line = (this.#current ??= this.#open());
    line.calls++;
    try {
      return yield* call(line.remote);
    } catch (thrown) {
      if (endsEngine(thrown) && this.#current === line) this.#current = undefined;
      throw thrown;
    } finally {
      line.calls--;
      if (this.#current !== line && line.calls === 0) line.end();
    }
  }

  // oxlint-disable-next-line require-yield -- every call is a generator, this kind an empty one
  async *breakOff(): AsyncGenerator<never, void, void> {
    this.#current?.breakOff();
  }

  /** Runs one call on a downloader of its own. */
  async *downloader<Y, R>(call: (remote: Remote<DownloaderApi>) => AsyncGenerator<Y, R, void>) {
    const line = lineTo<DownloaderApi>(this.#start.downloader());
    void follow(line.remote.requests(never), (origins) => this.#onRequests(origins, 'downloader'));
    try {
      return yield* call(line.remote);
    } finally {
      line.end();
    }
  }

  /** Files that are looked at are about to be imported: the importer starts meanwhile. */
  async *gather(...asked: Parameters<Remote<EngineApi>['gather']>) {
    const { dismiss } = this.#importers.hire();
    try {
      return yield* this.engine((remote) => remote.gather(...asked));
    } finally {
      dismiss();
    }
  }

  /** Runs one import. The engine is told of the model as soon as it can be drawn with. */
  async *install(signal: AbortSignal, model: LocalModel): AsyncGenerator<ImportProgress, ModelEntry, void> {
    const { remote, dismiss } = this.#importers.hire();
    const over = new AbortController();
    const install = remote.install(AbortSignal.any([signal, over.signal]), model);
    try {
      for (;;) {
        const { done, value } = await install.next();
        if (done) return value;
        if (value.entry) this.#arrive({ entry: value.entry, model, signal: over.signal });
        yield value;
      }
    } finally {
      over.abort();
      dismiss();
    }
  }

  #arrive(one: Arriving): void {
    this.#arriving.add(one);
    one.signal.addEventListener('abort', () => this.#arriving.delete(one));
    if (this.#current) announce(this.#current, one);
  }

  #open() {
    const line = {
      calls: 0,
      ...lineTo<WorkerApi>(this.#start.engine(), () => {
        if (this.#current === line) this.#current = undefined;
      }),
    };
    void follow(line.remote.requests(never), (origins) => this.#onRequests(origins, 'app'));
    for (const one of this.#arriving) announce(line, one);
    return line;
  }
}

/** Tells an engine of a model, for as long as both are there. */
function announce({ remote }: Line<WorkerApi>, { entry, model, signal }: Arriving): void {
  remote
    .arrive(signal, entry, model)
    .next()
    .catch(() => undefined); // an engine that dies need not know
}
