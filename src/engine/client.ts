/** Starts the engine's worker, and a fresh one when it has died or its graphics device is beyond repair. */
import { DrobeError, type ErrorCode } from '../errors';
import type { EngineApi } from './api';
import { connect, type Port, type Remote } from './rpc';

interface Line {
  readonly remote: Remote<EngineApi>;
  calls: number;
  end(): void;
}

type EngineWorker = Port & Pick<Worker, 'terminate' | 'onerror' | 'onmessageerror'>;

/** After these, ONNX Runtime cannot be trusted again in the same worker. */
const fatal: ReadonlySet<ErrorCode> = new Set(['device-lost', 'out-of-memory', 'engine-crashed']);

const startWorker = (): EngineWorker =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'drobe-engine' });

export function startEngine(start = startWorker): Remote<EngineApi> {
  let current: Line | undefined;

  function open(): Line {
    const worker = start();
    const died = new AbortController();
    const line: Line = {
      remote: connect<EngineApi>(worker, died.signal),
      calls: 0,
      end: () => worker.terminate(),
    };
    const die = (reason: string) => {
      if (current === line) current = undefined;
      line.end();
      died.abort(new DrobeError('engine-crashed', { reason }));
    };
    worker.onerror = (event) => die(event.message || 'the worker did not start');
    worker.onmessageerror = () => die('a message could not be read');
    return line;
  }

  /** Runs one call on the current worker. A worker that failed for good ends with its last open call. */
  async function* through<Y, R>(call: (remote: Remote<EngineApi>) => AsyncGenerator<Y, R, void>) {
    const line = (current ??= open());
    line.calls++;
    try {
      return yield* call(line.remote);
    } catch (thrown) {
      if (thrown instanceof DrobeError && fatal.has(thrown.code) && current === line) current = undefined;
      throw thrown;
    } finally {
      line.calls--;
      if (current !== line && line.calls === 0) line.end();
    }
  }

  return {
    device: (signal, wish) => through((remote) => remote.device(signal, wish)),
    models: (signal) => through((remote) => remote.models(signal)),
    gather: (signal, files) => through((remote) => remote.gather(signal, files)),
    install: (signal, model) => through((remote) => remote.install(signal, model)),
    link: (signal, model) => through((remote) => remote.link(signal, model)),
    filesOf: (signal, id) => through((remote) => remote.filesOf(signal, id)),
    look: (signal, address) => through((remote) => remote.look(signal, address)),
    download: (signal, what) => through((remote) => remote.download(signal, what)),
    unfinished: (signal) => through((remote) => remote.unfinished(signal)),
    discard: (signal, id) => through((remote) => remote.discard(signal, id)),
    inspect: (signal, what) => through((remote) => remote.inspect(signal, what)),
    storage: (signal) => through((remote) => remote.storage(signal)),
    verify: (signal, id) => through((remote) => remote.verify(signal, id)),
    contents: (signal, id) => through((remote) => remote.contents(signal, id)),
    remove: (signal, id) => through((remote) => remote.remove(signal, id)),
    generate: (signal, job) => through((remote) => remote.generate(signal, job)),
  };
}
