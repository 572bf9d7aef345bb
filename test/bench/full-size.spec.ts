/**
 * A checkpoint of full size, imported and drawn with in a real browser; prints what it took, and fails nothing for it.
 * `npm run bench:full`, with SIZE=sd1 (2.1 GB), sd2 (2.6 GB), sdxl (6.9 GB) or
 * sd3.5-medium (6.7 GB), and DRAW=no to import it only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from 'playwright/test';
import { launch } from '../chromium.mjs';
import { App } from '../e2e/app';
import { size, sizes, writeCheckpoint } from './full-size';
import { describePeaks, MemoryWatch } from './memory';

const GB = 1e9;
const long = { timeout: 3_000_000 };

test(`${size} at full size`, async ({ baseURL }) => {
  const folder = mkdtempSync(join(tmpdir(), 'drobe-'));
  const file = join(folder, `${size}.safetensors`);
  const profile = join(folder, 'profile');
  try {
    const bytes = await writeCheckpoint(file, sizes[size]());
    const copying = await seconds(() => copyFile(file, join(folder, 'copy')));
    rmSync(join(folder, 'copy'));
    const context = await chromium.launchPersistentContext(profile, { ...launch, baseURL: baseURL! });
    const app = new App(context.pages()[0]!);
    const watch = new MemoryWatch(profile);
    const peaks = (): string => describePeaks(watch, bytes);
    try {
      await app.openOnWebGPU();
      const importing = await seconds(async () => {
        await app.page.getByLabel('Import model').setInputFiles(file);
        const usable = await seconds(() =>
          expect(app.model.locator('option:checked')).toHaveText(new RegExp(size), long),
        );
        say(`can be drawn with after ${usable.toFixed(1)} s`);
        await expect(app.importing).toBeHidden(long);
      });
      const stored = await app.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? NaN);
      say(
        `${(bytes / GB).toFixed(2)} GB; imported in ${importing.toFixed(1)} s, a plain copy took ${copying.toFixed(1)} s`,
      );
      say(`in the browser's storage ${(stored / bytes).toFixed(3)} × the file; ${peaks()}`);
      if (process.env.DRAW === 'no') return;

      watch.take();
      await app.fill({ prompt: 'red apple', width: 64, height: 64, steps: 2, guidance: 1, sampler: 'DDIM' });
      const drawing = await seconds(async () => {
        await app.generate.click();
        const first = await seconds(() =>
          expect(app.page.getByText('Step 1 of 2').or(app.alert).first()).toBeVisible(long),
        );
        say(`${first.toFixed(1)} s from the click to the first step's end; ${peaks()}`);
        await expect(app.result.or(app.alert).first()).toBeVisible(long);
      });
      const said = (await app.alert.isVisible()) ? await app.alert.innerText() : 'a picture';
      say(`${said}, after ${drawing.toFixed(1)} s; ${peaks()}`);
    } finally {
      watch.stop();
      await context.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const say = (line: string): void => console.log(`${size}: ${line}`);

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
