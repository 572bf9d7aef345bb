/** Hints that nets of their own make: imported, offered, shown, drawn by. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as ort from 'onnxruntime-web';
import { PNG } from 'pngjs';
import type { Pixels } from '../../src/canvas/pixels';
import { OpenHintNet } from '../../src/pipeline/hints/hint-net';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { expect, golden, test, type App } from './app';

const net = {
  name: 'sk_model.safetensors',
  buffer: gunzipSync(readFileSync(new URL('hint-nets/lines/sk_model.safetensors.gzip', golden))),
};

/** Soft tones and a disc, of the size that the bundled model draws. */
function painted(side: number): Pixels {
  const rgba = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const lit = (x - side / 2) ** 2 + (y - side / 2) ** 2 < (side / 3) ** 2 ? 80 : 0;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = 90 + 60 * Math.sin((x + c * y) / 9) + lit;
  }
  return { width: side, height: side, rgba };
}

/** What the engine's core makes of it. */
async function hintInNode(picture: Pixels): Promise<Uint8ClampedArray> {
  ort.env.wasm.numThreads = 1;
  const bytes = new Uint8Array(net.buffer);
  const header = await readHeader(new Blob([bytes]));
  const file = { name: net.name, header, source: memorySource(bytes) };
  const opened = new OpenHintNet(file, wasmMachine(new Sessions(ort)));
  return (await opened.make('lineart_realistic', picture, () => undefined)).rgba;
}

const region = ({ page }: App) => page.getByRole('region', { name: 'Control' });

/** Red of each pixel of the hint that is shown. */
const shown = (app: App): Promise<number[]> =>
  region(app)
    .getByRole('img', { name: 'Hint' })
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data).filter((_, i) => i % 4 === 0);
    });

test('a net for line art makes a hint, and a picture is drawn by it', async ({ app }) => {
  const { page } = app;
  await app.open();
  await app.fill({ prompt: 'red apple', steps: 2, seed: 7 });
  const control = region(app);
  await control.getByRole('button', { name: 'Add control' }).click();
  const preprocessor = control.getByRole('combobox', { name: 'Preprocessor' });
  await expect(preprocessor.locator('option[value=lineart_realistic]')).toHaveCount(0);
  await expect(preprocessor.locator('option[disabled]')).toHaveText(/import a net/);

  await app.importFiles(net);
  await preprocessor.selectOption('lineart_realistic');
  const picture = painted(96);
  const png = new PNG({ width: 96, height: 96 });
  png.data = Buffer.from(picture.rgba);
  await control
    .getByLabel('Control image')
    .setInputFiles({ name: 'disc.png', mimeType: 'image/png', buffer: PNG.sync.write(png) });
  await expect(control.getByText(/^Hint, 96 × 96/)).toBeVisible({ timeout: 60_000 });
  const hint = await hintInNode(picture);
  const worst = Math.max(...(await shown(app)).map((red, i) => Math.abs(red - hint[4 * i]!)));
  console.log(`the page's hint and Node's: worst ${worst} of 255`);
  expect(worst).toBeLessThanOrEqual(1);

  await app.draw();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download PNG' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'latin1')).toContain('Module: lineart_realistic');

  await test.step('after a reload it is there again', async () => {
    await page.waitForTimeout(1000); // the desk is remembered a moment after it has changed
    await page.reload();
    await app.device.waitFor({ timeout: 120_000 });
    await expect(preprocessor).toHaveValue('lineart_realistic');
    await expect(control.getByText(/^Hint, 96 × 96/)).toBeVisible({ timeout: 60_000 });
  });
});
