/**
 * The models/ folder, as the app sees it: `models/index.json` lists the checkpoints, `models/<file>` has their bytes.
 *
 * While a server of ours runs, that is whatever lies in the folder at this moment, streamed from where it lies: a
 * checkpoint of seven gigabytes is never copied. A built app carries only what we ship ourselves, so that dist/ works
 * on any static host.
 */
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Connect, Plugin } from 'vite';
import { parseRange } from '../weights/download/range.ts';
import { CREDITS, SHIPPED } from './shipped.mjs';

/** The folder of wildcard lists, which other programs have, too: one choice a line. */
const WILDCARDS = 'wildcards';
const isList = (name: string) => /^wildcards\/[^./\\\0][^/\\\0]*\.txt$/i.test(name);

/** Subfolders, as other programs have them: for checkpoints, and for what is added to them. */
const FOLDERS = ['', 'loras', 'embeddings', 'vae', 'controlnets', 'upscalers'] as const;

export interface ModelFile {
  /** With its subfolder, where it lies in one: "loras/winter.safetensors". */
  readonly file: string;
  readonly bytes: number;
  /** The configuration beside it with the same name: "sd2.yaml". */
  readonly yaml?: string;
}

/** The plugin. @param folder the models/ folder. */
export function models(folder: string): Plugin {
  const serve: Connect.NextHandleFunction = (req, res) => void answer(folder, req, res);
  return {
    name: 'drobe:models',
    configureServer: (server) => void server.middlewares.use('/models', serve),
    configurePreviewServer: (server) => void server.middlewares.use('/models', serve),
    writeBundle: {
      sequential: true,
      async handler({ dir = 'dist' }) {
        const out = join(dir, 'models');
        await mkdir(out, { recursive: true });
        const index = (await list(folder)).filter(({ file }) => SHIPPED.includes(file));
        await writeFile(join(out, 'index.json'), JSON.stringify(index));
        for (const file of [...SHIPPED, CREDITS]) {
          await mkdir(dirname(join(out, file)), { recursive: true });
          await copyFile(join(folder, file), join(out, file));
        }
      },
    },
  };
}

/** The files in the folder and its known subfolders; a link to a file elsewhere counts as the file. */
async function list(folder: string): Promise<ModelFile[]> {
  const names = await Promise.all(
    FOLDERS.map(async (sub) => {
      const inside = await readdir(join(folder, sub)).catch(() => []);
      return sub === '' ? inside : inside.map((name) => `${sub}/${name}`);
    }),
  );
  const all = names.flat();
  const found = await Promise.all(
    all.filter(isServed).map(async (file) => {
      const info = await stat(join(folder, file)).catch(() => null);
      const yaml = all.find((other) => isConfig(other) && stem(other) === stem(file));
      return info?.isFile() ? [{ file, bytes: info.size, ...(yaml && { yaml }) }] : [];
    }),
  );
  // The app opens the first: a checkpoint sorts before those derived from it, "sd.safetensors" before "sd-inpainting".
  return found.flat().sort((a, b) => stem(a.file).localeCompare(stem(b.file)));
}

const stem = (file: string): string => file.replace(/\.(?:safetensors|ya?ml)$/i, '');

/** The wildcard lists in their folder. */
async function wildcards(folder: string): Promise<string[]> {
  const inside = await readdir(join(folder, WILDCARDS)).catch(() => []);
  return inside.filter((name) => isList(`${WILDCARDS}/${name}`)).sort();
}

/** No other folder, no way up, no hidden file. */
const isServed = (name: string) => SERVED.test(name);
const isConfig = (name: string) => CONFIG.test(name);
const CONFIG = inFolders('ya?ml');
const SERVED = inFolders('safetensors');

/** A plain file name of that ending, at the top or in a known subfolder. */
function inFolders(ending: string): RegExp {
  const sub = FOLDERS.filter((folder) => folder !== '').join('|');
  return new RegExp(String.raw`^(?:(?:${sub})/)?[^./\\\0][^/\\\0]*\.${ending}$`, 'i');
}

async function answer(folder: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const name = fileName(req.url ?? '/');
    if (req.method !== 'GET' && req.method !== 'HEAD') refuse(res, 405);
    else if (name === 'index.json') sendJson(res, await list(folder));
    else if (name === `${WILDCARDS}/index.json`) sendJson(res, await wildcards(folder));
    else if (name === CREDITS || isServed(name) || isConfig(name) || isList(name))
      await sendFile(req, res, join(folder, name));
    else refuse(res, 404);
  } catch {
    // The file or the reader is gone: either way there is nothing more to send.
    if (res.headersSent) res.destroy();
    else refuse(res, 404);
  }
}

const fileName = (url: string) => decodeURIComponent(url.replace(/[?#].*$/s, '').replace(/^\//, ''));

function refuse(res: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  res.writeHead(status, headers).end();
}

function sendJson(res: ServerResponse, value: unknown): void {
  res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' });
  res.end(JSON.stringify(value));
}

async function sendFile(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const info = await stat(path);
  if (!info.isFile()) return refuse(res, 404);

  const etag = `"${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}"`;
  const current = (req.headers['if-range'] ?? etag) === etag;
  const range = current ? parseRange(req.headers.range, info.size) : null;
  if (range === 'unsatisfiable') return refuse(res, 416, { 'Content-Range': `bytes */${info.size}` });

  const { start, end } = range ?? { start: 0, end: info.size - 1 };
  res.writeHead(range ? 206 : 200, {
    'Content-Type': /\.(?:md|txt|ya?ml)$/.test(path)
      ? 'text/plain; charset=utf-8'
      : 'application/octet-stream',
    'Content-Length': end - start + 1,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-cache',
    ETag: etag,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${info.size}` }),
  });
  if (req.method === 'HEAD' || info.size === 0) res.end();
  else await pipeline(createReadStream(path, { start, end, highWaterMark: 1 << 20 }), res);
}
