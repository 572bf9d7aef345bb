/** Models that are served beside the app, by a server that fails now and then. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ServedModels } from '../../../src/engine/files/served';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it('which files there are is asked when the page lists them, and not for each picture; what did not come is asked for again', async () => {
  let lists = 0;
  let there: string[] | null = null;
  server = createServer(({ url = '' }, response) => {
    if (!url.endsWith('index.json')) return void response.end('no header');
    lists++;
    if (!there) return void response.writeHead(503).end();
    response.end(JSON.stringify(there.map((name) => ({ file: `${name}.safetensors`, bytes: 9 }))));
  });
  await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready));
  const host = new ServedModels(`http://127.0.0.1:${(server.address() as AddressInfo).port}/models/`);
  const names = async (anew?: boolean) => (await host.list(anew)).map(({ file }) => file[0]).join('');

  expect(await names(true)).toBe('');
  there = ['a'];
  expect(await names()).toBe('a');
  there = ['a', 'b'];
  expect(await names()).toBe('a');
  expect(lists).toBe(2);
  expect(await names(true)).toBe('ab');
  there = null;
  expect(await names(), 'though the server fails').toBe('ab');
  expect(lists).toBe(3);
});

it('a header that did not come is asked for again, and one that is none is not', async () => {
  const asked: string[] = [];
  let fails = true;
  server = createServer(({ url = '' }, response) => {
    if (url.endsWith('index.json')) {
      response.end(JSON.stringify(['a', 'b'].map((name) => ({ file: `${name}.safetensors`, bytes: 9 }))));
      return;
    }
    asked.push(url);
    if (fails && url.endsWith('a.safetensors')) response.writeHead(503).end();
    else response.end('no header');
  });
  await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready));
  const host = new ServedModels(`http://127.0.0.1:${(server.address() as AddressInfo).port}/models/`);
  const codes = async () => (await host.list()).map((entry) => 'problem' in entry && entry.problem.code);

  const [way, other] = await codes();
  expect(way).toBe('network');
  fails = false;
  expect(await codes()).toEqual([other, other]);
  expect(await codes()).toEqual([other, other]);
  expect(asked.toSorted()).toEqual(['a', 'a', 'b'].map((name) => `/models/${name}.safetensors`));
});
