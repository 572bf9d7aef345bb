/**
 * Starts the engine's worker, and a fresh one when it has died or its graphics device is beyond repair; for each errand to
 * other servers a courier, and an importer while something is imported.
 */
import { DrobeError, endsEngine } from '../errors';
import type { CourierApi, EngineApi, ImporterApi, LocalModel, ModelEntry, WorkerApi } from './api';
import importerAddress from './files/importer?worker&url';
import courierAddress from './remote/courier?worker&url';
import { connect, type Port, type Remote } from './rpc';
import { confinedScript, ownScript } from './scripts';
import engineAddress from './worker?worker&url';

interface Line<A> {
  readonly remote: Remote<A>;
  end(): void;
}

type EngineWorker = Port & Pick<Worker, 'terminate' | 'onerror' | 'onmessageerror'>;

const never = new AbortController().signal;

/** As bound as the page: it can reach no server but the app's own. */
const startWorker = (): EngineWorker =>
  new Worker(confinedScript(engineAddress), { type: 'module', name: 'drobe-engine' });

/** Not bound by the page, or it could fetch nothing from elsewhere. */
const startCourier = (): EngineWorker =>
  new Worker(ownScript(courierAddress), { type: 'module', name: 'drobe-courier' });

/** As bound as the page. */
const startImporter = (): EngineWorker =>
  new Worker(confinedScript(importerAddress), { type: 'module', name: 'drobe-importer' });

/** A model that is drawn from its files, until the signal aborts. */
interface Arriving {
  readonly entry: ModelEntry;
  readonly model: LocalModel;
  readonly signal: AbortSignal;
}

/** Milliseconds that an importer without work is kept: files come by the dozen, one after the other. */
const PATIENCE = 3000;

/** Takes the origins of requests that a worker made, each as often as it did. */
type OnRequests = (origins: readonly string[], asker: 'app' | 'courier') => void;

function lineTo<A>(worker: EngineWorker, onDeath = () => {}): Line<A> {
  const died = new AbortController();
  const die = (reason: string) => {
    onDeath();
    worker.terminate();
    died.abort(new DrobeError('engine-crashed', { reason }));
  };
  worker.onerror = (event) => die(event.message || 'the worker did not start');
  worker.onmessageerror = () => die('a message could not be read');
  return { remote: connect<A>(worker, died.signal), end: () => worker.terminate() };
}

async function follow(
  requests: AsyncIterable<readonly string[]>,
  take: (origins: readonly string[]) => void,
) {
  try {
    for await (const origins of requests) take(origins);
  } catch {
    // The worker is gone, and asks no more.
  }
}

export function startEngine(
  onRequests: OnRequests = () => undefined,
  start = startWorker,
  send = startCourier,
  bring = startImporter,
  patience = PATIENCE,
): Remote<EngineApi> {
  let current: (Line<WorkerApi> & { calls: number }) | undefined;
  let importer: (Line<ImporterApi> & { users: number }) | undefined;
  /** Every engine is told, also one that starts later. */
  const arriving = new Set<Arriving>();

  function open() {
    const line = {
      calls: 0,
      ...lineTo<WorkerApi>(start(), () => {
        if (current === line) current = undefined;
      }),
    };
    void follow(line.remote.requests(never), (origins) => onRequests(origins, 'app'));
    for (const one of arriving) announce(line, one);
    return line;
  }

  /** One that dies meanwhile needs to know no more. */
  function announce({ remote }: Line<WorkerApi>, { entry, model, signal }: Arriving): void {
    remote
      .arrive(signal, entry, model)
      .next()
      .catch(() => undefined);
  }

  /** The importer, which is there from now on, and what says that it is not needed any more. */
  function hire(): { readonly remote: Remote<ImporterApi>; readonly dismiss: () => void } {
    const line = (importer ??= {
      users: 0,
      ...lineTo<ImporterApi>(bring(), () => {
        if (importer === line) importer = undefined;
      }),
    });
    line.users++;
    const dismiss = () => {
      line.users--;
      setTimeout(() => {
        if (importer !== line || line.users > 0) return;
        importer = undefined;
        line.end();
      }, patience);
    };
    return { remote: line.remote, dismiss };
  }

  /** What is found is going to be imported, by an importer that starts meanwhile. */
  async function* gathering(...asked: Parameters<Remote<EngineApi>['gather']>) {
    const { dismiss } = hire();
    try {
      return yield* through((remote) => remote.gather(...asked));
    } finally {
      dismiss();
    }
  }

  /** Runs one import, while the engine knows of the model as soon as there is something to draw. */
  async function* importing(signal: AbortSignal, model: LocalModel) {
    const { remote, dismiss } = hire();
    const over = new AbortController();
    const install = remote.install(AbortSignal.any([signal, over.signal]), model);
    try {
      for (;;) {
        const { done, value } = await install.next();
        if (done) return value;
        const { entry } = value;
        if (entry) {
          const one = { entry, model, signal: over.signal };
          arriving.add(one);
          over.signal.addEventListener('abort', () => arriving.delete(one));
          if (current) announce(current, one);
        }
        yield value;
      }
    } finally {
      over.abort();
      dismiss();
    }
  }

  /** Runs one call on the current worker. A worker that failed for good ends with its last open call. */
  async function* through<Y, R>(call: (remote: Remote<WorkerApi>) => AsyncGenerator<Y, R, void>) {
    const line = (current ??= open());
    line.calls++;
    try {
      return yield* call(line.remote);
    } catch (thrown) {
      if (endsEngine(thrown) && current === line) current = undefined;
      throw thrown;
    } finally {
      line.calls--;
      if (current !== line && line.calls === 0) line.end();
    }
  }

  /** Runs one call on a courier of its own. */
  async function* away<Y, R>(call: (remote: Remote<CourierApi>) => AsyncGenerator<Y, R, void>) {
    const line = lineTo<CourierApi>(send());
    void follow(line.remote.requests(never), (origins) => onRequests(origins, 'courier'));
    try {
      return yield* call(line.remote);
    } finally {
      line.end();
    }
  }

  return {
    device: (signal, wish) => through((remote) => remote.device(signal, wish)),
    models: (signal) => through((remote) => remote.models(signal)),
    gather: gathering,
    install: importing,
    link: (signal, model) => through((remote) => remote.link(signal, model)),
    annotate: (signal, settings) => through((remote) => remote.annotate(signal, settings)),
    filesOf: (signal, id) => through((remote) => remote.filesOf(signal, id)),
    look: (signal, address) => away((remote) => remote.look(signal, address)),
    download: (signal, what) => away((remote) => remote.download(signal, what)),
    unfinished: (signal) => through((remote) => remote.unfinished(signal)),
    discard: (signal, id) => through((remote) => remote.discard(signal, id)),
    inspect: (signal, what, model) => through((remote) => remote.inspect(signal, what, model)),
    uses: (signal, model) => through((remote) => remote.uses(signal, model)),
    storage: (signal) => through((remote) => remote.storage(signal)),
    verify: (signal, id) => through((remote) => remote.verify(signal, id)),
    repair: (signal, id) => away((remote) => remote.repair(signal, id)),
    contents: (signal, id) => through((remote) => remote.contents(signal, id)),
    lacking: (signal, id) => through((remote) => remote.lacking(signal, id)),
    countTokens: (signal, wish) => through((remote) => remote.countTokens(signal, wish)),
    rename: (signal, id, name) => through((remote) => remote.rename(signal, id, name)),
    remove: (signal, id) => through((remote) => remote.remove(signal, id)),
    prepare: (signal, job) => through((remote) => remote.prepare(signal, job)),
    generate: (signal, job) => through((remote) => remote.generate(signal, job)),
    hint: (signal, wish) => through((remote) => remote.hint(signal, wish)),
    enlarge: (signal, wish) => through((remote) => remote.enlarge(signal, wish)),
  };
}
