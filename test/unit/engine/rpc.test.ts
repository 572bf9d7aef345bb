import { afterEach, expect, test } from 'vitest';
import type { Call } from '../../../src/engine/api';
import { connect, serve } from '../../../src/engine/rpc';
import { DrobeError, isAbort } from '../../../src/errors';

interface Api {
  count(to: number): Call<number, string>;
  forever(): Call<number, never>;
  fail(): Call<never, void>;
  crash(): Call<never, void>;
  chatty(): Call<string, void>;
  unclonable(): Call<unknown, void>;
}

const log: string[] = [];

const api: Api = {
  count: (to) =>
    async function* () {
      for (let i = 1; i <= to; i++) {
        yield i;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return `counted to ${to}`;
    },
  forever: () =>
    async function* () {
      try {
        for (let i = 0; ; i++) yield i; // never leaves the microtask queue by itself
      } finally {
        log.push('cleaned up');
      }
    },
  fail: () =>
    // oxlint-disable-next-line require-yield -- a call that only fails
    async function* () {
      throw new DrobeError('file-truncated', { expectedBytes: 10, actualBytes: 4 });
    },
  crash: () =>
    // oxlint-disable-next-line require-yield -- a call that only fails
    async function* () {
      throw new TypeError('x is not a function');
    },
  chatty: () =>
    async function* ({ report }) {
      report('a');
      report('b');
      yield 'c';
      report('d');
    },
  unclonable: () =>
    async function* () {
      yield () => 1;
    },
};

let ports: MessagePort[] = [];
const died = () => new AbortController();
const never = new AbortController().signal;

function line(death?: AbortSignal) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(port1, api);
  return connect<Api>(port2, death);
}

afterEach(() => {
  for (const port of ports) port.close();
  ports = [];
  log.length = 0;
});

async function drain<Y, R>(run: AsyncGenerator<Y, R, void>): Promise<{ yielded: Y[]; returned: R }> {
  const yielded: Y[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { yielded, returned: value };
    yielded.push(value);
  }
}

const thrownBy = (run: AsyncGenerator<unknown, unknown, void>) =>
  drain(run).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('a call streams its values in order and returns its result', async () => {
  const { yielded, returned } = await drain(line().count(never, 4));
  expect(yielded).toEqual([1, 2, 3, 4]);
  expect(returned).toBe('counted to 4');
});

test('a DrobeError arrives with its code and facts', async () => {
  const thrown = await thrownBy(line().fail(never));
  expect(thrown).toBeInstanceOf(DrobeError);
  expect(thrown).toMatchObject({ code: 'file-truncated', facts: { expectedBytes: 10, actualBytes: 4 } });
});

test('any other error arrives as a bug that tells its message', async () => {
  expect(await thrownBy(line().crash(never))).toMatchObject({
    code: 'bug',
    facts: { reason: 'x is not a function' },
  });
});

test('an abort stops a busy call, which cleans up, and arrives as an AbortError', async () => {
  const stop = new AbortController();
  const run = line().forever(stop.signal);
  await run.next();
  stop.abort();
  const thrown = await thrownBy(run);
  expect(isAbort(thrown)).toBe(true);
  expect(thrown).not.toBeInstanceOf(DrobeError);
  expect(log).toEqual(['cleaned up']);
});

test('a signal that was aborted before the call keeps it from starting', async () => {
  const thrown = await thrownBy(line().forever(AbortSignal.abort()));
  expect(isAbort(thrown)).toBe(true);
});

test('breaking out of a call aborts it at the far side', async () => {
  for await (const i of line().forever(never)) if (i === 2) break;
  await until(() => log.length > 0);
  expect(log).toEqual(['cleaned up']);
});

test('reports and yields arrive in the order they were made', async () => {
  const { yielded } = await drain(line().chatty(never));
  expect(yielded).toEqual(['a', 'b', 'c', 'd']);
});

test('two calls at once do not mix', async () => {
  const remote = line();
  const [short, long] = await Promise.all([drain(remote.count(never, 2)), drain(remote.count(never, 5))]);
  expect(short).toEqual({ yielded: [1, 2], returned: 'counted to 2' });
  expect(long).toEqual({ yielded: [1, 2, 3, 4, 5], returned: 'counted to 5' });
});

test('a value that cannot cross the line is told as an error, not as silence', async () => {
  expect(await thrownBy(line().unclonable(never))).toMatchObject({ code: 'bug' });
});

test('when the far side dies, open calls and new calls throw what it died of', async () => {
  const death = died();
  const remote = line(death.signal);
  const run = remote.forever(never);
  await run.next();
  death.abort(new DrobeError('engine-crashed', { reason: 'gone' }));
  expect(await thrownBy(run)).toMatchObject({ code: 'engine-crashed' });
  expect(await thrownBy(remote.count(never, 1))).toMatchObject({ code: 'engine-crashed' });
});
