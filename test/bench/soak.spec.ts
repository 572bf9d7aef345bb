/**
 * Pictures in a row, and what memory the browser's processes have in between; prints, and fails only where a picture
 * does. `npm run bench:full -- soak`, with PICTURES=200 and BACKEND=webgpu or wasm.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from 'playwright/test';
import { launch } from '../chromium.mjs';
import { App } from '../e2e/app';
import { residentBytes } from './memory';

const pictures = Number(process.env.PICTURES ?? 200);
const backend = process.env.BACKEND === 'wasm' ? 'wasm' : 'webgpu';
const EACH = 10;
const prompts = ['red apple', 'penguin', 'blue car', 'sunflower', 'house on a green background'];

test(`${pictures} pictures in a row on ${backend}`, async ({ baseURL }) => {
  test.setTimeout(0);
  const profile = mkdtempSync(join(tmpdir(), 'drobe-'));
  const context = await chromium.launchPersistentContext(profile, { ...launch, baseURL: baseURL! });
  try {
    const app = new App(context.pages()[0]!);
    await (backend === 'webgpu' ? app.openOnWebGPU() : app.open());
    await app.fill({ width: 96, height: 96, steps: 1, guidance: 1, sampler: 'DDIM' });
    const cdp = await context.newCDPSession(app.page);
    const measured: Map<string, number>[] = [];
    for (let n = 1; n <= pictures; n++) {
      await app.fill({ prompt: prompts[n % prompts.length]!, seed: n });
      await app.generate.click();
      await expect(app.progress).toBeVisible();
      await expect(app.progress).toBeHidden({ timeout: 300_000 });
      await expect(app.alert).toBeHidden();
      await expect(app.result).toBeVisible();
      if (n % EACH > 0) continue;
      await cdp.send('HeapProfiler.collectGarbage');
      const { usage = NaN } = await app.page.evaluate(() => navigator.storage.estimate());
      const bytes = residentBytes(profile).set('storage', usage);
      measured.push(bytes);
      const row = ['browser', 'renderer', 'gpu-process', 'storage'].map(
        (kind) => `${kind} ${((bytes.get(kind) ?? NaN) / 1e6).toFixed(1)}`,
      );
      console.log(`${n} pictures, MB: ${row.join(', ')}`);
    }
    // The first pictures fill caches, and the database, which holds the last 40.
    const settled = measured.slice(Math.ceil(60 / EACH));
    for (const kind of ['browser', 'renderer', 'gpu-process', 'storage']) {
      const kilobytes = slope(settled.map((bytes) => (bytes.get(kind) ?? NaN) / 1e3)) / EACH;
      console.log(`${kind}: ${kilobytes.toFixed(1)} kB more per picture, after the 60th`);
    }
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

/** Of the line through equally spaced values, by least squares: how much one is more than the one before. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const sum = (f: (value: number, i: number) => number): number => values.reduce((s, v, i) => s + f(v, i), 0);
  return sum((v, i) => v * (i - middle)) / sum((_, i) => (i - middle) ** 2);
}
