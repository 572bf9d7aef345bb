/** The built app on a port of this machine, as a plain static host gives it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { parseRange } from '../../../src/weights/download/range';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Gives the server, to be closed, and its address. */
export async function serve(folder: string): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => void answer(folder, request, response));
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  return { server, address: `http://localhost:${(server.address() as AddressInfo).port}/` };
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://localhost');
  // A path of an URL has no way up left in it.
  const path = join(folder, normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname)));
  const info = await stat(path).catch(() => null);
  if (!info?.isFile()) return void response.writeHead(404).end();
  const range = parseRange(request.headers.range, info.size);
  if (range === 'unsatisfiable') return void response.writeHead(416).end();
  const { start, end } = range ?? { start: 0, end: info.size - 1 };
  response.writeHead(range ? 206 : 200, {
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Content-Length': end - start + 1,
    'Accept-Ranges': 'bytes',
    ETag: `"${info.size}"`,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${info.size}` }),
  });
  createReadStream(path, { start, end }).pipe(response);
}
