/** A file server for tests that does what servers do: redirect, break off, ignore ranges, swap the file, lie. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Habits {
  /** Sends the whole file whatever part is asked for. */
  ignoresRanges?: boolean;
  /** Ends the connection after so many bytes of an answer. */
  breaksAfter?: number;
  /** Answers so to the next requests, one each; then as always. */
  statuses?: number[];
  etag?: string;
  /** Mirrors that take turns: an answer each. */
  etags?: readonly string[];
  /** Answers everything with a page, as a network does that wants a person to sign in. */
  portal?: boolean;
  /** Tells pages of other origins nothing but the length of an answer. */
  secretive?: boolean;
  /** Lets no page of another origin read it. */
  closed?: boolean;
  /** Sends so many bytes less than it says, or more. */
  lies?: number;
  /** Every answer starts this many bytes too early. */
  shifts?: number;
  /** More headers of every answer. */
  headers?: Readonly<Record<string, string>>;
  /** Points to another address, which has the file. */
  redirects?: boolean;
  /** Points to this path, whatever was asked for. */
  leads?: string;
  /** Milliseconds for each 64 KB. */
  slowness?: number;
}

/** Serves `bytes` at every path, or files by their paths; habits may change at any time. */
export class HostileServer {
  habits: Habits = {};
  bytes: Uint8Array;
  files: ReadonlyMap<string, Uint8Array> | null = null;
  /** What was asked: "GET /a.safetensors bytes=0-9". */
  readonly asked: string[] = [];
  sent = 0;
  readonly #server: Server;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.bytes = bytes;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    return this;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  url(path = 'model.safetensors'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${path}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { habits, files } = this;
    const { range } = request.headers;
    this.asked.push([request.method, request.url, range].join(' ').trim());
    const headers: Record<string, string | number> = habits.closed
      ? { ...habits.headers }
      : { 'Access-Control-Allow-Origin': '*', ...habits.headers };
    if (!habits.secretive)
      headers['Access-Control-Expose-Headers'] =
        'Content-Range, ETag, Content-Disposition, X-Error-Code, X-Error-Message';
    const etag = habits.etags?.[this.asked.length % habits.etags.length] ?? habits.etag;
    if (etag) headers['ETag'] = etag;
    const status = habits.statuses?.shift();
    if (status) return void response.writeHead(status, headers).end();
    if (habits.portal) {
      const page = '<!doctype html><title>Welcome to our Wi-Fi</title>';
      return void response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(page);
    }
    if (habits.leads && request.url !== habits.leads) {
      return void response.writeHead(302, { ...headers, Location: habits.leads }).end();
    }
    if (habits.redirects && !request.url!.startsWith('/elsewhere')) {
      return void response.writeHead(302, { ...headers, Location: `/elsewhere${request.url}` }).end();
    }
    const path = decodeURIComponent(request.url!.replace(/^\/elsewhere|\?.*$/g, '').slice(1));
    const bytes = files ? files.get(path) : this.bytes;
    if (!bytes) return void response.writeHead(404, headers).end();
    const asked = /^bytes=(\d+)-(\d+)$/.exec(habits.ignoresRanges ? '' : (range ?? ''));
    const begin = Math.max(0, asked ? Number(asked[1]) - (habits.shifts ?? 0) : 0);
    const end = asked ? Math.min(Number(asked[2]) + 1, bytes.length) : bytes.length;
    if (asked) headers['Content-Range'] = `bytes ${begin}-${end - 1}/${bytes.length}`;
    headers['Content-Length'] = end - begin + (habits.lies ?? 0);
    response.writeHead(asked ? 206 : 200, headers);
    await this.#send(response, bytes.subarray(begin, end));
  }

  async #send(response: ServerResponse, part: Uint8Array): Promise<void> {
    const { breaksAfter = Infinity, lies = 0, slowness = 0 } = this.habits;
    const stop = Math.min(part.length + lies, breaksAfter);
    for (let at = 0; at < stop; at += 65536) {
      if (response.destroyed) return;
      const piece = part.subarray(at, Math.min(at + 65536, stop));
      this.sent += piece.length;
      await new Promise<void>((written) => response.write(piece, () => written()));
      if (slowness > 0) await new Promise((later) => setTimeout(later, slowness));
    }
    if (breaksAfter < part.length || lies < 0) response.destroy();
    else response.end();
  }
}
