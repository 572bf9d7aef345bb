import { afterEach, expect, test } from 'vitest';
import type { CourierApi, DeviceInfo, EngineApi, WorkerApi } from '../../../src/engine/api';
import { startEngine } from '../../../src/engine/client';
import { serve } from '../../../src/engine/rpc';
import { DrobeError } from '../../../src/errors';

const never = new AbortController().signal;
const info: DeviceInfo = { backend: 'wasm', name: 'test', float16: false, slow: null };

/** A worker by another name: a message channel with an engine behind it. */
class FakeWorker {
  onerror: ((event: ErrorEvent) => unknown) | null = null;
  onmessageerror: ((event: MessageEvent) => unknown) | null = null;
  terminated = false;
  readonly #channel = new MessageChannel();

  constructor(api: Partial<WorkerApi & CourierApi>) {
    const nothing = () => () => Promise.reject(new Error('not in this test'));
    const rest = {
      models: nothing,
      gather: nothing,
      annotate: nothing,
      install: nothing,
      inspect: nothing,
      remove: nothing,
      generate: nothing,
      device: nothing,
      requests: stuck,
    };
    serve(this.#channel.port1, { ...rest, ...api } as WorkerApi & CourierApi);
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

function starter(api: Partial<WorkerApi & CourierApi>) {
  return () => {
    const worker = new FakeWorker(api);
    workers.push(worker);
    return worker;
  };
}

const noWorker = () => {
  throw new Error('not this one');
};

const engineOf = (api: Partial<EngineApi>) => startEngine(undefined, starter(api), noWorker);

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
  const engine = startEngine(undefined, () => starter(api)());
  const open = answer(engine.device(never, 'webgpu'));
  await new Promise((resolve) => setTimeout(resolve));
  workers[0]?.onerror?.({ message: 'out of luck' } as ErrorEvent);
  await expect(open).rejects.toMatchObject({ code: 'engine-crashed', facts: { reason: 'out of luck' } });
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

test('other servers are asked by a courier, there only while it is needed, and never by the engine', async () => {
  const engine = startEngine(undefined, noWorker, starter({ look, download: goingOn }));
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
  const engine = startEngine(
    (origins, asker) => told.push([asker, ...origins]),
    starter({ device, requests: requests('https://own.example') }),
    starter({ look, requests: requests('https://hub.example') }),
  );
  await answer(engine.device(never, 'auto'));
  await answer(engine.look(never, 'https://hub.example'));
  expect(told).toEqual([
    ['app', 'https://own.example'],
    ['courier', 'https://hub.example'],
  ]);
});
