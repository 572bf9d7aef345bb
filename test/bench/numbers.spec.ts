/**
 * The numbers of a checkpoint of full size beside PyTorch's, and what memory each stage takes. Fails where they are further
 * apart than in the golden tests. `npm run bench:full -- numbers`, with SIZE as for full-size.spec.ts; PYTHON is a Python
 * that has torch and safetensors (python3). BACKEND=wasm runs on the CPU, BITS=8 rounds the weights of the denoiser's linear
 * layers, and PyTorch's alike; SIDE=512 is the picture's, in pixels.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, expect, test } from 'playwright/test';
import { createServer } from 'vite';
import { noSavings } from '../../src/pipeline/memory/savings';
import { jobWith } from '../job';
import { launch } from '../chromium.mjs';
import { size, sizes, writeCheckpoint } from './full-size';
import { describePeaks, MemoryWatch } from './memory';
import type { Recording } from './numbers.worker';

const root = fileURLToPath(new URL('../..', import.meta.url));
const python = process.env.PYTHON ?? 'python3';
const reference = fileURLToPath(new URL('reference.py', import.meta.url));
const backend = process.env.BACKEND === 'wasm' ? 'wasm' : 'webgpu';
/** Its cost is in its weights; an MMDiT is asked for what its makers draw at least. */
const [usual, asked] = size.startsWith('sd3')
  ? [512, { steps: 1, sampler: 'Euler' }]
  : [64, { steps: 2, sampler: 'DDIM', prediction: size === 'sd2' ? 'v' : 'epsilon' } as const];
const side = Number(process.env.SIDE ?? usual);
const job = jobWith({
  prompt: 'red apple',
  negative: '',
  width: side,
  height: side,
  guidance: 1,
  seed: 1,
  ...asked,
  ...(process.env.BITS === '8' && { savings: { ...noSavings, apart: true, bits: 8 } }),
});

test(`the numbers of ${size} at full size`, async () => {
  const able = spawnSync(python, ['-c', 'import torch, safetensors']).status === 0;
  test.skip(!able, `${python} has no torch and safetensors`);
  const folder = mkdtempSync(join(tmpdir(), 'drobe-'));
  const [file, recorded, profile] = ['model.safetensors', 'recorded.safetensors', 'profile'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  try {
    const bytes = await writeCheckpoint(file, sizes[size]());
    await writeFile(recorded, packed(await record(file, profile, bytes)));
    const python = spawnSync(process.env.PYTHON ?? 'python3', [reference, file, recorded], {
      encoding: 'utf8',
    });
    console.log(python.stdout + python.stderr);
    expect(python.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Draws in the browser, and tells of each stage what it took. */
async function record(file: string, profile: string, bytes: number): Promise<Recording> {
  const server = await createServer({ root, server: { hmr: false, watch: null }, logLevel: 'error' });
  await server.listen();
  const context = await chromium.launchPersistentContext(profile, launch);
  const watch = new MemoryWatch(profile);
  try {
    const page = context.pages()[0]!; // it opens with one
    page.setDefaultTimeout(0);
    page.on('console', (message) => {
      if (message.type() === 'log') console.log(`${size}: ${message.text()}; ${describePeaks(watch, bytes)}`);
    });
    await page.goto(`${server.resolvedUrls!.local[0]!}test/bench/numbers.html`); // it listens
    await page.waitForFunction(() => 'record' in window);
    await page.locator('input').setInputFiles(file);
    return await page.evaluate((what) => window.record(what), { job, backend } as const);
  } finally {
    watch.stop();
    await context.close();
    await server.close();
  }
}

const withoutBig = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? Number(value) : value;

/** As a safetensors file. */
function packed(recording: Recording): Buffer {
  const header: Record<string, unknown> = { __metadata__: { job: JSON.stringify(job, withoutBig) } };
  const parts: Buffer[] = [];
  let begin = 0;
  for (const [name, { shape, data }] of Object.entries(recording)) {
    const ids = name.startsWith('ids');
    const part = Buffer.from((ids ? Int32Array.from(data) : Float32Array.from(data)).buffer);
    const end = begin + part.length;
    header[name] = { dtype: ids ? 'I32' : 'F32', shape, data_offsets: [begin, end] };
    parts.push(part);
    begin = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}
