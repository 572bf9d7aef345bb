import { afterEach, expect, it } from 'vitest';
import { keep, keepOnly, kept, PIECE_BYTES, type Asset } from '../../src/sw/kept';

const NAME = 'test-kept';
afterEach(() => caches.delete(NAME));

const asset = (revision = '1'): Asset => ({ url: `${location.origin}/models/a.safetensors`, revision });
/** Three pieces, the last one short. */
const fileOf = (seed: number) =>
  new Uint8Array(2 * PIECE_BYTES + 12_345).map((_, at) => (at * 7 + (at >> 8) + seed) & 255);
const wait = async () => undefined;

/** A server of this file that breaks for good after so many bytes; `asked` are the ranges that it was asked for. */
function server(file: Uint8Array<ArrayBuffer>, tag: string, room = Infinity) {
  const asked: [number, number][] = [];
  const fetch = async (_: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const [, from, to] = /(\d+)-(\d+)/.exec(new Headers(init?.headers).get('Range')!)!;
    const [begin, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
    if (room <= 0) throw new TypeError('no network');
    asked.push([begin, end]);
    const part = file.slice(begin, Math.min(end, begin + room));
    room -= part.length;
    const headers = { 'Content-Range': `bytes ${begin}-${end - 1}/${file.length}`, ETag: tag };
    return new Response(part, { status: 206, headers });
  };
  return { asked, fetch };
}

async function bytesOf(answer: Response | null): Promise<Uint8Array<ArrayBuffer> | null> {
  return answer && new Uint8Array(await answer.arrayBuffer());
}

/** Quicker than toEqual for megabytes. */
const same = (a: Uint8Array | null, b: Uint8Array): boolean =>
  a?.length === b.length && a.every((byte, at) => byte === b[at]);

it('a file is kept, and then nothing more is asked for', async () => {
  const cache = await caches.open(NAME);
  expect(await kept(cache, asset())).toBeNull();
  const file = fileOf(1);
  await keep(cache, asset(), server(file, '"1"').fetch, wait);
  const answer = await kept(cache, asset());
  expect(answer?.headers.get('Content-Length')).toBe(String(file.length));
  expect(same(await bytesOf(answer), file)).toBe(true);

  const again = server(file, '"1"');
  await keep(cache, asset(), again.fetch, wait);
  expect(again.asked).toEqual([]);
});

it('what was interrupted is gone on with where it was', async () => {
  const cache = await caches.open(NAME);
  const file = fileOf(1);
  const broken = server(file, '"1"', 1.5 * PIECE_BYTES);
  await expect(keep(cache, asset(), broken.fetch, wait)).rejects.toMatchObject({ code: 'network' });
  expect(await kept(cache, asset())).toBeNull();

  const again = server(file, '"1"');
  await keep(cache, asset(), again.fetch, wait);
  expect(again.asked).toEqual([
    [0, 65536], // to see whether it is the same file
    [PIECE_BYTES, file.length],
  ]);
  expect(same(await bytesOf(await kept(cache, asset())), file)).toBe(true);
});

it('pieces of a file that has changed on its server meanwhile are of no use', async () => {
  const cache = await caches.open(NAME);
  const broken = server(fileOf(1), '"1"', 1.5 * PIECE_BYTES);
  await expect(keep(cache, asset(), broken.fetch, wait)).rejects.toThrow();

  const file = fileOf(2);
  await keep(cache, asset(), server(file, '"2"').fetch, wait);
  expect(same(await bytesOf(await kept(cache, asset())), file)).toBe(true);
});

it('a newer build has its own, and the older goes when it is told to', async () => {
  const cache = await caches.open(NAME);
  await keep(cache, asset('11'), server(fileOf(1), '"1"').fetch, wait);
  const file = fileOf(2);
  await keep(cache, asset('1'), server(file, '"2"').fetch, wait);
  expect(same(await bytesOf(await kept(cache, asset('11'))), fileOf(1))).toBe(true);

  await keepOnly(cache, [asset('1')]);
  expect(await kept(cache, asset('11'))).toBeNull();
  expect(same(await bytesOf(await kept(cache, asset('1'))), file)).toBe(true);
});
