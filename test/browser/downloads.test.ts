import { clear, createStore, get, keys } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  begin,
  carryOn,
  discard,
  listUnfinished,
  type DownloadProgress,
} from '../../src/weights/download/downloads';
import { combine } from '../../src/weights/values/combine';
import type { RemoteModel, RemoteSource } from '../../src/weights/store/origin';
import { listStored, openStored, removeStored } from '../../src/weights/store/store';
import { readHeader } from '../../src/weights/safetensors';
import { sweep } from '../../src/weights/store/sweep';
import { written, type StoredTensors } from '../safetensors';

const database = createStore('drobe-weights', 'weights');
const about = { file: 'a.safetensors', extra: { title: 'A' } };

/** Five tensors of two megabytes, and one small. */
function fileOf(seed: number): Blob {
  const tensors: StoredTensors = new Map();
  for (let i = 0; i < 6; i++) {
    const bytes = new Uint8Array(i < 5 ? 2_000_000 : 10).map(
      (_, at) => (at * 7 + (at >> 8) + 31 * i + seed) & 255,
    );
    tensors.set(`net${seed}.${i}`, { dtype: 'U8', shape: [bytes.length], bytes });
  }
  return written(tensors);
}
const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function source(file: Blob, url: string, sum = true): Promise<RemoteSource> {
  const [first] = (await readHeader(file)).tensors.values();
  return {
    url,
    bytes: file.size,
    tag: null,
    ranged: true,
    head: new Uint8Array(await file.slice(0, first!.begin).arrayBuffer()),
    sha256: sum ? hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())) : null,
  };
}
const alone = (file: RemoteSource): RemoteModel => ({
  head: file.head,
  ranges: [{ file, begin: file.head.length, end: file.bytes }],
});

/** A server of these files; `answer` makes an answer of what was asked for. */
function server(
  files: Record<string, Blob>,
  answer = (part: Blob, headers: HeadersInit) => new Response(part, { status: 206, headers }),
) {
  const asked: string[] = [];
  const fetch = async (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    init?.signal?.throwIfAborted();
    const range = new Headers(init?.headers).get('Range')!;
    const [, from, to] = /(\d+)-(\d+)/.exec(range)!;
    asked.push(`${url as string} ${range}`);
    const file = files[url as string]!;
    const part = file.slice(Number(from), Number(to) + 1);
    const headers = { 'Content-Range': `bytes ${from}-${to}/${file.size}` };
    return answer(part, headers);
  };
  return { asked, fetch, wait: async () => undefined };
}
const ways = (from: ReturnType<typeof server>, signal = new AbortController().signal) => {
  const told: DownloadProgress[] = [];
  return { ...from, signal, told, report: (progress: DownloadProgress) => void told.push(progress) };
};
const read = async (id: string) => new Blob([...(await openStored(id)).blobs]).arrayBuffer();
const same = async (id: string, file: Blob): Promise<boolean> =>
  hex(await crypto.subtle.digest('SHA-256', await read(id))) ===
  hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));

/** An answer in pieces of 64 KB, with a turn of the event loop between them. */
const slowly = (part: Blob, headers: HeadersInit): Response => {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      await new Promise((later) => setTimeout(later));
      stream.enqueue(new Uint8Array(await part.slice(at, (at += 65536)).arrayBuffer()));
      if (at >= part.size) stream.close();
    },
  });
  return new Response(body, { status: 206, headers });
};

/** Downloads about half of it. @returns how much is there then. */
async function half(id: string, file: Blob): Promise<{ left: number }> {
  const stop = new AbortController();
  const way = ways(server({ a: file }, slowly), stop.signal);
  way.report = ({ doneBytes }) => {
    if (doneBytes > file.size / 2) stop.abort();
  };
  await expect(carryOn(id, way)).rejects.toMatchObject({ name: 'AbortError' });
  const left = (await listUnfinished())[0]!.doneBytes;
  expect(left).toBeGreaterThan(file.size / 2);
  return { left };
}

afterEach(async () => {
  vi.restoreAllMocks();
  await clear(database);
});

describe('a download', () => {
  it('becomes a model, is checked, and leaves nothing else behind', async () => {
    const file = fileOf(1);
    const id = await begin(alone(await source(file, 'a')), about);
    const way = ways(server({ a: file }));
    const stored = await carryOn(id, way);
    expect(stored).toMatchObject({
      id,
      file: 'a.safetensors',
      bytes: file.size,
      kind: 'copy',
      extra: { title: 'A' },
    });
    expect(await same(id, file)).toBe(true);
    expect((await listStored()).models).toEqual([stored]);
    expect(await listUnfinished()).toEqual([]);
    const kinds = new Set((await keys<string[]>(database)).map(([kind]) => kind));
    expect([...kinds].sort()).toEqual(['meta', 'origin', 'parts', 'segment']);
    const stages = new Set(way.told.map(({ stage }) => stage));
    expect([...stages]).toEqual(['fetching', 'checking']);
    const { doneBytes } = way.told.findLast(({ stage }) => stage === 'fetching')!;
    expect(doneBytes).toBe(file.size);
  });

  it('that is stopped, or whose server goes away, is gone on with from there', async () => {
    const file = fileOf(1);
    const id = await begin(alone(await source(file, 'a')), about);
    let answers = 0;
    const broken = ways(
      server({ a: file }, (part, headers) =>
        answers++ === 0
          ? new Response(part.slice(0, 5_000_000), { status: 206, headers })
          : new Response('', { status: 502 }),
      ),
    );
    await expect(carryOn(id, broken)).rejects.toMatchObject({ code: 'network' });

    expect((await listUnfinished())[0]!.doneBytes).toBe(
      broken.told.findLast(({ stage }) => stage === 'fetching')!.doneBytes,
    );

    const stop = new AbortController();
    const stopped = ways(server({ a: file }), stop.signal);
    const report = stopped.report;
    stopped.report = (progress) => {
      report(progress);
      if (progress.doneBytes > 7_000_000) stop.abort();
    };
    await expect(carryOn(id, stopped)).rejects.toMatchObject({ name: 'AbortError' });
    await sweep();
    const [unfinished, ...more] = await listUnfinished();
    expect(more).toEqual([]);
    expect(unfinished).toMatchObject({ id, file: 'a.safetensors', totalBytes: file.size });
    // All that was shown as arrived is there, pieces that are not whole as well.
    expect(unfinished!.doneBytes).toBe(stopped.told.at(-1)!.doneBytes);
    expect((await listStored()).models).toEqual([]);

    const again = ways(server({ a: file }));
    await carryOn(id, again);
    const fetched = again.asked
      .map((line) => /(\d+)-(\d+)$/.exec(line)!)
      .map(([, a, b]) => Number(b) - Number(a) + 1);
    expect(fetched.reduce((sum, bytes) => sum + bytes, 0)).toBe(file.size - unfinished!.doneBytes);
    expect(await same(id, file)).toBe(true);
  });

  it('that is not what its server states is deleted', async () => {
    const file = fileOf(1);
    const wrong = { ...(await source(file, 'a')), sha256: 'f'.repeat(64) };
    const id = await begin(alone(wrong), about);
    await expect(carryOn(id, ways(server({ a: file })))).rejects.toMatchObject({
      code: 'download-damaged',
      facts: { url: 'a' },
    });
    expect(await keys(database)).toEqual([]);
  });

  it('on a line so slow that no piece comes whole before it is stopped gets to its end', async () => {
    const file = fileOf(1);
    const id = await begin(alone(await source(file, 'a')), about);
    let stops = 0;
    for (let before = 0; ; stops++) {
      const stop = new AbortController();
      const way = ways(server({ a: file }, slowly), stop.signal);
      way.report = ({ doneBytes }) => {
        if (doneBytes - before >= 1_500_000) stop.abort();
      };
      const end = await carryOn(id, way).catch((thrown: unknown) => thrown);
      if (!(end instanceof Error)) break;
      expect(end.name).toBe('AbortError');
      const [{ doneBytes } = { doneBytes: 0 }] = await listUnfinished();
      expect(doneBytes - before).toBeGreaterThanOrEqual(1_500_000);
      before = doneBytes;
    }
    expect(stops).toBeGreaterThan(3);
    expect(await same(id, file)).toBe(true);
    const kinds = new Set((await keys<string[]>(database)).map(([kind]) => kind));
    expect([...kinds].sort()).toEqual(['meta', 'origin', 'parts', 'segment']);
  });

  it('whose file has another size now keeps what has arrived, until it is discarded', async () => {
    const file = fileOf(1);
    const id = await begin(alone(await source(file, 'a')), about);
    const { left } = await half(id, file);
    const longer = new Blob([file, 'x']);
    await expect(carryOn(id, ways(server({ a: longer })))).rejects.toMatchObject({
      code: 'download-changed',
    });
    expect((await listUnfinished())[0]!.doneBytes).toBe(left);
    await removeStored(id);
    expect(await keys(database)).toEqual([]);
  });

  it('of another tag goes on where a sum decides; else only when it is asked for again', async () => {
    const file = fileOf(1);
    const tagged = (part: Blob, before: HeadersInit) => {
      const headers = new Headers(before);
      headers.set('ETag', '"two"');
      return new Response(part, { status: 206, headers });
    };
    const summed = await begin(alone({ ...(await source(file, 'a')), tag: '"one"' }), about);
    await carryOn(summed, ways(server({ a: file }, tagged)));
    expect(await same(summed, file)).toBe(true);
    await removeStored(summed);

    const id = await begin(alone({ ...(await source(file, 'a', false)), tag: '"one"' }), about);
    const { left } = await half(id, file);
    await expect(carryOn(id, ways(server({ a: file }, tagged)))).rejects.toMatchObject({
      code: 'download-doubtful',
    });
    expect(await listUnfinished()).toMatchObject([{ id, doneBytes: left, doubted: true }]);
    await carryOn(id, ways(server({ a: file }, tagged)));
    expect(await same(id, file)).toBe(true);
  });

  it('by an address with a key in it forgets the key when it is done', async () => {
    const file = fileOf(1);
    const url = 'https://a.example/model?token=top-secret';
    const id = await begin(alone(await source(file, url)), about);
    expect(await listUnfinished()).toMatchObject([{ secret: true }]);
    await carryOn(id, ways(server({ [url]: file })));
    expect(await same(id, file)).toBe(true);
    expect(await get(['origin', id], database)).toBeUndefined();
  });

  it('of a model in several files is put together, and each file checked', async () => {
    const [one, two] = [fileOf(1), fileOf(2)];
    const sources = [await source(one, 'one'), await source(two, 'two')];
    const parts = await Promise.all(
      [one, two].map(async (file, i) => ({
        file: sources[i]!,
        header: await readHeader(file),
        rename: (name: string) => `x.${name}`,
      })),
    );
    const model = combine(parts);
    const id = await begin(model, about);
    await carryOn(id, ways(server({ one, two })));
    const header = await readHeader(new Blob([...(await openStored(id)).blobs]));
    expect([...header.tensors.keys()]).toEqual(
      [...parts[0]!.header.tensors.keys(), ...parts[1]!.header.tensors.keys()].map((name) => `x.${name}`),
    );

    const damaged = await begin(
      combine([parts[0]!, { ...parts[1]!, file: { ...sources[1]!, sha256: 'f'.repeat(64) } }]),
      about,
    );
    await expect(carryOn(damaged, ways(server({ one, two })))).rejects.toMatchObject({
      code: 'download-damaged',
      facts: { url: 'two' },
    });
    expect((await listStored()).models).toHaveLength(1);
  });

  it('keeps once what a model has that is there already', async () => {
    const file = fileOf(1);
    const first = await begin(alone(await source(file, 'a')), about);
    await carryOn(first, ways(server({ a: file })));
    const pieces = (await keys<string[]>(database)).filter(([kind]) => kind === 'segment').length;
    const second = await begin(alone(await source(file, 'a')), about);
    await carryOn(second, ways(server({ a: file })));
    expect((await keys<string[]>(database)).filter(([kind]) => kind === 'segment')).toHaveLength(pieces);
    await removeStored(first);
    expect(await same(second, file)).toBe(true);
  });

  it('is not discarded while a tab is busy with it', async () => {
    const file = fileOf(1);
    const id = await begin(alone(await source(file, 'a', false)), about);
    const coming = carryOn(id, ways(server({ a: file }, slowly)));
    await expect.poll(async () => (await keys<string[]>(database)).map(([kind]) => kind)).toContain('done');
    await expect(discard(id)).rejects.toMatchObject({ code: 'download-elsewhere' });
    expect(await same((await coming).id, file)).toBe(true);

    const other = await begin(alone(await source(file, 'a')), about);
    await discard(other);
    expect(await listUnfinished()).toEqual([]);
  });

  it('is refused while another tab is busy with it, when it was discarded, or without room', async () => {
    const file = fileOf(1);
    const id = await begin(alone(await source(file, 'a')), about);
    let release = () => undefined as unknown;
    const held = new Promise((done) => (release = () => done(null)));
    const locked = navigator.locks.request(`drobe-import-${id}`, () => held);
    await expect(carryOn(id, ways(server({ a: file })))).rejects.toMatchObject({
      code: 'download-elsewhere',
    });
    release();
    await locked;

    vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ quota: 1000, usage: 0 });
    await expect(carryOn(id, ways(server({ a: file })))).rejects.toMatchObject({ code: 'quota' });
    expect(await get(['download', id], database)).toBeDefined();

    vi.restoreAllMocks();
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(carryOn(id, ways(server({ a: file })))).rejects.toMatchObject({
      code: 'quota',
      facts: { neededBytes: 0 },
    });
    put.mockRestore();
    expect(await get(['download', id], database)).toBeDefined();

    await removeStored(id);
    await expect(carryOn(id, ways(server({ a: file })))).rejects.toMatchObject({ code: 'model-gone' });
    expect(await keys(database)).toEqual([]);
  });
});
