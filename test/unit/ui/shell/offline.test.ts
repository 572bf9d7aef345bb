import { expect, test } from 'vitest';
import { Offline, type Host, type Registration, type Worker } from '../../../../src/ui/shell/offline.svelte';
import { turn } from '../fake';

/** What listens to one kind of event. */
class Listeners {
  readonly all: (() => void)[] = [];
  readonly add = (_: string, listener: () => void) => void this.all.push(listener);
  tell(): void {
    for (const listener of this.all) listener();
  }
}

class FakeWorker implements Worker {
  state: ServiceWorkerState = 'installing';
  readonly messages: string[] = [];
  readonly #listeners = new Listeners();
  readonly addEventListener = this.#listeners.add;
  postMessage(message: string): void {
    this.messages.push(message);
  }
  become(state: ServiceWorkerState): void {
    this.state = state;
    this.#listeners.tell();
  }
}

/** A browser's service workers; `first` is what is there when the page opens. */
function browser(first: Partial<Pick<Registration, 'installing' | 'waiting' | 'active'>>) {
  const changes = new Listeners();
  const updates = new Listeners();
  const counts = { registered: 0, reloads: 0, waits: [] as number[] };
  const registration = {
    ...{ installing: null, waiting: null, active: null, ...first },
    addEventListener: updates.add,
    update: async () => undefined,
  };
  const host: Host = {
    controller: first.active ?? null,
    addEventListener: changes.add,
    register: async () => {
      counts.registered++;
      return registration;
    },
  };
  const offline = new Offline(host, {
    reload: () => {
      counts.reloads++;
    },
    wait: async (milliseconds) => void counts.waits.push(milliseconds),
  });
  /** A newer version is found, and fetched. */
  const update = (): FakeWorker => {
    const worker = new FakeWorker();
    Object.assign(registration, { installing: worker });
    updates.tell();
    Object.assign(registration, { installing: null, waiting: worker });
    worker.become('installed');
    return worker;
  };
  return { offline, counts, changes, update };
}

test('on the first visit it works offline once all is kept, and that is no new version', async () => {
  const installing = new FakeWorker();
  const { offline, changes, counts } = browser({ installing });
  await offline.start();
  installing.become('installed');
  expect(offline.ready).toBe(false);
  installing.become('activated');
  changes.tell();
  expect([offline.ready, offline.newer, counts.reloads]).toEqual([true, false, 0]);
});

test('on later visits it works offline from the start', async () => {
  const { offline } = browser({ active: {} });
  await offline.start();
  expect([offline.ready, offline.newer]).toEqual([true, false]);
});

test('a new version is offered, and nothing is reloaded until it is wanted', async () => {
  const { offline, changes, counts, update } = browser({ active: {} });
  await offline.start();
  const worker = update();
  expect([offline.newer, counts.reloads, worker.messages]).toEqual([true, 0, []]);
  offline.takeOver();
  expect([counts.reloads, worker.messages]).toEqual([0, ['take over']]);
  changes.tell();
  expect(counts.reloads).toBe(1);
});

test('a new version that waits since an earlier visit is offered', async () => {
  const waiting = new FakeWorker();
  const { offline } = browser({ active: {}, waiting });
  await offline.start();
  expect(offline.newer).toBe(true);
});

test('a new version that another tab has let in is offered here, and reloads nothing', async () => {
  const { offline, changes, counts } = browser({ active: {} });
  await offline.start();
  changes.tell();
  expect([offline.newer, counts.reloads]).toEqual([true, 0]);
  offline.takeOver();
  expect(counts.reloads).toBe(1);
});

test('what broke off is tried again, later and later, and not for ever', async () => {
  const installing = new FakeWorker();
  const { offline, counts } = browser({ installing });
  await offline.start();
  for (let i = 0; i < 10; i++) {
    installing.become('redundant');
    await turn();
  }
  expect(offline.ready).toBe(false);
  expect(counts.registered).toBe(6);
  expect(counts.waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000]);
});

test('without service workers, or where they are refused, nothing is promised', async () => {
  const none = new Offline(undefined);
  await none.start();
  await none.look();
  expect([none.ready, none.newer]).toEqual([false, false]);

  const refusing = new Offline({
    controller: null,
    addEventListener: () => undefined,
    register: () => Promise.reject(new TypeError('insecure')),
  });
  await refusing.start();
  expect([refusing.ready, refusing.newer]).toEqual([false, false]);
});
