import { createStore, del, entries, keys, set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memorySource } from '../../src/weights/source';
import {
  listStored,
  openStored,
  removeStored,
  store,
  sweep,
  type StoredModel,
} from '../../src/weights/store';
import type { Answer, Question } from './source-worker';

const database = createStore('drobe-weights', 'weights');
const CHUNK = 1000;
const bytes = Uint8Array.from({ length: 3500 }, (_, i) => i * 31);
const file = new Blob([bytes]);
const never = new AbortController().signal;

async function stored(blob: Blob = file, name = 'a.safetensors'): Promise<StoredModel> {
  const run = store(blob, name, { title: 'A' }, never, CHUNK);
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const key of await keys(database)) await del(key, database);
});

describe('store', () => {
  it('tells how far it is and gives back the same bytes', async () => {
    const run = store(file, 'a.safetensors', { title: 'A' }, never, CHUNK);
    const told: number[] = [];
    let step = await run.next();
    for (; !step.done; step = await run.next()) told.push(step.value.doneBytes);
    expect(told).toEqual([1000, 2000, 3000, 3500]);

    const blobs = await openStored(step.value.id);
    expect(blobs.map((blob) => blob.size)).toEqual([1000, 1000, 1000, 500]);
    expect(new Uint8Array(await new Blob(blobs).arrayBuffer())).toEqual(bytes);
  });

  it('remembers what it was told to, oldest first', async () => {
    const first = await stored();
    const second = await stored(file, 'b.safetensors');
    expect(await listStored()).toEqual([first, second].sort((a, b) => a.added - b.added));
    expect(first).toMatchObject({
      schema: 1,
      file: 'a.safetensors',
      bytes: 3500,
      chunks: 4,
      extra: { title: 'A' },
    });
    expect(first.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('of an empty file keeps a record and no bytes', async () => {
    const { id } = await stored(new Blob([]));
    expect(await openStored(id)).toEqual([]);
  });

  it('leaves nothing behind when it is aborted', async () => {
    const controller = new AbortController();
    const run = store(file, 'a', null, controller.signal, CHUNK);
    await run.next();
    await run.next();
    controller.abort();
    await expect(run.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(await keys(database)).toEqual([]);
  });

  it('leaves nothing behind when nobody listens any more', async () => {
    for await (const { doneBytes } of store(file, 'a', null, never, CHUNK)) if (doneBytes >= 2000) break;
    expect(await keys(database)).toEqual([]);
  });

  it('does not begin when there is too little room', async () => {
    vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ quota: 10_000, usage: 6_400 });
    await expect(stored()).rejects.toMatchObject({
      code: 'quota',
      facts: { neededBytes: 3675, freeBytes: 3600 },
    });
  });

  it('leaves nothing behind when the room runs out half-way', async () => {
    const put = Reflect.get(IDBObjectStore.prototype, 'put') as (
      ...args: unknown[]
    ) => IDBRequest<IDBValidKey>;
    let calls = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args);
      if (++calls === 3) {
        // What a browser does that finds no room: the transaction aborts, for this reason.
        const error = new DOMException('full', 'QuotaExceededError');
        Object.defineProperty(this.transaction, 'error', { get: () => error });
        this.transaction.abort();
      }
      return request;
    });
    await expect(stored()).rejects.toMatchObject({ code: 'quota', facts: { neededBytes: 3500 } });
    expect(calls).toBe(3);
    expect(await keys(database)).toEqual([]);
  });
});

describe('openStored', () => {
  it('says that a model is gone', async () => {
    await expect(openStored('nobody')).rejects.toMatchObject({
      code: 'model-gone',
      facts: { model: 'nobody' },
    });
  });

  it('notices a missing part', async () => {
    const { id } = await stored();
    await del([id, 2], database);
    await expect(openStored(id)).rejects.toMatchObject({
      code: 'storage',
      facts: { reason: 'part 3 of 4 of a.safetensors is missing' },
    });
  });

  it('notices a part that is cut', async () => {
    const { id } = await stored();
    await set([id, 3], new Blob(['x']), database);
    await expect(openStored(id)).rejects.toMatchObject({
      facts: { reason: 'part 4 of 4 of a.safetensors has 1 bytes of 500' },
    });
  });
});

describe('removeStored', () => {
  it('removes one model and spares the others', async () => {
    const gone = await stored();
    const kept = await stored();
    await removeStored(gone.id);
    expect(await listStored()).toEqual([kept]);
    expect((await entries(database)).length).toBe(5);
  });
});

describe('sweep', () => {
  it('deletes what an import that died left, and nothing else', async () => {
    const kept = await stored();
    await set(['dead', 0], new Blob(['x']), database);
    await set(['dead', 1], new Blob(['x']), database);
    await sweep();
    expect((await keys<[string, number]>(database)).some(([id]) => id === 'dead')).toBe(false);
    expect(await openStored(kept.id)).toHaveLength(4);
  });

  it('spares an import that is under way', async () => {
    const run = store(file, 'a', null, never, CHUNK);
    await run.next();
    await sweep();
    expect(await keys(database)).toHaveLength(1);
    let step = await run.next();
    while (!step.done) step = await run.next();
    expect(await openStored(step.value.id)).toHaveLength(4);
  });
});

describe('blobSource', () => {
  async function ask(parts: readonly Blob[], ...ranges: (readonly [number, number])[]): Promise<Answer> {
    const worker = new Worker(new URL('./source-worker.ts', import.meta.url), { type: 'module' });
    try {
      return await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage({ parts, ranges } satisfies Question);
      });
    } finally {
      worker.terminate();
    }
  }

  it('reads stored bytes, within a part and across any number of them', async () => {
    const parts = await openStored((await stored()).id);
    const ranges = [
      [0, 10],
      [990, 1010],
      [1000, 2000],
      [999, 3001],
      [0, 3500],
      [3499, 3500],
      [1000, 1000],
      [3500, 3500],
    ] as const;
    const memory = memorySource(bytes);
    expect(await ask(parts, ...ranges)).toEqual({
      bytes: 3500,
      read: ranges.map(([a, b]) => memory.read(a, b).slice()),
    });
  });

  it('refuses to read outside', async () => {
    expect(await ask([file], [3000, 3501])).toEqual({ code: 'bug' });
    expect(() => memorySource(bytes).read(3000, 3501)).toThrow('out of 3500');
  });
});
