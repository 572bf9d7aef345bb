/** A plain static host, as there are many: the built app in a folder of it, ranges, and no headers of our choice. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRange } from '../../src/weights/download/range.ts';

const dist = new URL('../../dist/', import.meta.url);
/** WebAssembly is not among what it knows: ONNX Runtime is taken as bytes from it. */
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export class StaticHost {
  /** Files that are others than in dist/. */
  readonly changed = new Map<string, string>();
  /** What was asked for: a path, and the bytes of it that were sent. */
  readonly sent: { path: string; begin: number; end: number }[] = [];
  /** So many bytes of a model more, and then nothing comes any more, as where a connection is lost. */
  room = Infinity;
  readonly #port: number;
  #server: Server | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  get address(): string {
    return `http://localhost:${this.#port}/some/folder/`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((done) => server.listen(this.#port, done));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.address);
    const folder = new URL(this.address).pathname;
    const path = pathname.slice(folder.length) || 'index.html';
    const body = pathname.startsWith(folder) ? await this.#read(path) : null;
    if (response.destroyed) return; // the host was stopped while it read
    if (!body) return void response.writeHead(404).end();

    const range = parseRange(request.headers.range, body.length);
    if (range === 'unsatisfiable') return void response.writeHead(416).end();
    const { start, end } = range ?? { start: 0, end: body.length - 1 };
    response.writeHead(range ? 206 : 200, {
      'Content-Type': types[extname(path)] ?? 'application/octet-stream',
      'Content-Length': end - start + 1,
      ETag: `"${body.length}"`,
      ...(range && { 'Content-Range': `bytes ${start}-${end}/${body.length}` }),
    });
    const part = body.subarray(start, end + 1);
    const model = path.endsWith('.safetensors');
    const length = model ? Math.min(this.room, part.length) : part.length;
    if (model) this.room -= length;
    this.sent.push({ path, begin: start, end: start + length });
    if (length < part.length) response.write(part.subarray(0, length));
    else response.end(part);
  }

  async #read(path: string): Promise<Buffer | null> {
    const changed = this.changed.get(path);
    if (changed !== undefined) return Buffer.from(changed);
    return readFile(fileURLToPath(new URL(path, dist))).catch(() => null);
  }
}
