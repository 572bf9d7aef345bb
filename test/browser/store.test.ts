import { clear, createStore, del, entries, get, keys, set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { plain } from '../../src/weights/store/layout';
import { linksTo, type Links } from '../../src/weights/store/links';
import type { StoredModel } from '../../src/weights/store/records';
import type { Segment } from '../../src/weights/segments';
import { memorySource } from '../../src/weights/source';
import { guarded } from '../../src/weights/db';
import {
  link,
  linksOf,
  listStored,
  once,
  openStored,
  remember,
  removeStored,
  store,
} from '../../src/weights/store/store';
import { sweep } from '../../src/weights/store/sweep';
import { sharedBytes, verify } from '../../src/weights/store/verify';
import { written } from '../safetensors';
import type { Answer, Question } from './source-worker';

const database = createStore('drobe-weights', 'weights');
const bytes = Uint8Array.from({ length: 3500 }, (_, i) => (i * 31) ^ (i >> 3));
const file = new Blob([bytes]);
const never = new AbortController().signal;

/** Pieces that end at these places. */
const cut = (...ends: number[]): Segment[] => ends.map((end, i) => ({ begin: ends[i - 1] ?? 0, end }));
const four = cut(1000, 2000, 3000, 3500);

async function finished<R>(run: AsyncGenerator<unknown, R, void>): Promise<R> {
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}

const stored = (blob = file, name = 'a.safetensors', pieces = four): Promise<StoredModel> =>
  finished(store(blob, pieces, { file: name, extra: { title: 'A' } }, never));

const keyOf = async (id: string, n: number): Promise<IDBValidKey> =>
  (await get<{ key: IDBValidKey }[]>(['parts', id], database))![n]!.key;
const pieceKeys = async (): Promise<IDBValidKey[]> =>
  (await keys<string[]>(database)).filter(([kind]) => kind === 'segment');
const blobs = async (id: string): Promise<Blob[]> => [...(await openStored(id)).blobs];
const read = async (id: string) => new Uint8Array(await new Blob(await blobs(id)).arrayBuffer());
const models = async (): Promise<StoredModel[]> => (await listStored()).models;

afterEach(async () => {
  vi.restoreAllMocks();
  await clear(database);
});

describe('store', () => {
  it('tells how far it is and gives back the same bytes', async () => {
    const large = new Uint8Array(80_000_000).map((_, i) => i >> 16);
    const pieces = cut(16_000_000, 32_000_000, 48_000_000, 64_000_000, 80_000_000);
    const run = store(new Blob([large]), pieces, { file: 'a', extra: {} }, never);
    const told: number[] = [];
    let step = await run.next();
    for (; !step.done; step = await run.next()) told.push(step.value.doneBytes);
    expect(told).toEqual([32_000_000, 64_000_000, 80_000_000]);

    expect((await blobs(step.value.id)).map((blob) => blob.size)).toEqual(Array(5).fill(16_000_000));
    const same = (await read(step.value.id)).every((byte, i) => byte === large[i]);
    expect(same).toBe(true);
  });

  it('remembers what it was told to, oldest first', async () => {
    const first = await stored();
    const second = await stored(file, 'b.safetensors');
    expect((await models()).map(({ id }) => id).toSorted()).toEqual([first.id, second.id].toSorted());
    expect(first).toMatchObject({
      schema: 2,
      kind: 'copy',
      file: 'a.safetensors',
      bytes: 3500,
      extra: { title: 'A' },
    });
    expect(first.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('remembers nothing of a model that another tab removes meanwhile', async () => {
    const { id } = await stored();
    await Promise.allSettled([remember(id, { extra: { title: 'B' } }), removeStored(id)]);
    expect(await keys(database)).toEqual([]);
    await expect(remember(id, { extra: {} })).rejects.toMatchObject({ code: 'model-gone' });
  });

  it('says so where the browser closes the database meanwhile', async () => {
    const closed = () => Promise.reject(new DOMException('Connection is closing.', 'AbortError'));
    await expect(guarded(closed)).rejects.toMatchObject({ code: 'storage' });
  });

  it('keeps once what two models have in common, wherever it lies in them', async () => {
    const one = await stored();
    expect(await pieceKeys()).toHaveLength(4);
    const shifted = new Blob([new Uint8Array([7, 7]), bytes.subarray(1000, 3500), bytes.subarray(0, 9)]);
    const two = await stored(shifted, 'b', cut(2, 1002, 2002, 2502, 2511));
    expect(await pieceKeys()).toHaveLength(6);
    expect(await read(two.id)).toEqual(new Uint8Array(await shifted.arrayBuffer()));

    await removeStored(one.id);
    expect(await pieceKeys()).toHaveLength(5); // the first thousand bytes were its own
    expect(await read(two.id)).toEqual(new Uint8Array(await shifted.arrayBuffer()));
    await removeStored(two.id);
    expect(await keys(database)).toEqual([]);
  });

  it('of copies that two tabs made of one file at the same time one stays', async () => {
    const copies = [
      await stored(),
      await stored(file, 'a-2.safetensors'),
      await stored(file, 'other.safetensors'),
    ];
    const said = await Promise.all(copies.slice(0, 2).map(once));
    const left = await models();
    expect(left.map(({ file: name }) => name).filter((name) => name.startsWith('a'))).toHaveLength(1);
    expect(left).toHaveLength(2);
    for (const { id } of said) expect(left.map((one) => one.id)).toContain(id);
    expect(await read(said[0]!.id)).toEqual(bytes);
  });

  it('names a piece by the SHA-256 of its bytes', async () => {
    await stored(new Blob(['abc']), 'abc', cut(3));
    const name = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // FIPS 180-2, appendix B.1
    expect(await pieceKeys()).toEqual([['segment', name]]);
  });

  it('keeps models apart, shared or not, where no hash can be computed', async () => {
    vi.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as unknown as SubtleCrypto);
    const [one, two] = [await stored(), await stored()];
    expect(await pieceKeys()).toHaveLength(8);
    await removeStored(one.id);
    expect(await read(two.id)).toEqual(bytes);
  });

  it('of an empty file keeps a record and no bytes', async () => {
    const { id } = await stored(new Blob([]), 'none', []);
    expect(await blobs(id)).toEqual([]);
  });

  it('leaves nothing behind when it is aborted, and of another model everything', async () => {
    const other = await stored(new Blob([bytes.subarray(0, 1000)]), 'other', cut(1000));
    const controller = new AbortController();
    const run = store(twoBatches, halves, { file: 'a', extra: {} }, controller.signal);
    await run.next();
    expect(await pieceKeys()).toHaveLength(2);
    controller.abort();
    await expect(run.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(await models()).toEqual([other]);
    expect((await keys(database)).length).toBe(3);
    expect(await read(other.id)).toEqual(bytes.slice(0, 1000));
  });

  it('leaves nothing behind when nobody listens any more', async () => {
    for await (const _ of store(twoBatches, halves, { file: 'a', extra: {} }, never)) break;
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
    await expect(finished(store(twoBatches, halves, { file: 'a', extra: {} }, never))).rejects.toMatchObject({
      code: 'quota',
      facts: { neededBytes: twoBatches.size },
    });
    expect(calls).toBe(3);
    expect(await keys(database)).toEqual([]);
  });

  it('says that a file was taken away under its hands', async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle('taken', { create: true });
    const write = async (what: Blob | string): Promise<void> => {
      const out = await handle.createWritable();
      await out.write(what);
      await out.close();
    };
    await write(new Blob([bytes]));
    const gone = await handle.getFile();
    await write('something else');
    await expect(stored(gone)).rejects.toMatchObject({
      code: 'file-unreadable',
      facts: { reason: expect.stringContaining('NotReadableError') },
    });
    await folder.removeEntry('taken');
  });
});

/** More than is written in one go. */
const twoBatches = new Blob([new Uint8Array(34_000_000).fill(1), new Uint8Array(34_000_000).fill(2)]);
const halves = cut(34_000_000, 68_000_000);

describe('openStored', () => {
  it('says that a model is gone', async () => {
    await expect(openStored('nobody')).rejects.toMatchObject({
      code: 'model-gone',
      facts: { model: 'nobody' },
    });
  });

  it('notices a missing part', async () => {
    const { id } = await stored();
    await del(await keyOf(id, 2), database);
    await expect(openStored(id)).rejects.toMatchObject({
      code: 'model-damaged',
      facts: { file: 'a.safetensors', reason: 'its header: bytes 2000 to 3000', model: id, server: '' },
    });
  });

  it('notices a part that is cut', async () => {
    const { id } = await stored();
    await set(await keyOf(id, 3), new Blob(['x']), database);
    await expect(openStored(id)).rejects.toMatchObject({
      facts: { reason: 'its header: bytes 3000 to 3500' },
    });
  });
});

describe('verify', () => {
  const verified = (id: string) => finished(verify(id, never));

  it('finds every byte as it was stored, and tells how far it is', async () => {
    const { id } = await stored();
    const run = verify(id, never);
    const told: number[] = [];
    let step = await run.next();
    for (; !step.done; step = await run.next()) told.push(step.value.doneBytes);
    expect(told).toEqual([1000, 2000, 3000, 3500]);
    expect(step.value).toMatchObject({ damaged: [], unknown: 0 });
  });

  it('finds what is missing and what is not what it was; the same file mends it, for all that share it', async () => {
    const model = written(new Map([['a.b', { dtype: 'U8', shape: [2000], bytes: bytes.slice(0, 2000) }]]));
    const head = model.size - 2000;
    const pieces = cut(head, head + 1000, head + 2000);
    const [one, two] = [await stored(model, 'one', pieces), await stored(model, 'two', pieces)];
    await set(await keyOf(one.id, 1), new Blob([bytes.subarray(7, 1007)]), database);
    await del(await keyOf(one.id, 2), database);
    expect(await verified(one.id)).toMatchObject({
      damaged: [{ begin: head, end: head + 2000 }],
      tensors: ['a.b'],
      server: null,
    });
    await expect(openStored(two.id)).rejects.toMatchObject({ code: 'model-damaged' });

    await stored(model, 'three', pieces);
    expect((await verified(one.id)).damaged).toEqual([]);
    expect((await verified(two.id)).damaged).toEqual([]);
    expect(await read(two.id)).toEqual(new Uint8Array(await model.arrayBuffer()));
  });

  it('says where there is nothing to compare with', async () => {
    vi.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as unknown as SubtleCrypto);
    const { id } = await stored();
    expect(await verified(id)).toMatchObject({ damaged: [], unknown: 3500 });
  });

  it('counts what models share', async () => {
    const [one, two] = [
      await stored(),
      await stored(new Blob([bytes.subarray(1000, 2000), 'x']), 'b', cut(1000, 1001)),
    ];
    const three = await stored(new Blob(['alone']), 'c', cut(5));
    expect(await sharedBytes()).toEqual(
      new Map([
        [one.id, 1000],
        [two.id, 1000],
        [three.id, 0],
      ]),
    );
  });
});

describe('sweep', () => {
  it('deletes what an import that died left, and nothing else', async () => {
    const kept = await stored();
    await set(['segment', 'x'], new Blob(['x']), database);
    await set(['done', 'dead', 0], ['segment', 'x'], database);
    await set(['segment', 'y'], new Blob(['y']), database);
    await sweep();
    expect((await entries(database)).length).toBe(6);
    expect(await read(kept.id)).toEqual(bytes);
  });

  it('spares an import that is under way, and a download that waits', async () => {
    await set(['segment', 'x'], new Blob(['x']), database);
    await set(['done', 'waits', 0], ['segment', 'x'], database);
    await set(['download', 'waits'], {}, database);
    const run = store(twoBatches, halves, { file: 'a', extra: {} }, never);
    await run.next();
    const before = await keys(database);
    await sweep();
    expect(await keys(database)).toEqual(before);
    const { id } = await finished(run);
    expect(await blobs(id)).toHaveLength(2);
  });

  it('takes over models as the first version kept them, and leaves their bytes where they are', async () => {
    const first = { schema: 1, id: 'old', file: 'a', bytes: 1500, chunks: 2, chunkBytes: 1000, added: 5 };
    await set(['meta', 'old'], { ...first, extra: { title: 'A' } }, database);
    await set(['old', 0], new Blob([bytes.subarray(0, 1000)]), database);
    await set(['old', 1], new Blob([bytes.subarray(1000, 1500)]), database);
    await sweep();
    expect(await models()).toEqual([
      { schema: 2, kind: 'copy', id: 'old', file: 'a', bytes: 1500, added: 5, extra: { title: 'A' } },
    ]);
    expect(await read('old')).toEqual(bytes.slice(0, 1500));
    await removeStored('old');
    expect(await keys(database)).toEqual([]);
  });

  it('touches nothing where a newer version has been at work', async () => {
    await set(['meta', 'new'], { schema: 3, id: 'new' }, database);
    await set(['unheard of', 'x'], new Blob(['x']), database);
    await sweep();
    expect(await keys(database)).toHaveLength(2);
    expect(await models()).toEqual([]);
  });
});

describe('a model that is used in place', () => {
  async function chosen(name: string, content: Uint8Array<ArrayBuffer>) {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle(name, { create: true });
    const out = await handle.createWritable();
    await out.write(content);
    await out.close();
    return { handle, file: await handle.getFile() };
  }
  const linked = (links: Links): Promise<StoredModel> => link(links, 3500, { file: 'a', extra: {} });

  it('is read from its files, of which nothing is copied', async () => {
    const [one, two] = [await chosen('one', bytes.slice(0, 2000)), await chosen('two', bytes.slice(1900))];
    const layout = {
      head: Uint8Array.of(1, 2, 3),
      ranges: [
        { file: one, begin: 10, end: 2000 },
        { file: two, begin: 100, end: 1600 },
        { file: one, begin: 0, end: 10 },
      ],
    };
    const { id, kind } = await linked(linksTo(layout));
    expect(kind).toBe('link');
    const expected = [1, 2, 3, ...bytes.subarray(10), ...bytes.subarray(0, 10)];
    expect(await read(id)).toEqual(Uint8Array.from(expected));
    expect((await linksOf(id))!.files).toHaveLength(2);
    expect(await keys(database)).toHaveLength(2);

    await sweep();
    await removeStored(id);
    expect(await keys(database)).toEqual([]);
    expect((await one.handle.getFile()).size).toBe(2000);
  });

  it('says when its file was changed or is gone', async () => {
    const mine = await chosen('it', bytes);
    const { id } = await linked(linksTo(plain(mine, bytes.length)));
    await chosen('it', bytes.slice(1));
    await expect(openStored(id)).rejects.toMatchObject({ code: 'file-changed', facts: { file: 'it' } });
    await (await navigator.storage.getDirectory()).removeEntry('it');
    await expect(openStored(id)).rejects.toMatchObject({ code: 'file-moved', facts: { file: 'it' } });
  });

  it('says when the person has to be asked again', async () => {
    const mine = await chosen('asked', bytes);
    const { id } = await linked(linksTo(plain(mine, bytes.length)));
    vi.spyOn(FileSystemHandle.prototype, 'queryPermission').mockResolvedValue('prompt');
    await expect(openStored(id)).rejects.toMatchObject({ code: 'file-locked', facts: { file: 'asked' } });
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
    const parts = await blobs((await stored()).id);
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
      left: expect.anything(),
    });
  });

  it('what it read can be given back; memory that a source only shows stays', async () => {
    expect(await ask([file])).toMatchObject({ left: [0, bytes.length] });
    expect(await ask([file.slice(0, 1000), file.slice(1000)])).toMatchObject({ left: [0, bytes.length] });
  });

  it('refuses to read outside', async () => {
    expect(await ask([file], [3000, 3501])).toEqual({ code: 'bug' });
    expect(() => memorySource(bytes).read(3000, 3501)).toThrow('out of 3500');
  });
});
