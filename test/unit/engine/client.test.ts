import { afterEach, expect, test } from 'vitest';
import type {
  DownloaderApi,
  DeviceInfo,
  EngineApi,
  ImporterApi,
  LocalModel,
  WorkerApi,
} from '../../../src/engine/api';
import { startEngine } from '../../../src/engine/client';
import { serve } from '../../../src/engine/rpc';
import { DrobeError } from '../../../src/errors';
import { full, gate, turn } from '../ui/fake';

const never = new AbortController().signal;
const info: DeviceInfo = { backend: 'wasm', name: 'test', float16: false, slow: null };

type EveryApi = WorkerApi & DownloaderApi & ImporterApi;

/** A worker by another name: a message channel with an engine behind it. */
class FakeWorker {
  onerror: ((event: ErrorEvent) => unknown) | null = null;
  onmessageerror: ((event: MessageEvent) => unknown) | null = null;
  terminated = false;
  readonly #channel = new MessageChannel();

  constructor(api: Partial<EveryApi>) {
    const nothing = () => () => Promise.reject(new Error('not in this test'));
    const rest = {
      models: nothing,
      gather: nothing,
      annotate: nothing,
      arrive: nothing,
      install: nothing,
      inspect: nothing,
      remove: nothing,
      generate: nothing,
      device: nothing,
      requests: stuck,
    };
    serve(this.#channel.port1, { ...rest, ...api } as EveryApi);
  }
  postMessage = (message: unknown) => this.#channel.port2.postMessage(message);
  addEventListener = (type: 'message', listener: (event: MessageEvent) => void) =>
    this.#channel.port2.addEventListener(type, listener);
  start = () => this.#channel.port2.start();
  terminate = () => {
    this.terminated = true;
    this.#channel.port1.close();
  };
}

let workers: FakeWorker[] = [];

function starter(api: Partial<EveryApi>) {
  return () => {
    const worker = new FakeWorker(api);
    workers.push(worker);
    return worker;
  };
}

const noWorker = () => {
  throw new Error('not this one');
};

const engineOf = (api: Partial<EngineApi>) =>
  startEngine(undefined, { engine: starter(api), downloader: noWorker });

afterEach(() => {
  for (const worker of workers) worker.terminate();
  workers = [];
});

async function answer<R>(run: AsyncGenerator<unknown, R, void>): Promise<R> {
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
}

/* oxlint-disable require-yield -- calls that only answer, fail or wait */
const device: EngineApi['device'] = () =>
  async function* () {
    return info;
  };
const stuck: EngineApi['device'] = () =>
  async function* () {
    return new Promise<never>(() => {});
  };
const lost: EngineApi['device'] = () =>
  async function* () {
    throw new DrobeError('device-lost');
  };
const models: EngineApi['models'] = () =>
  async function* () {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [];
  };
/* eslint-enable require-yield */

test('the worker starts with the first call and serves the next ones too', async () => {
  const engine = engineOf({ device });
  expect(workers).toHaveLength(0);
  expect(await answer(engine.device(never, 'webgpu'))).toEqual(info);
  expect(await answer(engine.device(never, 'webgpu'))).toEqual(info);
  expect(workers).toHaveLength(1);
});

test('when the worker dies its open calls fail and the next call starts a fresh one', async () => {
  let api: Partial<EngineApi> = { device: stuck };
  const engine = startEngine(undefined, { engine: () => starter(api)() });
  const open = answer(engine.device(never, 'webgpu'));
  await new Promise((resolve) => setTimeout(resolve));
  workers[0]?.onerror?.({ message: 'out of luck' } as ErrorEvent);
  await expect(open).rejects.toMatchObject({ code: 'engine-crashed', facts: { reason: 'out of luck' } });
  expect(workers[0]?.terminated).toBe(true);

  api = { device };
  expect(await answer(engine.device(never, 'webgpu'))).toEqual(info);
  expect(workers).toHaveLength(2);
});

test('an engine that is broken off ends what was told to stop and fails the rest, and the next call starts a fresh one', async () => {
  let api: Partial<EngineApi> = { device: stuck };
  const engine = startEngine(undefined, { engine: () => starter(api)() });
  const stop = new AbortController();
  const [told, other] = [
    answer(engine.device(stop.signal, 'webgpu')),
    answer(engine.device(never, 'webgpu')),
  ];
  await new Promise((resolve) => setTimeout(resolve));
  stop.abort();
  await answer(engine.breakOff(never));
  await expect(told).rejects.toMatchObject({ name: 'AbortError' });
  await expect(other).rejects.toMatchObject({ code: 'engine-crashed' });
  expect(workers[0]?.terminated).toBe(true);

  api = { device };
  expect(await answer(engine.device(never, 'webgpu'))).toEqual(info);
  expect(workers).toHaveLength(2);
});

test('after a lost device the next call gets a fresh worker, and calls still open may finish', async () => {
  const engine = engineOf({ device: lost, models });
  const open = answer(engine.models(never));
  await expect(answer(engine.device(never, 'webgpu'))).rejects.toMatchObject({ code: 'device-lost' });
  expect(workers[0]?.terminated).toBe(false);
  expect(await open).toEqual([]);
  expect(workers[0]?.terminated).toBe(true);
  await answer(engine.models(never));
  expect(workers).toHaveLength(2);
});

/* oxlint-disable require-yield -- see above */
const look: EngineApi['look'] = () =>
  async function* () {
    return [];
  };
const goingOn: EngineApi['download'] = () =>
  async function* () {
    yield { stage: 'fetching', doneBytes: 1, totalBytes: 2 };
    return new Promise<never>(() => {});
  };
/* eslint-enable require-yield */

test('other servers are asked by a downloader, there only while it is needed, and never by the engine', async () => {
  const engine = startEngine(undefined, {
    engine: noWorker,
    downloader: starter({ look, download: goingOn }),
  });
  expect(await answer(engine.look(never, 'https://example.org'))).toEqual([]);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true]);

  const download = engine.download(never, 'id');
  await download.next();
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  await download.return(undefined as never);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, true]);
});

test('both workers tell what they ask of servers', async () => {
  const told: unknown[] = [];
  const requests = (origin: string) => () =>
    async function* () {
      yield [origin];
      return new Promise<never>(() => {});
    };
  const engine = startEngine((origins, asker) => told.push([asker, ...origins]), {
    engine: starter({ device, requests: requests('https://own.example') }),
    downloader: starter({ look, requests: requests('https://hub.example') }),
  });
  await answer(engine.device(never, 'auto'));
  await answer(engine.look(never, 'https://hub.example'));
  expect(told).toEqual([
    ['app', 'https://own.example'],
    ['downloader', 'https://hub.example'],
  ]);
});

const model: LocalModel = { name: 'a', bytes: 1, layout: { head: new Uint8Array(), ranges: [] } };
const arrival = { ...full('a'), origin: 'arriving' } as const;

/** An engine that remembers what it is told of, until that is over; and an importer that waits. */
function arriving(rest: Partial<EveryApi> = {}) {
  const told: string[] = [];
  const { opened: copied, open: finish } = gate();
  const engine = startEngine(undefined, {
    engine: starter({
      device,
      arrive: (entry) =>
        async function* ({ signal }) {
          told.push(entry.id);
          await new Promise((over) => signal.addEventListener('abort', over));
          told.push(`${entry.id} is over`);
        },
      ...rest,
    }),
    downloader: noWorker,
    importer: starter({
      install: () =>
        async function* ({ signal }) {
          signal.addEventListener('abort', () => told.push('a is stopped'));
          yield { doneBytes: 0, totalBytes: 2, entry: arrival };
          await copied;
          return full('a');
        },
    }),
    patience: 20,
  });
  return { engine, told, finish };
}

test('an import is done by an importer; the engine knows of its model before the page, and as long as it is in work', async () => {
  const { engine, told, finish } = arriving();
  await answer(engine.device(never, 'auto'));
  const install = engine.install(never, model);
  expect(await install.next()).toEqual({
    done: false,
    value: { doneBytes: 0, totalBytes: 2, entry: arrival },
  });
  await answer(engine.device(never, 'auto'));
  expect(told).toEqual(['a']);
  finish();
  expect(await install.next()).toEqual({ done: true, value: full('a') });
  await answer(engine.device(never, 'auto'));
  expect(told).toEqual(['a', 'a is over']);
});

test('an importer is there from when files are looked at, for one import after the other, and goes when none follows', async () => {
  const ended = () => workers.map(({ terminated }) => terminated);
  const gather: EngineApi['gather'] = () =>
    async function* () {
      return { models: [model], refused: [], settings: [] };
    };
  const { engine, finish } = arriving({ gather });
  finish();
  await answer(engine.gather(never, []));
  expect(ended()).toEqual([false, false]);
  await answer(engine.install(never, model));
  await answer(engine.install(never, model));
  expect(ended()).toEqual([false, false]);
  await expect.poll(ended).toEqual([true, false]);
  await answer(engine.install(never, model));
  expect(ended()).toEqual([true, false, false]);
});

test('an import that nobody listens to any more is stopped', async () => {
  const { engine, told } = arriving();
  await answer(engine.device(never, 'auto'));
  const install = engine.install(never, model);
  await install.next();
  await install.return(full('a'));
  await expect.poll(() => told.toSorted()).toEqual(['a', 'a is over', 'a is stopped']);
});

test('an engine that starts while something is imported is told of it, and no longer than it is', async () => {
  const { engine, told, finish } = arriving({ device: lost, models });
  const install = engine.install(never, model);
  await install.next();
  expect(told).toEqual([]);
  await expect(answer(engine.device(never, 'auto'))).rejects.toMatchObject({ code: 'device-lost' });
  expect(told).toEqual(['a']);
  await answer(engine.models(never));
  expect(told).toEqual(['a', 'a']);
  finish();
  await install.next();
  await turn();
  await expect(answer(engine.device(never, 'auto'))).rejects.toMatchObject({ code: 'device-lost' });
  await answer(engine.models(never));
  expect(told).toEqual(['a', 'a', 'a is over']);
});

test('an importer that dies ends its import, and the model is no longer told of', async () => {
  const { engine, told } = arriving();
  await answer(engine.device(never, 'auto'));
  const install = engine.install(never, model);
  await install.next();
  const rest = install.next();
  workers[1]?.onerror?.({ message: 'out of luck' } as ErrorEvent);
  await expect(rest).rejects.toMatchObject({ code: 'engine-crashed' });
  await answer(engine.device(never, 'auto'));
  expect(told).toEqual(['a', 'a is over']);
});
