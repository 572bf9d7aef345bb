import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchBlob, remoteFile } from '../../../src/weights/download/remote';
import { readHeader } from '../../../src/weights/safetensors';
import { goldenFile } from './golden';

let server: Server | undefined;
let sent = 0;

/** Starts a server on this machine; gives its address. */
async function serve(answer: RequestListener): Promise<string> {
  sent = 0;
  server = createServer(answer);
  await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const big = new Uint8Array(3_000_000).map((_, i) => i ^ (i >> 8));

const ranged =
  (bytes: Uint8Array): RequestListener =>
  (request, response) => {
    const [, begin, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    if (begin === undefined) return void response.end(bytes);
    if (Number(begin) >= bytes.length) {
      return void response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
    }
    const part = bytes.subarray(Number(begin), Number(end) + 1);
    sent += part.length;
    response.writeHead(206, {
      'Content-Range': `bytes ${begin}-${Number(begin) + part.length - 1}/${bytes.length}`,
      'Content-Length': part.length,
    });
    response.end(part);
  };

const whole =
  (bytes: Uint8Array, headers: Record<string, string | number>): RequestListener =>
  (_, response) => {
    response.writeHead(200, headers);
    response.end(bytes);
  };

async function read(url: string, begin: number, end: number): Promise<Uint8Array> {
  return new Uint8Array(await (await remoteFile(url)).slice(begin, end).arrayBuffer());
}

describe('remoteFile', () => {
  it('tells the size and reads ranges, and little else', async () => {
    const url = await serve(ranged(big));
    const file = await remoteFile(url);
    expect(file.size).toBe(big.length);
    expect(new Uint8Array(await file.slice(0, 100).arrayBuffer())).toEqual(big.slice(0, 100));
    expect(new Uint8Array(await file.slice(2_000_000, 2_000_100).arrayBuffer())).toEqual(
      big.slice(2_000_000, 2_000_100),
    );
    expect(sent).toBe(65536 + 100);
  });

  it('stops at the end of the file, as a Blob does', async () => {
    const url = await serve(ranged(big));
    expect(await read(url, 2_999_990, 4_000_000)).toEqual(big.slice(2_999_990));
    expect(await read(url, 4_000_000, 4_000_010)).toEqual(new Uint8Array(0));
  });

  it('works with a server that always sends everything', async () => {
    const url = await serve(whole(big, { 'Content-Length': big.length }));
    expect((await remoteFile(url)).size).toBe(big.length);
    expect(await read(url, 1_000_000, 1_000_100)).toEqual(big.slice(1_000_000, 1_000_100));
  });

  it('works with a server that does not tell the size', async () => {
    const url = await serve(whole(big, {}));
    expect((await remoteFile(url)).size).toBe(big.length);
    expect(await read(url, 1_000_000, 1_000_100)).toEqual(big.slice(1_000_000, 1_000_100));
  });

  it('reads a header', async () => {
    const url = await serve(ranged(goldenFile('ok_two').bytes));
    expect([...(await readHeader(await remoteFile(url))).tensors.keys()]).toEqual(['a.weight', 'b.bias']);
  });

  it('ends an HTML answer as file-is-html', async () => {
    const url = await serve(whole(goldenFile('not_html_404').bytes, { 'Content-Type': 'text/html' }));
    await expect(readHeader(await remoteFile(url))).rejects.toMatchObject({ code: 'file-is-html' });
  });

  it('ends an empty file as file-empty, whichever way the server says so', async () => {
    const url = await serve(ranged(new Uint8Array(0)));
    await expect(readHeader(await remoteFile(url))).rejects.toMatchObject({ code: 'file-empty' });
    server!.close();
    const other = await serve(whole(new Uint8Array(0), { 'Content-Length': 0 }));
    await expect(readHeader(await remoteFile(other))).rejects.toMatchObject({ code: 'file-empty' });
  });

  it('gives a server the name and the password of its address, be they encoded or not', async () => {
    const told: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      told.push(request.headers.authorization);
      response.writeHead(200, { 'Content-Length': 1 }).end('a');
    });
    for (const who of ['a%3Ab:c', '50%:100%25']) await remoteFile(url.replace('//', `//${who}@`));
    expect(told.map((said) => atob(said?.replace('Basic ', '') ?? ''))).toEqual(['a:b:c', '50%:100%']);
  });

  it('reads what goes on from the first bytes more than once at a time', async () => {
    const file = await remoteFile(await serve(ranged(big)));
    const ends = [70_000, 100_000, 90_000];
    const read = await Promise.all(ends.map((end) => file.slice(65_000, end).arrayBuffer()));
    expect(read.map((bytes, i) => Buffer.compare(Buffer.from(bytes), big.slice(65_000, ends[i])))).toEqual([
      0, 0, 0,
    ]);
  });

  it('says what the server said', async () => {
    const url = await serve((_, response) => response.writeHead(404).end('no'));
    await expect(remoteFile(url)).rejects.toMatchObject({
      code: 'network',
      facts: { url, reason: 'HTTP 404 Not Found' },
    });
  });

  it('says that nobody answered', async () => {
    await expect(remoteFile('http://127.0.0.1:1/x')).rejects.toMatchObject({ code: 'no-answer' });
  });
});

describe('fetchBlob', () => {
  it('gives the file and tells how far it is', async () => {
    const url = await serve(whole(big, { 'Content-Length': big.length }));
    const told: number[][] = [];
    const blob = await fetchBlob(url, new AbortController().signal, (...progress) => told.push(progress));
    expect(Buffer.from(await blob.arrayBuffer()).equals(big)).toBe(true);
    expect(told.at(-1)).toEqual([big.length, big.length]);
  });

  it('stops when it is told to, with an AbortError', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': big.length });
      response.write(big.subarray(0, 1000));
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(fetchBlob(url, controller.signal, () => undefined)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('notices a connection over which nothing comes any more, and waits for one that is slow', async () => {
    vi.useFakeTimers();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        await new Promise((later) => setTimeout(later, 50_000));
        controller.enqueue(big.subarray(0, 1000)); // and then nothing
      },
    });
    const fetch = () => Promise.resolve(new Response(body, { headers: { 'Content-Length': '3000' } }));
    const { signal } = new AbortController();
    const failed = expect(fetchBlob('http://a.test/m', signal, () => undefined, fetch)).rejects.toMatchObject(
      {
        code: 'network',
        facts: { reason: 'nothing came for 60 s' },
      },
    );
    await vi.advanceTimersByTimeAsync(115_000);
    await failed;
    vi.useRealTimers();
  });

  it('notices a connection that ends early', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': big.length });
      response.write(big.subarray(0, 1000), () => response.destroy());
    });
    await expect(fetchBlob(url, new AbortController().signal, () => undefined)).rejects.toMatchObject({
      code: 'network',
    });
  });
});
